package dev.remit.approval.application;

import dev.remit.approval.application.Delegations.Kept;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Delegation;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Someone lets another decide in their place, for a time and for some charters. What is open
 * already is covered: it is news about the one who delegates.
 */
@Singleton
public class Delegate {
    private static final Logger LOG = Logger.getLogger(Delegate.class);

    /** The longest time that one can last. */
    static final Duration LONGEST = Duration.ofDays(90);

    private final Delegations delegations;
    private final News news;
    private final Handoffs handoffs;

    Delegate(Delegations delegations, News news, Handoffs handoffs) {
        this.delegations = delegations;
        this.news = news;
        this.handoffs = handoffs;
    }

    /**
     * Delegates.
     *
     * @param from immutable id of the caller: nobody delegates for another
     * @param since from when on; now, if it is empty or past
     * @throws Problem 422 if it names the caller, ends before it begins, or lasts over 90 days
     */
    public Uni<Kept> delegate(
            String from,
            String to,
            Set<String> charters,
            Optional<Instant> since,
            Instant until,
            String reason) {
        return handoffs.transact(
                List.of(),
                outbox -> {
                    Instant now = outbox.now();
                    Instant begins = since.filter(now::isBefore).orElse(now);
                    if (from.equals(to)) {
                        throw Problem.inField("to", "DELEGATE_SELF", "to: is the caller");
                    }
                    if (!until.isAfter(begins) || until.isAfter(begins.plus(LONGEST))) {
                        throw Problem.inField(
                                "until",
                                "DELEGATION_TOO_LONG",
                                "until: must be after it begins and at most 90 days later");
                    }
                    Kept kept =
                            new Kept(
                                    new Delegation(
                                            outbox.newId(), from, to, charters, begins, until),
                                    reason,
                                    from,
                                    now,
                                    Optional.empty());
                    return delegations
                            .add(kept)
                            .chain(() -> news.add(Set.of(Concern.account(from))))
                            .replaceWith(kept);
                });
    }

    /**
     * Ends a delegation before its time.
     *
     * @throws Problem 404 DELEGATION_UNKNOWN if there is none of the caller's with this id
     */
    public Uni<Void> end(UUID id, String by) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        delegations
                                .withId(id)
                                .map(found ->
                                        found.filter(each -> isOf(each, by))
                                                .orElseThrow(() ->
                                                        Problem.of(
                                                                404,
                                                                "DELEGATION_UNKNOWN",
                                                                "there is no delegation of the caller's with this id")))
                                .chain(kept ->
                                        delegations
                                                .end(id, by, outbox.now())
                                                .chain(() ->
                                                        news.add(
                                                                Set.of(
                                                                        Concern.account(
                                                                                kept.delegation()
                                                                                        .from()))))));
    }

    /** Those to or from this person that have not ended. */
    public Uni<List<Kept>> of(String person) {
        return handoffs.transact(List.of(), outbox -> delegations.of(person, outbox.now()));
    }

    /** Those that began or ended are news, every 5 seconds. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> turn() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                delegations
                                        .turned(outbox.now())
                                        .chain(turned ->
                                                turned.isEmpty()
                                                        ? Uni.createFrom().voidItem()
                                                        : news.add(
                                                                turned.stream()
                                                                        .map(Concern::account)
                                                                        .collect(
                                                                                Collectors
                                                                                        .toSet()))))
                .onFailure()
                .invoke(failure -> LOG.warnf("delegations wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private static boolean isOf(Kept kept, String person) {
        return kept.delegation().from().equals(person) || kept.delegation().to().equals(person);
    }
}
