package dev.remit.connector.application;

import dev.remit.connector.application.Answers.Claim;
import dev.remit.connector.application.Answers.Request;
import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.application.Proposals.Field;
import dev.remit.connector.application.Proposals.Kept;
import dev.remit.connector.application.Proposals.Matter;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Waves;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Someone asks for changes. Each wish is judged by the same rules as alone and answered on its own;
 * one that is refused stops no other. A refusal by a rule is evidence: it is handed to the log.
 */
@Singleton
public class AskForChanges {
    private static final Duration HOUR = Duration.ofHours(1);

    /** As many as one request may carry. */
    private static final int WAVE = 200;

    private final Letters letters;
    private final Handoffs handoffs;
    private final Charters charters;
    private final Subjects subjects;
    private final Proposals proposals;
    private final ProposeChange propose;
    private final Answers answers;
    private final Halts halts;
    private final MeterRegistry meters;

    /** Single wishes that come at the same time are judged in one transaction. */
    private final Waves<Wish, Result> waves =
            new Waves<>(WAVE, Duration.ZERO, wishes -> together(wishes, Optional.empty()));

    AskForChanges(
            Handoffs handoffs,
            Charters charters,
            Subjects subjects,
            Proposals proposals,
            ProposeChange propose,
            Answers answers,
            Halts halts,
            MeterRegistry meters,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.charters = charters;
        this.subjects = subjects;
        this.proposals = proposals;
        this.propose = propose;
        this.answers = answers;
        this.halts = halts;
        this.meters = meters;
    }

    /** What else belongs to the same transaction. */
    public interface Terms {
        /** Nothing. */
        Terms NONE =
                new Terms() {
                    @Override
                    public Uni<Void> before(Outbox outbox) {
                        return Uni.createFrom().voidItem();
                    }

                    @Override
                    public Uni<Void> after(List<Result> results, Outbox outbox) {
                        return Uni.createFrom().voidItem();
                    }
                };

        /** What must hold before anything is judged; not asked for what was answered before. */
        Uni<Void> before(Outbox outbox);

        /** What is kept beside the results, those that were answered before included. */
        Uni<Void> after(List<Result> results, Outbox outbox);
    }

    /**
     * Opens what no rule is against, all in one transaction.
     *
     * @param request if it may be repeated: a repetition is answered as before; one that opened
     *     nothing is judged again
     * @return a result for each wish, in their order
     * @throws Problem 409 IDEMPOTENCY_KEY_REUSED if the key came with another request before
     */
    public Uni<List<Result>> ask(List<Wish> wishes, Optional<Request> request) {
        return wishes.size() == 1 && request.isEmpty()
                ? waves.add(wishes.getFirst()).map(List::of)
                : together(wishes, request);
    }

    private Uni<List<Result>> together(List<Wish> wishes, Optional<Request> request) {
        return ask(wishes, request, Terms.NONE);
    }

