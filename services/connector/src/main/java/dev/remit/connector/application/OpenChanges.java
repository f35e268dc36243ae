package dev.remit.connector.application;

import dev.remit.connector.application.Proposals.Kept;
import dev.remit.connector.application.Proposals.Matter;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Something happened: it is observed, and opens a change under each charter that names it, once.
 * The same rules admit it as admit what people ask for, except that too much at once is braked and
 * what is halted is held further on. What a rule refuses is recorded; where nobody knows yet whom
 * it is about, or every charter that names it takes another entitlement than the one it is about,
 * it waits and is looked at again.
 */
@Singleton
public class OpenChanges {
    private static final Logger LOG = Logger.getLogger(OpenChanges.class);

    private static final String DUPLICATE = "DUPLICATE_CHANGE";
    private static final String DISMISSED = "EVENT_DISMISSED";
    private static final String ANOTHER = "RESOURCE_OUTSIDE_CHARTER";

    /** What may be otherwise later on; what no rule will ever let pass does not wait. */
    private static final Set<String> PASSING =
            Set.of(
                    "SUBJECT_UNKNOWN",
                    "SUBJECT_AMBIGUOUS",
                    "TARGET_NOT_READ",
                    "CHARTER_NOT_IN_FORCE",
                    ANOTHER,
                    DUPLICATE);

    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final int BATCH = 200;

    /** A change that an occurrence would open. */
    private record Candidate(
            Occurrence occurrence,
            Charter charter,
            Charter.Trigger trigger,
            UUID change,
            Wish wish) {
        /** Whether the change would do what the event is about, and nothing else. */
        boolean fits() {
            return trigger.answersFor(occurrence.resource());
        }

        Charter.Refusal another() {
            return new Charter.Refusal(
                    422,
                    "resource",
                    ANOTHER,
                    "the event is about %s, and charter %s takes %s alone"
                            .formatted(
                                    occurrence
                                            .resource()
                                            .map(each -> "'" + each + "'")
                                            .orElse("no entitlement that it names"),
                                    charter.name(),
                                    new TreeSet<>(trigger.resource())));
        }

        /**
         * Whether the refusal may be over later on: a run that finds the last one open is not made
         * up for.
         */
        boolean waits(Charter.Refusal refusal) {
            return PASSING.contains(refusal.code())
                    && !(refusal.code().equals(DUPLICATE) && occurrence.event() == Event.SCHEDULE);
        }

        Subjects.Asked asked() {
            return new Subjects.Asked(wish.subjectSystem(), wish.subjectId(), wish.target());
        }

        Optional<Matter> matter(Map<Subjects.Asked, Admission.Subject> found) {
            return Optional.ofNullable(found.get(asked()))
                    .flatMap(subject -> subject.id(charter.makes(wish.action())))
                    .map(id ->
                            new Matter(
                                    id,
                                    wish.target(),
                                    wish.action(),
                                    charter.effect(wish.action())));
        }
    }

    private final Letters letters;
    private final Handoffs handoffs;
    private final Occurrences occurrences;
    private final Charters charters;
    private final Subjects subjects;
    private final Proposals proposals;
    private final ProposeChange propose;
    private final Owners owners;
    private final MeterRegistry meters;
    private final AtomicLong held = new AtomicLong();

    OpenChanges(
            Handoffs handoffs,
            Occurrences occurrences,
            Charters charters,
            Subjects subjects,
            Proposals proposals,
            ProposeChange propose,
            Owners owners,
            MeterRegistry meters,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.occurrences = occurrences;
        this.charters = charters;
        this.subjects = subjects;
        this.proposals = proposals;
        this.propose = propose;
        this.owners = owners;
        this.meters = meters;
        meters.gauge("remit.occurrences.held", held);
    }

    /** What a feed told, in one transaction. */
    public Uni<Void> told(List<Occurrence> told) {
        return handoffs.transact(List.of(), outbox -> happened(told, outbox));
    }

