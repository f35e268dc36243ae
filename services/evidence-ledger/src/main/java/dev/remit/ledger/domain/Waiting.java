package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Decision;
import dev.remit.ledger.domain.Story.Requested;
import dev.remit.ledger.domain.Story.Step;
import dev.remit.ledger.domain.Wait.Party;
import dev.remit.ledger.domain.Wait.Rework;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who held a change, and for how long, by its handoffs alone. Pure. Times are those under the seals
 * of the handoffs, so they are as right as the senders' clocks.
 */
public final class Waiting {
    /** The key of whoever holds the whole change, beside the stages by name. */
    private static final String WHOLE = "";

    /** A stage while it is open. */
    private static final class Stage {
        Requested asked;
        final Map<String, Instant> askedAt = new TreeMap<>();
        final Set<String> decided = new TreeSet<>();
        int quorum;
        int denials;
        int approved;
        int denied;

        Stage(Requested asked) {
            this.asked = asked;
            this.quorum = asked.quorum();
            this.denials = asked.denials();
        }
    }

    private final Map<String, Wait> open = new LinkedHashMap<>();
    private final Map<String, Stage> stages = new TreeMap<>();
    private final List<Wait> all = new ArrayList<>();
    private final Set<String> proposer = new TreeSet<>();
    private int last;
    private boolean timed;

    private final String owner;

    private Waiting(String owner) {
        this.owner = owner;
    }

    /**
     * Its waits, those that go on last.
     *
     * @param ended when the ledger closed it; empty while it goes on
     * @param charter what it runs under; empty if that is not known
     */
    public static List<Wait> of(Story story, Optional<Instant> ended, Optional<Charter> charter) {
        Waiting waiting = new Waiting(charter.map(Charter::owner).orElse(""));
        story.steps().forEach(waiting::take);
        ended.ifPresent(waiting::endAll);
        waiting.all.addAll(waiting.open.values());
        return List.copyOf(waiting.all);
    }

    private void take(Step step) {
        if (step.sequence() == last) {
            // two handoffs claim this place: the chain is broken, and the first is gone by
            return;
        }
        last = step.sequence();
        Instant at = step.time();
        switch (step.said()) {
            case Story.Proposed proposed -> {
                proposer.add(proposed.proposer().principal().orElse(proposed.proposer().id()));
                service(step, "data-readiness", Optional.empty());
            }
            case Story.Readiness readiness -> {
                switch (readiness.verdict()) {
                    case "READY", "ENRICHED" -> service(step, "approval-routing", Optional.empty());
                    case "HELD" -> {
                        endAll(at);
                        begin(
                                WHOLE,
                                step,
                                Party.DATA_OWNER,
                                "correction",
                                Set.of(),
                                Optional.of(Rework.CORRECTION));
                    }
                    default -> service(step, Closure.LEDGER, Optional.empty());
                }
            }
            case Requested requested -> asked(step, requested);
            case Decision decision -> decided(step, decision);
            case Story.Authorized authorized -> {
                timed = authorized.ends().isPresent();
                service(step, "executor", Optional.empty());
            }
            // what is granted for a time is the executor's to take away
            case Story.Executed executed -> {
                service(
                        step,
                        timed && !executed.outcome().equals("REFUSED")
                                ? "executor"
                                : Closure.LEDGER,
                        Optional.empty());
                executed.remainder()
                        .map(left -> left.orOwedBy(owner))
                        .ifPresent(left -> owes(step, left));
            }
            case Story.GrantEnded _ -> service(step, Closure.LEDGER, Optional.empty());
            case Story.Closed _ -> endAll(at);
            case Story.Other _ -> {
                if (step.type().equals("ClosureRefused")) {
                    service(step, Closure.LEDGER, Optional.of(Rework.PROOF));
                }
            }
        }
    }

    /** The end of the change does not end it. */
    private void owes(Step step, Story.Remainder left) {
        all.add(
                new Wait(
                        step.sequence(),
                        Party.OWING,
                        left.capacity(),
                        left.owedBy().map(Set::of).orElse(Set.of()),
                        1,
                        step.time(),
                        Optional.empty(),
                        Optional.empty()));
    }

