package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.time;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Answers;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

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
        return new Statement(
                        "insert into answer (caller, key, request) values (?1, ?2, ?3)"
                                + " on conflict do nothing",
                        request.caller(),
                        request.key(),
                        request.request())
                .affected()
                .chain(added ->
                        added == 1 ? Uni.createFrom().item(new Claim.Taken()) : before(request));
    }

    @Override
    public Uni<Void> keep(Request request, Collection<UUID> changes, List<Result> results) {
        return new Statement(
                        "update answer set changes = cast(?3 as uuid[]), results = ?4"
                                + " where caller = ?1 and key = ?2",
                        request.caller(),
                        request.key(),
                        ids(changes),
                        Rows.text(results))
                .execute();
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return new Statement(PRUNE, time(now)).execute();
    }

    private static Uni<Claim> before(Request request) {
        return new Statement(
                        "select request, results from answer where caller = ?1 and key = ?2",
                        request.caller(),
                        request.key())
                .only()
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
