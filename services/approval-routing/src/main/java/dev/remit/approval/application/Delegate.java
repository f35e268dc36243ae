package dev.remit.approval.application;

import dev.remit.approval.application.Answers.Claim;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Delegations.Kept;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Delegation;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
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
import java.util.stream.Stream;
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
    private final People people;
    private final News news;
    private final Answers answers;
    private final Letters letters;
    private final Handoffs handoffs;
    private final RecentSignIn signIns;

    Delegate(
            Delegations delegations,
            People people,
            News news,
            Answers answers,
            Letters letters,
            Handoffs handoffs,
            RecentSignIn signIns) {
        this.delegations = delegations;
        this.people = people;
        this.news = news;
        this.answers = answers;
        this.letters = letters;
        this.handoffs = handoffs;
        this.signIns = signIns;
    }

    /**
     * What someone asks for.
     *
     * @param from immutable id of the caller: nobody delegates for another
     * @param to immutable id of who is to decide in their place
     * @param charters names of the charters it is for; empty for all
     * @param since from when on; now, if it is empty or past
     */
    public record Wish(
            String from,
            String to,
            Set<String> charters,
            Optional<Instant> since,
            Instant until,
            String reason) {}

    /**
     * Delegates.
     *
     * @param authentication how the caller is signed in, lately: a vote that a stage wants signed
     *     is handed on here
     * @param request if it may be repeated: a repetition is answered as before
     * @throws Problem 401 SIGN_IN_NOT_RECENT; 422 if it names the caller or nobody who is known and
     *     active, ends before it begins, or lasts over 90 days; 409 IDEMPOTENCY_KEY_REUSED if the
     *     key came with another request before
     */
    public Uni<Kept> delegate(Wish wish, Authentication authentication, Optional<Request> request) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        request.map(key ->
                                        answers.claim(key)
                                                .chain(claim ->
                                                        switch (claim) {
                                                            case Claim.Taken _ ->
                                                                    give(
                                                                                    wish,
                                                                                    authentication,
                                                                                    outbox)
                                                                            .call(kept ->
                                                                                    answers.keep(
                                                                                            key,
                                                                                            List
                                                                                                    .of(),
                                                                                            answer(
                                                                                                    kept)));
                                                            case Claim.Answered(var results) ->
                                                                    again(
                                                                            results.getFirst()
                                                                                    .change());
                                                            case Claim.Contradicted _ ->
                                                                    throw Answers.reused();
                                                        }))
                                .orElseGet(() -> give(wish, authentication, outbox)));
    }

    private static List<Answers.Result> answer(Kept kept) {
        return List.of(new Answers.Result(kept.delegation().id(), 201, null, null));
    }

    private Uni<Kept> again(UUID id) {
        return delegations.withId(id).map(Optional::orElseThrow);
    }

    private Uni<Kept> give(Wish wish, Authentication authentication, Outbox outbox) {
        Instant now = outbox.now();
        Instant begins = wish.since().filter(now::isBefore).orElse(now);
        if (wish.from().equals(wish.to())) {
            throw Problem.inField("to", "DELEGATE_SELF", "to: is the caller");
        }
        if (!wish.until().isAfter(begins) || wish.until().isAfter(begins.plus(LONGEST))) {
            throw Problem.inField(
                    "until",
                    "DELEGATION_TOO_LONG",
                    "until: must be after it begins and at most 90 days later");
        }
        Concern from = Concern.account(wish.from());
        Concern to = Concern.account(wish.to());
        return signIns.of(wish.from(), "lets another decide in their place", authentication, now)
                .chain(() -> people.behind(Set.of(from, to)))
                .map(found -> {
                    Optional<Account> giver =
                            found.getOrDefault(from, List.of()).stream().findFirst();
                    Optional<Account> taker =
                            found.getOrDefault(to, List.of()).stream().findFirst();
                    check(giver, taker);
                    return new Kept(
                            new Delegation(
                                    outbox.newId(),
                                    wish.from(),
                                    wish.to(),
                                    wish.charters(),
                                    begins,
                                    wish.until(),
                                    giver.flatMap(Account::workerId),
                                    taker.flatMap(Account::workerId)),
                            wish.reason(),
                            wish.from(),
                            now,
                            Optional.empty());
                })
                .call(delegations::add)
                .invoke(kept -> letters.delegated(kept, authentication, outbox))
                .call(() -> tell(Set.of(from)));
    }

    /** Only somebody else who is known and active can decide in one's place. */
    private static void check(Optional<Account> from, Optional<Account> to) {
        if (to.isEmpty()) {
            throw Problem.inField("to", "DELEGATE_UNKNOWN", "to: no account with this id is known");
        }
        if (!to.get().enabled()) {
            throw Problem.inField("to", "DELEGATE_DISABLED", "to: is a disabled account");
        }
        if (from.flatMap(Account::workerId)
                .filter(worker -> to.get().workerId().equals(Optional.of(worker)))
                .isPresent()) {
            throw Problem.inField("to", "DELEGATE_SELF", "to: is another account of the caller's");
        }
    }

    /**
     * Ends a delegation before its time; one that has ended already stays as it is.
     *
     * @param authentication how the caller is signed in
     * @throws Problem 404 DELEGATION_UNKNOWN if there is none of the caller's with this id
     */
    public Uni<Void> end(UUID id, String by, Authentication authentication) {
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
                                        kept.endedAt().isPresent()
                                                        || !outbox.now()
                                                                .isBefore(kept.delegation().until())
                                                ? Uni.createFrom().voidItem()
                                                : delegations
                                                        .end(id, by, outbox.now())
                                                        .invoke(() ->
                                                                letters.ended(
                                                                        kept,
                                                                        by,
                                                                        authentication,
                                                                        outbox))
                                                        .chain(() ->
                                                                tell(
                                                                        Set.of(
                                                                                Concern.account(
                                                                                        kept.delegation()
                                                                                                .from()))))));
    }

    /** A stage asks them by their account, or by a group, a role or the worker they are. */
    private Uni<Void> tell(Set<Concern> delegators) {
        return people.around(delegators)
                .chain(around ->
                        news.add(
                                Stream.concat(delegators.stream(), around.stream())
                                        .collect(Collectors.toSet())));
    }

    /**
     * Those to or from this person that have not ended, the latest first.
     *
     * @param after the id that the page before ended with
     */
    public Uni<List<Kept>> of(String person, Optional<UUID> after, int limit) {
        return handoffs.transact(
                List.of(), outbox -> delegations.of(person, after, limit, outbox.now()));
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
                                                        : tell(
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