    private void asked(Step step, Requested requested) {
        end(WHOLE, step.time());
        boolean again = step.type().equals("ApprovalReassigned");
        Stage stage = stages.get(requested.stage());
        if (again && stage != null && isAskedAlready(requested, stage.asked)) {
            // only its time is longer: those who hold it have held it all along
            stage.asked = requested;
            stage.quorum = requested.quorum() == 0 ? stage.quorum : requested.quorum();
            return;
        }
        end(requested.stage(), step.time());
        if (stage == null || !again) {
            stage = new Stage(requested);
            stages.put(requested.stage(), stage);
        }
        Set<String> people = people(requested);
        if (again) {
            Set<String> gone = new TreeSet<>(stage.askedAt.keySet());
            gone.removeAll(people);
            gone.removeAll(stage.decided);
            undecided(step, stage, gone, Rework.REASSIGNMENT);
        }
        stage.asked = requested;
        stage.quorum = requested.quorum() == 0 ? stage.quorum : requested.quorum();
        stage.askedAt.keySet().retainAll(people);
        for (String person : people) {
            stage.askedAt.putIfAbsent(person, step.time());
        }
        ask(step, stage, again ? Optional.of(Rework.REASSIGNMENT) : Optional.empty());
    }

    private boolean isAskedAlready(Requested now, Requested before) {
        return open.containsKey(now.stage())
                && people(now).equals(people(before))
                && words(now).equals(words(before))
                && now.held().isPresent() == before.held().isPresent();
    }

    private void ask(Step step, Stage stage, Optional<Rework> rework) {
        Requested asked = stage.asked;
        Set<String> people = people(asked);
        if (asked.held().isPresent()) {
            begin(asked.stage(), step, Party.NOBODY, words(asked), Set.of(), rework);
        } else if (people.isEmpty()) {
            // a rule decides, in the same moment
            begin(asked.stage(), step, Party.SERVICE, "approval-routing", Set.of(), rework);
        } else {
            begin(asked.stage(), step, Party.APPROVERS, words(asked), people, rework);
        }
    }

    private static String words(Requested asked) {
        if (asked.sources().isEmpty()) {
            return asked.stage().isEmpty() ? "before the first stage" : "stage " + asked.stage();
        }
        return String.join(", ", asked.sources());
    }

    private void decided(Step step, Decision decision) {
        Instant at = step.time();
        Optional<Stage> stage = Optional.ofNullable(stages.get(decision.stage()));
        switch (decision.decision()) {
            case "APPROVED" -> {
                answered(step, decision, stage, Optional.empty());
                stage.ifPresent(each -> each.approved++);
                if (stage.filter(each -> each.approved < each.quorum).isEmpty()) {
                    end(decision.stage(), at);
                }
            }
            case "DENIED" -> {
                answered(step, decision, stage, Optional.empty());
                stage.ifPresent(each -> each.denied++);
                if (stage.filter(each -> each.denied < each.denials).isEmpty()) {
                    service(step, Closure.LEDGER, Optional.empty());
                }
            }
            case "QUESTIONED" -> {
                answered(step, decision, stage, Optional.of(Rework.QUESTION));
                end(decision.stage(), at);
                begin(
                        decision.stage(),
                        step,
                        Party.PROPOSER,
                        "proposer",
                        proposer,
                        Optional.of(Rework.QUESTION));
            }
            case "SENT_BACK" -> {
                answered(step, decision, stage, Optional.of(Rework.SENT_BACK));
                end(decision.stage(), at);
                begin(
                        decision.stage(),
                        step,
                        Party.PROPOSER,
                        "proposer",
                        proposer,
                        Optional.of(Rework.SENT_BACK));
            }
            case "AMENDED" -> {
                Wait held = open.get(decision.stage());
                if (decision.by() instanceof Decider.Person(String id)
                        && held != null
                        && held.party() == Party.PROPOSER) {
                    all.add(person(step, "proposer", id, held.since(), Optional.empty()));
                } else {
                    answered(step, decision, stage, Optional.of(Rework.AMENDMENT));
                }
                stages.clear();
                service(step, "approval-routing", Optional.of(Rework.AMENDMENT));
            }
            case "ANSWERED" -> {
                Optional<Instant> since =
                        Optional.ofNullable(open.get(decision.stage())).map(Wait::since);
                if (decision.by() instanceof Decider.Person(String id) && since.isPresent()) {
                    all.add(person(step, "proposer", id, since.get(), Optional.empty()));
                }
                end(decision.stage(), at);
                stage.ifPresent(each -> {
                    each.askedAt.replaceAll((_, _) -> at);
                    ask(step, each, Optional.empty());
                });
            }
            case "JUSTIFIED", "UNJUSTIFIED" -> {
                answered(step, decision, stage, Optional.empty());
                service(step, Closure.LEDGER, Optional.empty());
            }
            case "EXPIRED", "HALTED" -> {
                stage.ifPresent(each -> {
                    Set<String> gone = new TreeSet<>(each.askedAt.keySet());
                    gone.removeAll(each.decided);
                    undecided(step, each, gone, Rework.LAPSE);
                });
                service(step, Closure.LEDGER, Optional.empty());
            }
            case "WITHDRAWN" -> service(step, Closure.LEDGER, Optional.empty());
            // REFUSED attempts and stages PASSED_OVER move no change
            default -> {}
        }
    }