    /** Those that wait to be opened, the oldest first. */
    public Uni<List<Occurrences.Held>> waiting(int atMost) {
        return handoffs.transact(List.of(), outbox -> occurrences.waiting(atMost));
    }

    /**
     * Looks again at one that waits, at once.
     *
     * @return whether it still waits
     * @throws Problem 404 EVENT_NOT_HELD; 503 CHARTERS_NOT_READ
     */
    public Uni<Boolean> lookAt(UUID observation) {
        chartersAreRead();
        return handoffs.transact(
                List.of(),
                outbox ->
                        occurrences
                                .held(observation)
                                .map(found -> waits(found, observation))
                                .chain(held -> again(List.of(held.occurrence()), outbox))
                                .chain(() -> occurrences.held(observation))
                                .map(Optional::isPresent));
    }

    /**
     * A person lets one wait no more: it opens nothing more, told again neither. Recorded under
     * each charter that it would have opened a change under, and has not.
     *
     * @param by immutable id
     * @throws Problem 404 EVENT_NOT_HELD; 503 CHARTERS_NOT_READ
     */
    public Uni<Occurrences.Held> dismiss(UUID observation, String by, String reason) {
        chartersAreRead();
        return handoffs.transact(
                List.of(),
                outbox ->
                        occurrences
                                .held(observation)
                                .map(found -> waits(found, observation))
                                .call(held -> dismiss(held.occurrence(), by, reason, outbox)));
    }

    /** Without charters everything would open nothing. */
    private void chartersAreRead() {
        if (!charters.known()) {
            throw Problem.of(
                    503,
                    "CHARTERS_NOT_READ",
                    "the charters have not been read since the start: try again in a moment");
        }
    }

    private static Occurrences.Held waits(Optional<Occurrences.Held> found, UUID observation) {
        return found.orElseThrow(() ->
                Problem.of(
                        404,
                        "EVENT_NOT_HELD",
                        "no event with observation "
                                + observation
                                + " waits; GET /events/held lists those that do"));
    }

    private Uni<Void> dismiss(Occurrence occurrence, String by, String reason, Outbox outbox) {
        return fresh(candidates(List.of(occurrence)), outbox)
                .invoke(fresh -> dismissed(occurrence, fresh, by, reason, outbox))
                .chain(() ->
                        occurrences.dismiss(
                                occurrence, new Occurrences.Dismissal(by, reason, outbox.now())));
    }

    private void dismissed(
            Occurrence occurrence,
            List<Candidate> candidates,
            String by,
            String reason,
            Outbox outbox) {
        for (Candidate each : candidates) {
            UUID id = occurrence.refusal(each.charter().name(), DISMISSED);
            outbox.publish(
                    id,
                    id.toString(),
                    letters.refused(
                            each.wish().by(Proposer.person(by)),
                            new Charter.Refusal(
                                    409,
                                    "subject",
                                    DISMISSED,
                                    "event %s of %s is dismissed: %s"
                                            .formatted(
                                                    occurrence.id(), occurrence.source(), reason)),
                            Optional.of(each.charter().hash()),
                            outbox.now()),
                    null,
                    occurrence.observation());
        }
        LOG.infof("event %s of %s is dismissed by %s", occurrence.id(), occurrence.source(), by);
    }

