package dev.remit.connector.application;

import dev.remit.charter.Publication;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Charter.Refusal;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Draft.Decider;
import dev.remit.connector.domain.Draft.Outcome;
import dev.remit.connector.domain.Draft.Person;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.SignIn;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * People draft versions of charters, and others approve them. The last approval publishes; a
 * denial, the drafter's withdrawal and time end a draft. Each is handed to the log.
 */
@Singleton
public class ReviewCharters {
    private static final Logger LOG = Logger.getLogger(ReviewCharters.class);
    private static final int LISTED = 200;

    /**
     * Who asks.
     *
     * @param by a person, or what acts with a token that is not a person's own
     */
    public record Asking(Proposer by, boolean approver, boolean admin, SignIn signIn) {
        /** Account id, in the system where people sign in. */
        public String id() {
            return by.id();
        }
    }

    /** What became of an attempt to decide. */
    private record Attempt(Draft draft, Optional<Problem> refused) {}

    private final Letters letters;
    private final Handoffs handoffs;
    private final PublishCharters publish;
    private final PublishedCharters published;
    private final CharterDrafts drafts;
    private final ObservedAccounts accounts;
    private final String people;

    ReviewCharters(
            Handoffs handoffs,
            PublishCharters publish,
            PublishedCharters published,
            CharterDrafts drafts,
            ObservedAccounts accounts,
            @ConfigProperty(name = "remit.people.system") String people,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.publish = publish;
        this.published = published;
        this.drafts = drafts;
        this.accounts = accounts;
        this.people = people;
    }

    /**
     * A person drafts a version.
     *
     * @throws Problem 409 CHARTER_PUBLISHED, CHARTER_VERSION_REUSED, CHARTER_DRAFT_OPEN,
     *     TRIGGER_CLAIMED_TWICE; 403 PERSON_NOT_KNOWN, OWNER_BY_ANOTHER_ACCOUNT
     */
    public Uni<Draft> draft(PublishedCharters.Document document, String by, String reason) {
        String name = document.charter().name();
        return handoffs.transact(
                List.of(),
                outbox ->
                        publish.queue(Set.of(name))
                                .chain(() -> published.history(name))
                                .invoke(versions -> isNew(document, versions))
                                .call(() -> drafts.of(name).invoke(ReviewCharters::noneIsOpen))
                                .call(() ->
                                        publish.claimedTwice(document.charter(), outbox)
                                                .invoke(ReviewCharters::refuse))
                                .chain(versions -> {
                                    String owner = PublishCharters.owner(document, versions);
                                    return accounts.workers(people, both(by, owner))
                                            .chain(workers ->
                                                    publish.open(
                                                            document,
                                                            versions,
                                                            Optional.of(person(by, workers)),
                                                            as(by, owner, workers),
                                                            reason,
                                                            outbox));
                                }));
    }

    private static Set<String> both(String one, String other) {
        return one.equals(other) ? Set.of(one) : Set.of(one, other);
    }

    private static void isNew(
            PublishedCharters.Document document, List<PublishedCharters.Version> versions) {
        for (PublishedCharters.Version each : versions) {
            if (each.hash().equals(document.charter().hash())) {
                throw Problem.of(
                        409,
                        "CHARTER_PUBLISHED",
                        document.charter().name()
                                + " "
                                + each.version()
                                + " was published with this very content");
            }
            if (each.version().equals(document.charter().version())) {
                throw Problem.inField(
                        "metadata.version",
                        "CHARTER_VERSION_REUSED",
                        PublishCharters.reused(document.charter()));
            }
        }
    }

    private static void noneIsOpen(List<Draft> known) {
        known.stream()
                .filter(each -> each.end().isEmpty())
                .findFirst()
                .ifPresent(open -> {
                    throw Problem.of(
                            409,
                            "CHARTER_DRAFT_OPEN",
                            "version "
                                    + open.version()
                                    + " is open as draft "
                                    + open.id()
                                    + "; it is approved, denied or taken back first");
                });
    }

    private static Publication.Drafter as(String by, String owner, Map<String, String> workers) {
        if (by.equals(owner)) {
            return Publication.Drafter.OWNER;
        }
        if (String.valueOf(workers.get(by)).equals(workers.get(owner))) {
            throw Problem.of(
                    403,
                    "OWNER_BY_ANOTHER_ACCOUNT",
                    "the charter's owner drafts with the account that the charter names: " + owner);
        }
        return Publication.Drafter.SOMEBODY_ELSE;
    }

    /** Of whom it is not known who they are, it is not known that they are somebody else. */
    private Person person(String id, Map<String, String> workers) {
        String worker = workers.get(id);
        if (worker == null) {
            throw Problem.of(
                    403,
                    "PERSON_NOT_KNOWN",
                    "the account "
                            + id
                            + " was not observed in "
                            + people
                            + ", or carries no worker id, so nobody knows who it is; give it its worker id there and try again once it was read");
        }
        return new Person(id, worker);
    }

