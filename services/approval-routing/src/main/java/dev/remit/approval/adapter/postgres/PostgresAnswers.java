package dev.remit.approval.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Answers;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/** Answers by caller and key; a second request with the same key waits for the first one's. */
@Singleton
public class PostgresAnswers implements Answers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Result>> RESULTS = new TypeReference<>() {};
    static final String PRUNE =
            "delete from answer where (cardinality(changes) = 0 and answered_at < cast(?1 as timestamptz) - interval '7 days')"
                    + " or (cardinality(changes) > 0 and answered_at < cast(?1 as timestamptz) - interval '1 day' and not exists (select 1 from route"
                    + " where change_id = any(answer.changes)"
                    + " and (ended_at is null or ended_at > cast(?1 as timestamptz) - interval '1 day')))";

    @Override
    public Uni<Claim> claim(Request request) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "insert into answer (caller, key, request) values (?1, ?2, ?3)"
                                                + " on conflict do nothing")
                                .setParameter(1, request.caller())
                                .setParameter(2, request.key())
                                .setParameter(3, request.request())
                                .executeUpdate()
                                .chain(added ->
                                        added == 1
                                                ? Uni.createFrom().item(new Claim.Taken())
                                                : before(session, request)));
    }

    @Override
    public Uni<Void> keep(Request request, Collection<UUID> changes, List<Result> results) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "update answer set changes = cast(?3 as uuid[]), results = ?4"
                                                + " where caller = ?1 and key = ?2")
                                .setParameter(1, request.caller())
                                .setParameter(2, request.key())
                                .setParameter(3, changes.toArray(UUID[]::new))
                                .setParameter(4, Rows.text(results))
                                .executeUpdate())
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(PRUNE)
                                .setParameter(1, now.atOffset(ZoneOffset.UTC))
                                .executeUpdate())
                .replaceWithVoid();
    }

    private static Uni<Claim> before(Mutiny.Session session, Request request) {
        return session.createNativeQuery(
                        "select request, results from answer where caller = ?1 and key = ?2",
                        Object[].class)
                .setParameter(1, request.caller())
                .setParameter(2, request.key())
                .getSingleResult()
                .map(row ->
                        request.request().equals(row[0])
                                ? new Claim.Answered(results((String) row[1]))
                                : new Claim.Contradicted());
    }

    private static List<Result> results(String text) {
        try {
            return List.copyOf(JSON.readValue(text, RESULTS));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a kept answer does not read", e);
        }
    }
}
