package dev.remit.connector.application;

import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.HaltRegister;
import dev.remit.handoff.halt.HaltRegister.Last;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A person halts a scope, or lifts the halt. Both are handed to every service that decides and to
 * the log. Nothing is thrown away: what is triggered meanwhile is proposed and held, what is under
 * way waits where it is, and time goes on for both.
 */
@Singleton
public class HaltAuthority {
    private final Letters letters;
    private final Handoffs handoffs;
    private final HaltRegister register;
    private final PublishedCharters published;
    private final Proposals proposals;

    HaltAuthority(
            Handoffs handoffs,
            HaltRegister register,
            PublishedCharters published,
            Proposals proposals,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.register = register;
        this.published = published;
        this.proposals = proposals;
    }

    /** Halts everything, from the next decision on. */
    public Uni<Halt> mesh(String by, String reason) {
        return handoffs.transact(List.of(), outbox -> halt(Scopes.MESH, by, reason, outbox));
    }

    /** Halts what an AI proposed. */
    public Uni<Halt> agent(String id, String by, String reason) {
        return handoffs.transact(List.of(), outbox -> halt(Scopes.agent(id), by, reason, outbox));
    }

    /**
     * Halts what is under a charter, or under one version of it: that version is revoked until the
     * halt is lifted.
     *
     * @param version empty for all versions, those to come included
     * @throws Problem 404 CHARTER_UNKNOWN if it was never published
     */
    public Uni<Halt> charter(String name, Optional<String> version, String by, String reason) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        published
                                .all()
                                .map(all ->
                                        all.stream()
                                                .filter(each -> each.name().equals(name))
                                                .filter(each ->
                                                        version.filter(v ->
                                                                        !v.equals(each.version()))
                                                                .isEmpty())
                                                .findFirst()
                                                .map(each ->
                                                        version.isEmpty()
                                                                ? Scopes.charter(name)
                                                                : Scopes.version(each.hash()))
                                                .orElseThrow(() -> unknown(name, version)))
                                .chain(scope -> halt(scope, by, reason, outbox)));
    }

    private static Problem unknown(String name, Optional<String> version) {
        return Problem.of(
                404,
                "CHARTER_UNKNOWN",
                "no charter '"
                        + name
                        + "'"
                        + version.map(each -> " of version '" + each + "'").orElse("")
                        + " was published");
    }

    /** What is halted already stays as it was halted first. */
    private Uni<Halt> halt(String scope, String by, String reason, Outbox outbox) {
        return proposals
                .queue(Set.of("halt|" + scope))
                .chain(() -> register.last(scope))
                .chain(last -> {
                    if (last.filter(Last::isInForce).isPresent()) {
                        return Uni.createFrom().item(last.get().halt());
                    }
                    Halt halt =
                            new Halt(outbox.newId(), scope, by, reason, after(last, outbox.now()));
                    outbox.publish(halt.id(), scope, letters.halted(halt), null, null);
                    return register.halt(halt).replaceWith(halt);
                });
    }

    /**
     * Lifts a halt.
     *
     * @throws Problem 404 HALT_UNKNOWN, 409 ALREADY_RESUMED
     */
    public Uni<Halt> resume(UUID id, String by, String reason) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        register.find(id)
                                .map(found ->
                                        found.map(each -> each.halt().scope())
                                                // a demotion is lifted by promoting
                                                .filter(scope -> !Scopes.isOwn(scope))
                                                .orElseThrow(() -> unknown(id)))
                                .chain(scope -> proposals.queue(Set.of("halt|" + scope)))
                                .chain(() -> register.find(id))
                                .map(found -> found.orElseThrow(() -> unknown(id)))
                                .chain(last -> resume(last, by, reason, outbox)));
    }

    private static Problem unknown(UUID id) {
        return Problem.of(404, "HALT_UNKNOWN", "no halt that is the last of its scope is " + id);
    }

    private Uni<Halt> resume(Last last, String by, String reason, Outbox outbox) {
        if (!last.isInForce()) {
            throw Problem.of(
                    409,
                    "ALREADY_RESUMED",
                    "the halt was lifted at " + last.liftedAt().orElseThrow());
        }
        Halt halt = last.halt();
        Instant at = after(Optional.of(last), outbox.now());
        outbox.publish(
                outbox.newId(),
                halt.scope(),
                letters.resumed(halt, by, reason, at),
                null,
                halt.id());
        return register.lift(halt.id(), halt.scope(), by, at).replaceWith(halt);
    }

    /** What is halted now, the oldest first. */
    public Uni<List<Halt>> inForce() {
        return handoffs.transact(List.of(), outbox -> register.inForce())
                .map(inForce ->
                        inForce.halts().stream()
                                .filter(each -> !Scopes.isOwn(each.scope()))
                                .toList());
    }

    /** Replicas' clocks differ: what follows on something is later than it by its time too. */
    static Instant after(Optional<Last> last, Instant now) {
        Instant before =
                last.map(each -> each.liftedAt().orElse(each.halt().since())).orElse(Instant.MIN);
        return now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS);
    }
}