    /** These happened; what was told before changes nothing. */
    Uni<Void> happened(Collection<Occurrence> told, Outbox outbox) {
        Map<Occurrences.Key, Occurrence> firsts = new LinkedHashMap<>();
        told.forEach(each -> firsts.putIfAbsent(Occurrences.Key.of(each), each));
        if (firsts.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return occurrences
                .add(firsts.values(), outbox.now())
                .chain(known -> {
                    told.stream()
                            .filter(each -> !each.wasFound())
                            .filter(each -> {
                                Occurrences.Key key = Occurrences.Key.of(each);
                                return !each.equals(known.getOrDefault(key, firsts.get(key)));
                            })
                            .forEach(each -> contradicted(each, outbox));
                    List<Occurrence> fresh =
                            firsts.values().stream()
                                    .filter(each -> !known.containsKey(Occurrences.Key.of(each)))
                                    .toList();
                    fresh.forEach(each -> observe(each, outbox));
                    return open(fresh, outbox);
                });
    }

    /** About whom it is as far as is known now. */
    private Occurrence owned(Occurrence occurrence) {
        return occurrence.about(
                occurrence.resource().flatMap(each -> owners.of(occurrence.source(), each)));
    }

    private void observe(Occurrence told, Outbox outbox) {
        Occurrence occurrence = owned(told);
        meters.counter("remit.occurrences", "event", occurrence.event().name()).increment();
        outbox.publish(
                occurrence.observation(),
                occurrence.subjectId().isEmpty() ? occurrence.source() : occurrence.subjectId(),
                letters.of(occurrence, outbox.now()),
                null,
                null);
    }

    private static void contradicted(Occurrence occurrence, Outbox outbox) {
        byte[] content = occurrence.toString().getBytes(StandardCharsets.UTF_8);
        outbox.deadLetter(
                "EVENT_CONTRADICTED",
                "id: came before with other content; the first stands",
                occurrence.source() + "/" + occurrence.id() + "#" + Hash.sha256(content).hex(),
                null,
                Map.of(),
                content);
    }

    /** Looks again at what nobody knew whom it was about. */
    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> lookAgain() {
        return !charters.known()
                ? Uni.createFrom().voidItem()
                : handoffs.transact(
                                List.of(),
                                outbox ->
                                        occurrences
                                                .held(outbox.now().minus(AGAIN), BATCH)
                                                .chain(waited -> again(waited, outbox))
                                                .chain(occurrences::holding))
                        .invoke(held::set)
                        .onFailure()
                        .invoke(failure -> LOG.warnf("what is held waits: %s", failure))
                        .onFailure()
                        .recoverWithNull()
                        .replaceWithVoid();
    }

    /** What was found here may not last: it is forgotten, and found again if it does. */
    private Uni<Void> again(List<Occurrence> waited, Outbox outbox) {
        Map<Boolean, List<Occurrence>> found =
                waited.stream().collect(Collectors.partitioningBy(Occurrence::wasFound));
        return occurrences
                .forget(found.getOrDefault(true, List.of()))
                .chain(() -> open(found.getOrDefault(false, List.of()), outbox));
    }

    private Uni<Void> open(List<Occurrence> happened, Outbox outbox) {
        List<Candidate> all = candidates(happened);
        if (all.isEmpty()) {
            return occurrences.settle(happened, List.of(), outbox.now());
        }
        return fresh(all, outbox).chain(fresh -> admit(happened, fresh, outbox));
    }

    /**
     * Of these, those whose change is not open yet and was not; no other transaction opens them.
     */
    private Uni<List<Candidate>> fresh(List<Candidate> all, Outbox outbox) {
        if (all.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return outbox.lock(all.stream().map(Candidate::change).collect(Collectors.toSet()))
                .chain(() -> proposals.standing(all.stream().map(Candidate::change).toList()))
                .map(standing -> {
                    Set<UUID> known =
                            standing.stream()
                                    .map(Proposals.Standing::change)
                                    .collect(Collectors.toSet());
                    return all.stream().filter(each -> !known.contains(each.change())).toList();
                });
    }

    private List<Candidate> candidates(List<Occurrence> happened) {
        List<Candidate> all = new ArrayList<>();
        for (Occurrence occurrence : happened) {
            List<Candidate> meant = new ArrayList<>();
            for (Charter charter : charters.all()) {
                charter.on(occurrence.event())
                        .filter(trigger -> occurrence.opens(charter, trigger))
                        .map(trigger ->
                                new Candidate(
                                        occurrence,
                                        charter,
                                        trigger,
                                        occurrence.change(charter.name()),
                                        owned(occurrence).wish(charter, trigger)))
                        .ifPresent(meant::add);
            }
            List<Candidate> fitting = meant.stream().filter(Candidate::fits).toList();
            // where none fits, each says so
            all.addAll(fitting.isEmpty() ? meant : fitting);
        }
        return all;
    }

    private Uni<Void> admit(List<Occurrence> happened, List<Candidate> candidates, Outbox outbox) {
        return subjects.find(candidates.stream().map(Candidate::asked).collect(Collectors.toSet()))
                .chain(found -> {
                    Set<Matter> matters = new LinkedHashSet<>();
                    Set<String> queues = new TreeSet<>();
                    for (Candidate each : candidates) {
                        each.matter(found)
                                .ifPresent(matter -> {
                                    matters.add(matter);
                                    queues.add(matter.queue());
                                });
                        if (each.charter().isLimited()) {
                            queues.add(Brake.scope(each.charter().name()));
                        }
                    }
                    return proposals
                            .queue(queues)
                            .chain(() -> proposals.underWay(matters))
                            .chain(open ->
                                    settle(
                                            happened,
                                            judged(candidates, found, open, outbox),
                                            outbox));
                });
    }

    /** What is opened, by source, and what waits. */
    private record Judged(Map<String, List<Kept>> opened, Set<Occurrence> held) {}

    private Judged judged(
            List<Candidate> candidates,
            Map<Subjects.Asked, Admission.Subject> found,
            Map<Matter, UUID> known,
            Outbox outbox) {
        Map<Matter, UUID> open = new HashMap<>(known);
        Judged judged = new Judged(new LinkedHashMap<>(), new LinkedHashSet<>());
        for (Candidate each : candidates) {
            Optional<Matter> matter = each.matter(found);
            // too much is braked, and what is halted is held by data-readiness: nothing is lost
            Admission admission =
                    each.fits()
                            ? Admission.of(
                                    each.wish(),
                                    new Admission.Known(
                                            Optional.of(each.charter()),
                                            1,
                                            found.getOrDefault(
                                                    each.asked(),
                                                    new Admission.Subject(Optional.empty(), 0, 0)),
                                            matter.flatMap(one -> Matter.open(one, open)),
                                            new Admission.Load(0, 0),
                                            Optional.empty(),
                                            outbox.now()))
                            : new Admission.Refused(each.another());
            switch (admission) {
                case Admission.Admitted(var proposal) -> {
                    matter.ifPresent(key -> open.put(key, each.change()));
                    judged.opened()
                            .computeIfAbsent(each.occurrence().source(), _ -> new ArrayList<>())
                            .add(
                                    new Kept(
                                            each.change(),
                                            proposal,
                                            each.occurrence().observation(),
                                            ProposeChange.today(outbox),
                                            each.charter().effect(proposal.action())));
                }
                case Admission.Refused(Charter.Refusal refusal) -> {
                    refuse(each, refusal, outbox);
                    if (each.waits(refusal)) {
                        judged.held().add(each.occurrence());
                    }
                }
            }
        }
        return judged;
    }

    /** Told once for each rule, however often it is looked at. */
    private void refuse(Candidate candidate, Charter.Refusal refusal, Outbox outbox) {
        if (refusal.status() >= 500) {
            return;
        }
        UUID id = candidate.occurrence().refusal(candidate.charter().name(), refusal.code());
        outbox.publish(
                id,
                id.toString(),
                letters.refused(
                        candidate.wish(),
                        refusal,
                        Optional.of(candidate.charter().hash()),
                        outbox.now()),
                null,
                candidate.occurrence().observation());
    }

    private Uni<Void> settle(List<Occurrence> happened, Judged judged, Outbox outbox) {
        return Multi.createFrom()
                .iterable(judged.opened().entrySet())
                .onItem()
                .transformToUniAndConcatenate(
                        each -> propose.trigger(each.getKey(), each.getValue(), outbox))
                .collect()
                .last()
                .chain(() -> occurrences.settle(happened, judged.held(), outbox.now()));
    }
}
