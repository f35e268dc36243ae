package dev.remit.connector.application;

import dev.remit.connector.application.Closings.Seen;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.TrackRecord.Exceeded;
import dev.remit.connector.domain.TrackRecord.Kind;
import dev.remit.connector.domain.TrackRecord.Misstep;
import dev.remit.handoff.Service;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.HaltRegister;
import dev.remit.handoff.halt.HaltRegister.Last;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The track record of digital employees: what went wrong is counted once, however often it is told;
 * who passes a limit of its charter is demoted to ASSIST, and a person who does not answer for it
 * promotes it again.
 */
@Singleton
public class KeepTrackRecord {
    private static final Logger LOG = Logger.getLogger(KeepTrackRecord.class);

    /**
     * How a digital employee stands under a charter.
     *
     * @param counted what went wrong since the window began or since the last promotion
     * @param demotion empty while it owns what the charter gives it
     */
    public record Standing(Charter charter, Map<Kind, Long> counted, Optional<Halt> demotion) {}

    private final Letters letters;
    private final Handoffs handoffs;
    private final Proposals proposals;
    private final PublishedCharters published;
    private final Missteps missteps;
    private final HaltRegister register;
    private final ObservedAccounts accounts;
    private final String people;

    KeepTrackRecord(
            Handoffs handoffs,
            Proposals proposals,
            PublishedCharters published,
            Missteps missteps,
            HaltRegister register,
            ObservedAccounts accounts,
            @ConfigProperty(name = "remit.people.system") String people,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.proposals = proposals;
        this.published = published;
        this.missteps = missteps;
        this.register = register;
        this.accounts = accounts;
        this.people = people;
    }