    /** A person's own clock stops. */
    private void answered(
            Step step, Decision decision, Optional<Stage> stage, Optional<Rework> rework) {
        if (decision.by() instanceof Decider.Person(String id) && stage.isPresent()) {
            Instant since = stage.get().askedAt.get(id);
            if (rework.isEmpty()) {
                stage.get().decided.add(id);
            }
            if (since != null) {
                all.add(person(step, words(stage.get().asked), id, since, rework));
            }
        }
    }

    /**
     * The clocks of those who are not asked any more and have not decided stop too, with what
     * became of it: a stage that is taken from someone, or lapses, is work that they had.
     */
    private void undecided(Step step, Stage stage, Set<String> people, Rework why) {
        people.stream()
                .flatMap(id -> Optional.ofNullable(stage.askedAt.get(id)).stream())
                .max(Comparator.naturalOrder())
                .ifPresent(since ->
                        all.add(
                                new Wait(
                                                step.sequence(),
                                                Party.PERSON,
                                                words(stage.asked),
                                                named(people),
                                                people.size(),
                                                since,
                                                Optional.empty(),
                                                Optional.of(why))
                                        .ended(step.time())));
    }

    private static Set<String> named(Set<String> people) {
        return people.stream()
                .sorted()
                .limit(Wait.MOST_NAMED)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Wait person(
            Step step, String unit, String id, Instant since, Optional<Rework> rework) {
        return new Wait(
                        step.sequence(),
                        Party.PERSON,
                        unit,
                        Set.of(id),
                        1,
                        since,
                        Optional.empty(),
                        rework)
                .ended(step.time());
    }

    /** Everything that was open ends, and a service has the change. */
    private void service(Step step, String name, Optional<Rework> rework) {
        endAll(step.time());
        begin(WHOLE, step, Party.SERVICE, name, Set.of(), rework);
    }

    private void begin(
            String key,
            Step step,
            Party party,
            String unit,
            Set<String> people,
            Optional<Rework> rework) {
        open.put(
                key,
                new Wait(
                        step.sequence(),
                        party,
                        unit,
                        named(people),
                        people.size(),
                        step.time(),
                        Optional.empty(),
                        rework));
    }

    private void end(String key, Instant at) {
        Wait ended = open.remove(key);
        if (ended != null) {
            all.add(ended.ended(at));
        }
    }

    private void endAll(Instant at) {
        open.values().forEach(each -> all.add(each.ended(at)));
        open.clear();
    }

    private static Set<String> people(Requested requested) {
        Set<String> people = new TreeSet<>();
        requested.eligible().stream().filter(id -> !id.startsWith("policy:")).forEach(people::add);
        requested.links().forEach(link -> people.add(link.id()));
        return people;
    }
}