    /**
     * A person approves a draft; the last approval that it needs publishes it. One that follows
     * another version than the last, because a build that knew of no drafts published one
     * meanwhile, ends instead: it was compared with what is in force no more.
     *
     * <p>A refused attempt changes nothing and is evidence: it is handed to the log, once an hour
     * the same, then answered.
     *
     * @param hash of what they approve, hexadecimal
     * @throws Problem 404 CHARTER_DRAFT_UNKNOWN, 403 PERSON_NEEDED, 409 CHARTER_HASH_DIFFERS,
     *     CHARTER_DRAFT_ENDED, ALREADY_APPROVED, TRIGGER_CLAIMED_TWICE; 403
     *     DRAFTER_APPROVES_NOTHING, NOT_ASKED, PERSON_NOT_KNOWN
     */
    public Uni<Draft> approve(UUID id, Asking asking, String hash, String reason) {
        return decide(
                id,
                asking,
                "approve",
                (draft, decider, outbox) -> {
                    if (!draft.hash().equals(hash)) {
                        throw Problem.of(
                                409,
                                "CHARTER_HASH_DIFFERS",
                                "hash: the draft has the hash " + draft.hash(),
                                "hash");
                    }
                    return switch (draft.approve(decider, outbox.now())) {
                        case Draft.Ruling.No(Refusal refusal) -> throw problem(refusal);
                        case Draft.Ruling.As(Draft.Part part) ->
                                published
                                        .history(draft.name())
                                        .chain(versions ->
                                                isNext(draft, versions)
                                                        ? approve(
                                                                draft,
                                                                decider,
                                                                part,
                                                                asking.signIn(),
                                                                reason,
                                                                outbox)
                                                        : end(
                                                                draft,
                                                                Outcome.WITHDRAWN,
                                                                Optional.empty(),
                                                                Optional.empty(),
                                                                "version "
                                                                        + versions.getLast()
                                                                                .version()
                                                                        + " was published meanwhile, without this draft",
                                                                outbox));
                    };
                });
    }

    private static boolean isNext(Draft draft, List<PublishedCharters.Version> versions) {
        return versions.isEmpty()
                || draft.previous().filter(versions.getLast().hash()::equals).isPresent();
    }

    private Uni<Void> approve(
            Draft draft,
            Decider decider,
            Draft.Part part,
            SignIn signIn,
            String reason,
            Outbox outbox) {
        Draft.Approval approval =
                new Draft.Approval(
                        outbox.newId(), part, Optional.of(decider.person()), outbox.now());
        List<Draft.Approval> approvals = new ArrayList<>(draft.approvals());
        approvals.add(approval);
        boolean last = draft.with(approvals).missing().isEmpty();
        return (last
                        ? publish.claimedTwice(publish.read(draft), outbox)
                                .invoke(ReviewCharters::refuse)
                                .replaceWithVoid()
                        : Uni.createFrom().voidItem())
                .chain(() -> approved(draft, approval, signIn, reason, outbox))
                .chain(() ->
                        last
                                ? publish.publish(draft, approvals, outbox)
                                : Uni.createFrom().voidItem());
    }

    private Uni<Void> approved(
            Draft draft, Draft.Approval approval, SignIn signIn, String reason, Outbox outbox) {
        PublishCharters.send(
                draft,
                letters.decided(draft, approval, Optional.of(signIn), reason),
                approval.id(),
                outbox);
        return drafts.approved(draft.id(), approval);
    }

    private static void refuse(Optional<Refusal> refusal) {
        refusal.ifPresent(each -> {
            throw Problem.of(each.status(), each.code(), each.detail(), each.field());
        });
    }

    /**
     * A person ends a draft by denying it.
     *
     * @throws Problem as {@link #approve}
     */
    public Uni<Draft> deny(UUID id, Asking asking, String reason) {
        return decide(
                id,
                asking,
                "deny",
                (draft, decider, outbox) -> {
                    draft.deny(decider, outbox.now())
                            .ifPresent(refusal -> {
                                throw problem(refusal);
                            });
                    return end(
                            draft,
                            Outcome.DENIED,
                            Optional.of(decider),
                            Optional.of(asking.signIn()),
                            reason,
                            outbox);
                });
    }

    /**
     * The drafter takes a draft back, or an administrator ends it.
     *
     * @throws Problem as {@link #approve}
     */
    public Uni<Draft> withdraw(UUID id, Asking asking, String reason) {
        return decide(
                id,
                asking,
                "withdraw",
                (draft, decider, outbox) -> {
                    draft.withdraw(decider, outbox.now())
                            .ifPresent(refusal -> {
                                throw problem(refusal);
                            });
                    return end(
                            draft,
                            Outcome.WITHDRAWN,
                            Optional.of(decider),
                            Optional.of(asking.signIn()),
                            reason,
                            outbox);
                });
    }

