package dev.remit.connector.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.remit.connector.application.Proposals;
import dev.remit.connector.domain.Proposal;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Proposals, kept as JSON. */
@Singleton
class PostgresProposals implements Proposals {
    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new Jdk8Module());

    /** The JSON in column request. */
    record Request(Proposal proposal, @Nullable UUID cause) {}

    @Override
    public Uni<Set<UUID>> add(Collection<Kept> proposals, LocalDate today) {
        return new Statement(
                        "insert into proposal (change_id, due_on, proposed, request)"
                                + " select cast(change_id as uuid), cast(due_on as date), cast(due_on as date) <= ?4, request"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[])) as wanted (change_id, due_on, request)"
                                + " order by 1 on conflict do nothing returning change_id",
                        column(proposals, each -> each.change().toString()),
                        column(proposals, each -> each.due().toString()),
                        column(proposals, each -> text(new Request(each.proposal(), each.cause()))),
                        today)
                .values(UUID.class)
                .map(HashSet::new);
    }

    @Override
    public Uni<Optional<Proposal>> find(UUID change) {
        return new Statement("select request from proposal where change_id = ?1", change)
                .values(String.class)
                .map(found ->
                        found.stream()
                                .map(PostgresProposals::read)
                                .map(Request::proposal)
                                .findAny());
    }

    @Override
    public Uni<List<UUID>> due(LocalDate today, int atMost) {
        return new Statement(
                        "select change_id from proposal where not proposed and due_on <= ?1 order by due_on limit ?2",
                        today,
                        atMost)
                .values(UUID.class);
    }

    @Override
    public Uni<List<Kept>> take(Collection<UUID> changes) {
        return new Statement(
                        "update proposal set proposed = true where not proposed and change_id = any(cast(?1 as uuid[]))"
                                + " returning change_id, due_on, request",
                        (Object) changes.toArray(UUID[]::new))
                .rows()
                .map(rows -> rows.stream().map(PostgresProposals::kept).toList());
    }

    private static Kept kept(Object[] row) {
        Request request = read((String) row[2]);
        LocalDate due =
                row[1] instanceof LocalDate date ? date : LocalDate.parse(row[1].toString());
        return new Kept((UUID) row[0], request.proposal(), request.cause(), due);
    }

    private static String[] column(Collection<Kept> proposals, Function<Kept, String> column) {
        return proposals.stream().map(column).toArray(String[]::new);
    }

    private static String text(Request request) {
        try {
            return JSON.writeValueAsString(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a proposal is always JSON", e);
        }
    }

    private static Request read(String text) {
        try {
            return JSON.readValue(text, Request.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a kept proposal does not read", e);
        }
    }
}