    /** The same, on terms. */
    Uni<List<Result>> ask(List<Wish> wishes, Optional<Request> request, Terms terms) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        once(wishes, request, terms, outbox)
                                .call(results -> terms.after(results, outbox)));
    }

    /** Whether somebody halted what the change would be in. In the caller's transaction. */
    Uni<Boolean> isHalted(Wish wish) {
        return halts.inForce().map(halted -> halted.over(() -> scopes(wish)).isPresent());
    }

    /** What would be answered to a single wish; opens nothing and records nothing. */
    public Uni<Admission> tryOut(Wish wish) {
        return handoffs.transact(
                List.of(),
                outbox -> {
                    List<Wish> named = named(List.of(wish), outbox.now());
                    return subjects.find(asked(named))
                            .chain(found -> known(named, found, outbox.now()))
                            .map(known -> known.admit(named.getFirst(), outbox.newId()));
                });
    }

    private Uni<List<Result>> once(
            List<Wish> wishes, Optional<Request> request, Terms terms, Outbox outbox) {
        if (request.isEmpty()) {
            return terms.before(outbox).chain(() -> judge(wishes, request, outbox));
        }
        return answers.claim(request.get())
                .chain(claim ->
                        switch (claim) {
                            case Claim.Taken _ ->
                                    terms.before(outbox)
                                            .chain(() -> judge(wishes, request, outbox))
                                            .invoke(results ->
                                                    outbox.write(keep(request.get(), results)));
                            case Claim.Answered(List<Result> results) ->
                                    Uni.createFrom().item(results);
                            case Claim.Contradicted _ ->
                                    throw Problem.of(
                                            409,
                                            "IDEMPOTENCY_KEY_REUSED",
                                            "Idempotency-Key: was used before with another request");
                        });
    }

    private Uni<Void> keep(Request request, List<Result> results) {
        Set<UUID> opened =
                results.stream()
                        .map(Result::change)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        return opened.isEmpty() ? answers.release(request) : answers.keep(request, opened, results);
    }

    /** A wish that names no charter is under the only one that covers it. */
    private List<Wish> named(List<Wish> wishes, Instant now) {
        return wishes.stream()
                .map(wish -> {
                    List<Charter> covering =
                            wish.charter().isEmpty()
                                    ? Admission.covering(charters.all(), wish, now)
                                    : List.of();
                    return covering.size() == 1 ? wish.under(covering.getFirst().name()) : wish;
                })
                .toList();
    }

    private Uni<List<Result>> judge(List<Wish> asked, Optional<Request> request, Outbox outbox) {
        List<Wish> wishes = named(asked, outbox.now());
        return subjects.find(asked(wishes))
                .call(found -> proposals.queue(queues(wishes, found)))
                .chain(found -> known(wishes, found, outbox.now()))
                .chain(known -> {
                    List<Result> results = new ArrayList<>();
                    Map<UUID, Kept> opened = new LinkedHashMap<>();
                    Set<UUID> recorded = new HashSet<>();
                    for (Wish wish : wishes) {
                        UUID change = outbox.newId();
                        results.add(
                                switch (known.admit(wish, change)) {
                                    case Admission.Admitted(Proposal proposal) -> {
                                        opened.put(
                                                change,
                                                new Kept(
                                                        change,
                                                        proposal,
                                                        null,
                                                        ProposeChange.today(outbox),
                                                        effect(wish)));
                                        yield new Result(change, 202, null, null, null);
                                    }
                                    case Admission.Refused(Charter.Refusal refusal) -> {
                                        record(
                                                wish,
                                                refusal,
                                                results.size(),
                                                request,
                                                recorded,
                                                outbox);
                                        yield new Result(
                                                null,
                                                refusal.status(),
                                                refusal.code(),
                                                refusal.field(),
                                                refusal.detail());
                                    }
                                });
                    }
                    // nobody else knows them yet, so the lock is had when what is behind it is
                    return Uni.combine()
                            .all()
                            .unis(
                                    outbox.lock(opened.keySet()),
                                    propose.propose(opened.values(), known.halted, outbox))
                            .with((_, _) -> List.copyOf(results));
                });
    }

    /**
     * A repetition of a request with a key leaves no second record of the same refusal; nor do the
     * further attempts, within an hour, of someone who may propose nothing: whoever holds a token
     * must not be able to fill the log.
     */
    private void record(
            Wish wish,
            Charter.Refusal refusal,
            int place,
            Optional<Request> request,
            Set<UUID> recorded,
            Outbox outbox) {
        meters.counter("remit.proposals.refused", "code", refusal.code()).increment();
        if (refusal.status() >= 500) {
            return;
        }
        Optional<String> once =
                wish.proposer().barred().isPresent()
                        ? Optional.of(
                                String.join(
                                        "|",
                                        "barred",
                                        wish.proposer().id(),
                                        wish.proposer().agent().map(Agent::client).orElse(""),
                                        refusal.code(),
                                        outbox.now().truncatedTo(ChronoUnit.HOURS).toString()))
                        : request.map(each ->
                                String.join(
                                        "|",
                                        "refused",
                                        each.caller(),
                                        each.key(),
                                        each.request(),
                                        String.valueOf(place),
                                        refusal.code()));
        UUID id =
                once.map(each -> dev.remit.handoff.Ids.derived(Ids.NAMESPACE, each))
                        .orElseGet(outbox::newId);
        if (!recorded.add(id)) {
            return;
        }
        outbox.publish(
                id,
                id.toString(),
                letters.refused(
                        wish,
                        refusal,
                        charters.find(wish.charter()).map(Charter::hash),
                        outbox.now()),
                null,
                null);
    }

    /** What must not be decided on twice at a time: each matter, and each charter with a limit. */
    private Set<String> queues(List<Wish> wishes, Map<Subjects.Asked, Admission.Subject> found) {
        Set<String> names = new TreeSet<>();
        for (Wish wish : wishes) {
            matter(wish, found).map(Matter::queue).ifPresent(names::add);
            charters.find(wish.charter())
                    .filter(Charter::isLimited)
                    .ifPresent(charter -> names.add(Brake.scope(charter.name())));
        }
        return names;
    }

    private Uni<Whole> known(
            List<Wish> wishes, Map<Subjects.Asked, Admission.Subject> found, Instant now) {
        Set<Matter> matters = new LinkedHashSet<>();
        Set<Field> fields = new LinkedHashSet<>();
        for (Wish wish : wishes) {
            matter(wish, found).ifPresent(matters::add);
            charters.find(wish.charter())
                    .filter(Charter::isLimited)
                    .ifPresent(charter -> fields.add(new Field(wish.charter(), wish.target())));
        }
        return Uni.combine()
                .all()
                .unis(proposals.open(matters), loads(fields, now), halts.inForce())
                .with((open, loads, halted) -> new Whole(found, open, loads, halted, now));
    }

    private Uni<Map<Field, Admission.Load>> loads(Collection<Field> fields, Instant now) {
        return fields.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : proposals.load(
                        fields,
                        charters.shared(fields.stream().map(Field::charter).toList()),
                        now.minus(HOUR));
    }

    private static Set<Subjects.Asked> asked(List<Wish> wishes) {
        return wishes.stream().map(AskForChanges::asked).collect(Collectors.toSet());
    }

    private static Subjects.Asked asked(Wish wish) {
        return new Subjects.Asked(wish.subjectSystem(), wish.subjectId(), wish.target());
    }

    private Optional<Matter> matter(Wish wish, Map<Subjects.Asked, Admission.Subject> found) {
        boolean made =
                charters.find(wish.charter())
                        .filter(charter -> charter.makes(wish.action()))
                        .isPresent();
        return Optional.ofNullable(found.get(asked(wish)))
                .flatMap(subject -> subject.id(made))
                .map(id -> new Matter(id, wish.target(), wish.action(), effect(wish)));
    }

    private String effect(Wish wish) {
        return charters.find(wish.charter())
                .map(charter -> charter.effect(wish.action()))
                .orElse(wish.action());
    }

    /** What a change would be in, were it opened; see {@link Scopes#of}. */
    private Set<String> scopes(Wish wish) {
        Set<String> scopes = new TreeSet<>();
        scopes.add(Scopes.MESH);
        scopes.add(Scopes.charter(wish.charter()));
        charters.find(wish.charter())
                .map(Charter::hash)
                .map(Scopes::version)
                .ifPresent(scopes::add);
        if (wish.proposer().kind() != Proposer.Kind.HUMAN) {
            scopes.add(Scopes.agent(wish.proposer().id()));
        }
        wish.proposer().agent().map(agent -> Scopes.agent(agent.client())).ifPresent(scopes::add);
        return scopes;
    }

    /** What all wishes of a request stand on; what one of them opens counts for the next. */
    private final class Whole {
        private final Map<Subjects.Asked, Admission.Subject> found;
        private final Map<Matter, UUID> open;
        private final Map<Field, Admission.Load> loads;
        private final InForce halted;
        private final Instant now;

        Whole(
                Map<Subjects.Asked, Admission.Subject> found,
                Map<Matter, UUID> open,
                Map<Field, Admission.Load> loads,
                InForce halted,
                Instant now) {
            this.found = found;
            this.open = new HashMap<>(open);
            this.loads = new HashMap<>(loads);
            this.halted = halted;
            this.now = now;
        }

        Admission admit(Wish wish, UUID change) {
            Admission.Subject subject =
                    found.getOrDefault(asked(wish), new Admission.Subject(Optional.empty(), 0, 0));
            Optional<Matter> matter = matter(wish, found);
            Field field = new Field(wish.charter(), wish.target());
            Admission.Load load = loads.getOrDefault(field, new Admission.Load(0, 0));
            Admission admission =
                    Admission.of(
                            wish,
                            new Admission.Known(
                                    charters.find(wish.charter()),
                                    wish.charter().isEmpty()
                                            ? Admission.covering(charters.all(), wish, now).size()
                                            : 1,
                                    subject,
                                    matter.flatMap(one -> Matter.open(one, open)),
                                    load,
                                    halted.over(() -> scopes(wish)).map(Halt::words),
                                    now));
            if (admission instanceof Admission.Admitted(Proposal proposal)) {
                if (halted.over(Set.of(Scopes.own(proposal.charter()))).isPresent()) {
                    admission = new Admission.Admitted(proposal.assisted());
                }
                matter.ifPresent(each -> open.put(each, change));
                loads.put(field, new Admission.Load(load.lastHour() + 1, load.subjects() + 1));
                loads.replaceAll((other, count) ->
                        other.charter().equals(field.charter()) && !other.equals(field)
                                ? new Admission.Load(count.lastHour() + 1, count.subjects())
                                : count);
            }
            return admission;
        }
    }
}
