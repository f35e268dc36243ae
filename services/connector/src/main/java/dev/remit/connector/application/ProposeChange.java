package dev.remit.connector.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.adapter.postgres.Rows;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposal;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A change enters the mesh: by a trigger, when its day comes, or because someone asks. */
@Singleton
public class ProposeChange {
    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new Jdk8Module());

    /** What is kept of a proposal until its day. */
    record Request(Proposal proposal, @Nullable UUID cause) {}

    private final Handoffs handoffs;
    private final Rows rows;

    ProposeChange(Handoffs handoffs, Rows rows) {
        this.handoffs = handoffs;
        this.rows = rows;
    }

    /** Someone asks; the same idempotency key with the same request gives the same change. */
    public Uni<UUID> ask(Proposal proposal, Optional<String> idempotencyKey, UUID fresh) {
        UUID change =
                idempotencyKey
                        .map(key ->
                                dev.remit.handoff.Ids.derived(
                                        Ids.NAMESPACE, "asked|" + proposal.proposer() + "|" + key))
                        .orElse(fresh);
        return handoffs.transact(
                List.of(change),
                outbox ->
                        propose(change, proposal, null, today(outbox), outbox)
                                .chain(added ->
                                        added
                                                ? Uni.createFrom().item(change)
                                                : sameRequest(change, proposal)));
    }

    /**
     * A trigger fired: proposes now, or keeps it until its day. Knowing the change already is no
     * fault.
     */
    Uni<Boolean> propose(
            UUID change, Proposal proposal, @Nullable UUID cause, LocalDate due, Outbox outbox) {
        boolean now = !due.isAfter(today(outbox));
        return rows.addProposal(change, due, now, text(new Request(proposal, cause)))
                .invoke(added -> {
                    if (added && now) {
                        outbox.handOn(
                                change,
                                Observations.proposed(change, proposal, cause, outbox.now()),
                                cause);
                    }
                });
    }

    /** Proposes what waited for today. */
    public Uni<Void> proposeDue() {
        return handoffs.transact(
                List.of(),
                outbox ->
                        rows.takeDue(today(outbox))
                                .chain(due ->
                                        outbox.lock(due.stream().map(Rows.Waiting::change).toList())
                                                .chain(() ->
                                                        Multi.createFrom()
                                                                .iterable(due)
                                                                .invoke(each ->
                                                                        handOn(each, outbox))
                                                                .collect()
                                                                .asList())
                                                .replaceWithVoid()));
    }

    private static void handOn(Rows.Waiting waiting, Outbox outbox) {
        Request request = read(waiting.request());
        outbox.handOn(
                waiting.change(),
                Observations.proposed(
                        waiting.change(), request.proposal(), request.cause(), outbox.now()),
                request.cause());
    }

    private Uni<UUID> sameRequest(UUID change, Proposal proposal) {
        return rows.request(change)
                .map(known -> {
                    if (known.map(ProposeChange::read)
                            .filter(each -> each.proposal().equals(proposal))
                            .isEmpty()) {
                        throw Problem.of(
                                409,
                                "IDEMPOTENCY_KEY_REUSED",
                                "Idempotency-Key: was used before with another request");
                    }
                    return change;
                });
    }

    private static LocalDate today(Outbox outbox) {
        return outbox.now().atZone(ZoneOffset.UTC).toLocalDate();
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