    private Uni<Void> end(
            Draft draft,
            Outcome outcome,
            Optional<Decider> decider,
            Optional<SignIn> signIn,
            String reason,
            Outbox outbox) {
        UUID decision = outbox.newId();
        Draft.End end =
                new Draft.End(
                        outcome, decider.map(each -> each.person().id()), reason, outbox.now());
        PublishCharters.send(
                draft,
                letters.ended(draft, decision, end, decider.map(Decider::person), signIn),
                decision,
                outbox);
        return drafts.ended(draft.id(), end);
    }

    /** What is decided about one draft, in its charter's turn. */
    private interface Decision {
        Uni<Void> on(Draft draft, Decider decider, Outbox outbox);
    }

    private Uni<Draft> decide(UUID id, Asking asking, String what, Decision decision) {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                find(id).call(draft -> publish.queue(Set.of(draft.name())))
                                        .chain(() -> find(id))
                                        .chain(draft ->
                                                decided(draft, asking, decision, outbox)
                                                        .map(_ -> Optional.<Problem>empty())
                                                        // every rule refuses before anything is
                                                        // written: the record is all there is
                                                        .onFailure(Problem.class)
                                                        .recoverWithItem(failure ->
                                                                Optional.of(
                                                                        record(
                                                                                draft,
                                                                                asking,
                                                                                what,
                                                                                (Problem) failure,
                                                                                outbox))))
                                        .chain(refused ->
                                                find(id).map(draft -> new Attempt(draft, refused))))
                .map(attempt -> {
                    attempt.refused()
                            .ifPresent(refused -> {
                                throw refused;
                            });
                    return attempt.draft();
                });
    }

    private Uni<Void> decided(Draft draft, Asking asking, Decision decision, Outbox outbox) {
        return Uni.createFrom()
                .deferred(() -> {
                    if (asking.by().kind() != Proposer.Kind.HUMAN) {
                        throw Problem.of(
                                403,
                                "PERSON_NEEDED",
                                "a person drafts and decides about charters; this token is not a person's own");
                    }
                    return accounts.workers(people, both(asking.id(), draft.owner()));
                })
                .chain(workers ->
                        decision.on(
                                draft,
                                new Decider(
                                        person(asking.id(), workers),
                                        Optional.ofNullable(workers.get(draft.owner())),
                                        asking.approver(),
                                        asking.admin()),
                                outbox));
    }

    /**
     * Once an hour for the same attempt: whoever holds a token must not be able to fill the log.
     */
    private Problem record(
            Draft draft, Asking asking, String what, Problem refused, Outbox outbox) {
        UUID id =
                dev.remit.handoff.Ids.derived(
                        Ids.NAMESPACE,
                        String.join(
                                "|",
                                "draft",
                                draft.id().toString(),
                                what,
                                asking.by().id(),
                                asking.by().agent().map(Agent::client).orElse(""),
                                refused.code(),
                                outbox.now().truncatedTo(ChronoUnit.HOURS).toString()));
        outbox.publish(
                id,
                id.toString(),
                letters.refused(
                        draft,
                        asking.by(),
                        what,
                        refused.code(),
                        String.valueOf(refused.getMessage()),
                        outbox.now()),
                null,
                draft.id());
        return refused;
    }

    private Uni<Draft> find(UUID id) {
        return drafts.find(id)
                .map(found ->
                        found.orElseThrow(() ->
                                Problem.of(
                                        404,
                                        "CHARTER_DRAFT_UNKNOWN",
                                        "no draft of a charter is " + id)));
    }

    /** A draft. */
    public Uni<Draft> show(UUID id) {
        return handoffs.transact(List.of(), outbox -> find(id));
    }

    /** The open ones, then those that ended, the newest first. */
    public Uni<List<Draft>> list() {
        return handoffs.transact(List.of(), outbox -> drafts.list(LISTED));
    }

    /** Ends what nobody decided in time: nothing is published by waiting. */
    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> expire() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                drafts.overdue(outbox.now())
                                        .chain(overdue ->
                                                Multi.createFrom()
                                                        .iterable(overdue)
                                                        .onItem()
                                                        .transformToUniAndConcatenate(
                                                                each -> expire(each, outbox))
                                                        .collect()
                                                        .last()))
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("drafts of charters do not end: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> expire(Draft overdue, Outbox outbox) {
        return publish.queue(Set.of(overdue.name()))
                .chain(() -> find(overdue.id()))
                .chain(draft ->
                        draft.end().isPresent()
                                ? Uni.createFrom().voidItem()
                                : end(
                                        draft,
                                        Outcome.EXPIRED,
                                        Optional.empty(),
                                        Optional.empty(),
                                        "not approved by " + draft.until(),
                                        outbox));
    }

    private static Problem problem(Refusal refusal) {
        return Problem.of(refusal.status(), refusal.code(), refusal.detail());
    }
}