    /** Something went wrong with these changes; what a person executed is none of it. */
    Uni<Void> note(Collection<Seen> seen, Outbox outbox) {
        if (seen.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return proposals
                .standing(seen.stream().map(Seen::change).distinct().toList())
                .map(found -> counted(seen, found))
                .chain(counted ->
                        counted.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : missteps.add(counted).chain(() -> judge(counted, outbox)));
    }

    private static List<Misstep> counted(Collection<Seen> seen, List<Proposals.Standing> found) {
        Map<UUID, Proposals.Standing> known = new HashMap<>();
        found.forEach(each -> known.put(each.change(), each));
        List<Misstep> counted = new ArrayList<>();
        for (Seen each : seen) {
            Proposals.Standing change = known.get(each.change());
            if (change != null
                    && change.proposal().mode().equals("OWN")
                    && !each.byPerson()
                    && (each.kind() != Kind.OVERRIDES
                            || (change.proposal().by().kind() == Proposer.Kind.DIGITAL_EMPLOYEE
                                    && !change.superseded()))) {
                counted.add(
                        new Misstep(
                                each.change(),
                                each.kind(),
                                change.proposal().charter(),
                                each.at()));
            }
        }
        return counted;
    }

    private Uni<Void> judge(List<Misstep> counted, Outbox outbox) {
        Map<String, Instant> latest = new TreeMap<>();
        counted.forEach(
                each -> latest.merge(each.charter(), each.at(), (a, b) -> a.isAfter(b) ? a : b));
        return inForce()
                .chain(charters ->
                        Multi.createFrom()
                                .iterable(latest.entrySet())
                                .onItem()
                                .transformToUniAndConcatenate(each ->
                                        judge(
                                                Optional.ofNullable(charters.get(each.getKey())),
                                                each.getValue(),
                                                outbox))
                                .collect()
                                .last()
                                .replaceWithVoid());
    }

    /**
     * The charters published last, by name: a restart must not pass over what is told meanwhile.
     */
    private Uni<Map<String, Charter>> inForce() {
        return published
                .all()
                .map(all -> {
                    Map<String, Charter> byName = new TreeMap<>();
                    all.forEach(each -> byName.put(each.name(), each));
                    return byName;
                });
    }

    private Uni<Void> judge(Optional<Charter> charter, Instant at, Outbox outbox) {
        if (charter.flatMap(Charter::trackRecord).isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        String scope = Scopes.own(charter.get().name());
        return proposals
                .queue(Set.of(scope))
                .chain(() -> register.last(scope))
                .chain(last ->
                        last.filter(Last::isInForce).isPresent()
                                ? Uni.createFrom().voidItem()
                                : judge(charter.get(), at, last, outbox));
    }

    private Uni<Void> judge(Charter charter, Instant at, Optional<Last> last, Outbox outbox) {
        var record = charter.trackRecord().orElseThrow();
        Optional<Instant> promoted = last.flatMap(Last::liftedAt);
        // what is told late may lie in a window that ends later
        return missteps.between(charter.name(), record.from(at, promoted), at.plus(record.within()))
                .map(found -> record.exceededBy(found, promoted))
                .chain(exceeded ->
                        exceeded.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : demote(charter, exceeded.get(), last, outbox));
    }

    private Uni<Void> demote(
            Charter charter, Exceeded exceeded, Optional<Last> last, Outbox outbox) {
        Halt demotion =
                new Halt(
                        outbox.newId(),
                        Scopes.own(charter.name()),
                        Service.CONNECTOR.id(),
                        exceeded.words(),
                        HaltAuthority.after(last, outbox.now()));
        LOG.warnf(
                "%s is demoted under charter %s: %s",
                charter.employee(), charter.name(), exceeded.words());
        outbox.publish(
                demotion.id(),
                demotion.scope(),
                letters.demoted(charter, demotion, exceeded),
                null,
                null);
        return register.halt(demotion);
    }

    /** How digital employees stand under each charter that lets one own something. */
    public Uni<List<Standing>> standings() {
        return handoffs.transact(
                List.of(),
                outbox ->
                        inForce()
                                .chain(charters ->
                                        Multi.createFrom()
                                                .iterable(charters.values())
                                                .filter(each -> each.modes().containsValue("OWN"))
                                                .onItem()
                                                .transformToUniAndConcatenate(
                                                        each -> standing(each, outbox.now()))
                                                .collect()
                                                .asList()));
    }

    private Uni<Standing> standing(Charter charter, Instant now) {
        return register.last(Scopes.own(charter.name()))
                .chain(last -> {
                    Optional<Halt> demotion = last.filter(Last::isInForce).map(Last::halt);
                    if (charter.trackRecord().isEmpty()) {
                        return Uni.createFrom().item(new Standing(charter, Map.of(), demotion));
                    }
                    return missteps.between(
                                    charter.name(),
                                    charter.trackRecord()
                                            .get()
                                            .from(now, last.flatMap(Last::liftedAt)),
                                    now)
                            .map(found -> {
                                Map<Kind, Long> counted = new TreeMap<>();
                                charter.trackRecord()
                                        .get()
                                        .allowed()
                                        .keySet()
                                        .forEach(kind -> counted.put(kind, 0L));
                                found.forEach(each ->
                                        counted.computeIfPresent(
                                                each.kind(), (_, count) -> count + 1));
                                return new Standing(charter, counted, demotion);
                            });
                });
    }

    /**
     * A person promotes a digital employee: it owns again, and its record begins anew.
     *
     * @param by immutable id of the person
     * @throws Problem 404 CHARTER_UNKNOWN, 409 NOT_DEMOTED, 403 PROMOTER_NOT_INDEPENDENT if the
     *     person answers for it under any version of the charter, by whichever of their accounts,
     *     or if it is not known whose account one of the two has
     */
    public Uni<Void> promote(String name, String by, String reason) {
        String scope = Scopes.own(name);
        return handoffs.transact(
                List.of(),
                outbox ->
                        published
                                .all()
                                .map(all ->
                                        all.stream()
                                                .filter(each -> each.name().equals(name))
                                                .toList())
                                .call(versions -> independent(name, versions, by))
                                .call(() -> proposals.queue(Set.of(scope)))
                                .chain(versions ->
                                        register.last(scope)
                                                .chain(last ->
                                                        promote(
                                                                versions.getLast(),
                                                                last,
                                                                by,
                                                                reason,
                                                                outbox))));
    }

    /** People are told apart by HR worker: a second account makes nobody independent. */
    private Uni<Void> independent(String name, List<Charter> versions, String by) {
        if (versions.isEmpty()) {
            throw Problem.of(404, "CHARTER_UNKNOWN", "no charter '" + name + "' was published");
        }
        Set<String> involved = new TreeSet<>();
        versions.forEach(each -> {
            involved.add(each.employee());
            involved.add(each.principal());
        });
        Set<String> asked = new TreeSet<>(involved);
        asked.add(by);
        return accounts.workers(people, asked)
                .invoke(workers -> {
                    String promoter = workers.get(by);
                    if (involved.contains(by)
                            || (promoter != null
                                    && involved.stream()
                                            .map(workers::get)
                                            .anyMatch(promoter::equals))) {
                        throw notIndependent(
                                "who answers for the digital employee of charter "
                                        + name
                                        + " does not promote it, by no account of theirs; somebody else with the role admin may");
                    }
                    known("the promoter", by, workers);
                    known(
                            "who answers for the digital employee",
                            versions.getLast().principal(),
                            workers);
                })
                .replaceWithVoid();
    }

    /** Of whom it is not known who they are, it is not known that they are two. */
    private void known(String who, String account, Map<String, String> workers) {
        if (!workers.containsKey(account)) {
            throw notIndependent(
                    "the account "
                            + account
                            + " of "
                            + who
                            + " was not observed in "
                            + people
                            + ", or carries no worker id, so nobody knows that the two are two people; give it its worker id there and try again once it was read, or let somebody with the role admin whose account has one promote");
        }
    }

    private static Problem notIndependent(String words) {
        return Problem.of(403, "PROMOTER_NOT_INDEPENDENT", words);
    }

    private Uni<Void> promote(
            Charter charter, Optional<Last> last, String by, String reason, Outbox outbox) {
        Last demotion =
                last.filter(Last::isInForce)
                        .orElseThrow(() ->
                                Problem.of(
                                        409,
                                        "NOT_DEMOTED",
                                        "under charter "
                                                + charter.name()
                                                + " nobody is demoted; GET /trust shows how they stand"));
        Instant at = HaltAuthority.after(last, outbox.now());
        Halt halt = demotion.halt();
        outbox.publish(
                outbox.newId(),
                halt.scope(),
                letters.promoted(charter, halt, by, reason, at),
                null,
                halt.id());
        return register.lift(halt.id(), halt.scope(), by, at);
    }
}
