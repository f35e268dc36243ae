package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Closure.Found;
import dev.remit.ledger.domain.Closure.Missing;
import dev.remit.ledger.domain.Closure.Proof;
import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Decision;
import dev.remit.ledger.domain.Story.Executed;
import dev.remit.ledger.domain.Story.Readiness;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * That proposer, approvers, subject and executor are different people, and that the charter's own
 * rules hold (AC-5 of NIST SP 800-53).
 */
final class SeparationOfDuties {
    private static final String NAME = "separation-of-duties";

    private SeparationOfDuties() {}

    /** By what the messages say; what they do not say breaks a rule. */
    static Found of(Story story, Charter charter) {
        Map<String, Set<String>> parts = parts(story, charter);
        Set<String> barred = barred(parts, charter);
        List<String> spared = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        UUID last = null;
        for (Decision decision : story.approvals()) {
            if (decision.decision().equals("APPROVED")) {
                Set<String> names = Authority.names(decision, story, charter);
                if (names.isEmpty()
                        || !Collections.disjoint(names, barred)
                        || !Collections.disjoint(names, seen)) {
                    return missing(
                            "the approver of stage "
                                    + decision.stage()
                                    + " is the proposer, responsible for it, the subject, the executor, approved before, was not asked, or is a rule that the charter does not name");
                }
                Optional<String> broken = apart(decision, parts, charter, spared);
                if (broken.isPresent()) {
                    return missing(
                            "the approver of stage %s breaks rule %s"
                                    .formatted(decision.stage(), broken.get()));
                }
                seen.addAll(names);
                last = decision.id();
            }
        }
        Set<String> executor = part("executor", parts);
        if (last == null
                || Stream.of("proposer", "principal", "subject")
                        .anyMatch(each -> !Collections.disjoint(executor, part(each, parts)))
                || barred.stream().anyMatch(each -> each.startsWith(Charter.RULE_PREFIX))) {
            return missing(
                    "nobody apart from the proposer approved, the executor is the proposer, responsible for it or the subject, or one of them has the id of a rule");
        }
        Optional<String> broken = rules(story, charter, parts, spared);
        if (broken.isPresent()) {
            return missing(broken.get());
        }
        return new Proof(
                NAME,
                last,
                "proposer, approvers, subject and executor are different"
                        + (spared.isEmpty()
                                ? ""
                                : "; by exception: "
                                        + String.join(", ", spared.stream().distinct().toList())));
    }

    private static Missing missing(String words) {
        return new Missing(NAME, "approval-routing", words);
    }

    /** Who plays which part, by account ids and, where they are known, HR worker ids. */
    static Map<String, Set<String>> parts(Story story, Charter charter) {
        Map<String, Set<String>> parts = new HashMap<>();
        story.proposed()
                .ifPresent(proposed -> {
                    Optional<Story.Workers> workers = story.authorized().map(Authorized::workers);
                    parts.put(
                            "proposer",
                            person(
                                    proposed.proposer().id(),
                                    workers.flatMap(Story.Workers::proposer)));
                    Set<String> principal = new HashSet<>();
                    proposed.proposer()
                            .principal()
                            .map(each -> person(each, workers.flatMap(Story.Workers::principal)))
                            .ifPresent(principal::addAll);
                    // whoever the proposal names, the charter says who answers for its own AI
                    Optional.ofNullable(charter.agents().get(proposed.proposer().id()))
                            .filter(each -> !each.isEmpty())
                            .ifPresent(principal::add);
                    parts.put("principal", principal);
                    // an account that nobody is behind stands for itself
                    Set<String> subject = new HashSet<>();
                    subject.add(
                            proposed.worker()
                                    .map("worker:"::concat)
                                    .orElseGet(proposed::subjectId));
                    story.readiness().flatMap(Readiness::account).ifPresent(subject::add);
                    parts.put("subject", subject);
                });
        story.executed().map(Executed::names).ifPresent(each -> parts.put("executor", each));
        if (!charter.owner().isEmpty()) {
            parts.put("owner", Set.of(charter.owner()));
        }
        return parts;
    }

    private static Set<String> part(String name, Map<String, Set<String>> parts) {
        return parts.getOrDefault(name, Set.of());
    }

    /** Who approves and reviews nothing: who has a part in it, and the AIs of those. */
    static Set<String> barred(Map<String, Set<String>> parts, Charter charter) {
        Set<String> barred = new HashSet<>();
        for (String each : List.of("proposer", "principal", "subject", "executor")) {
            barred.addAll(part(each, parts));
        }
        charter.agents()
                .forEach((agent, answering) -> {
                    if (part("proposer", parts).contains(answering)
                            || part("principal", parts).contains(answering)) {
                        barred.add(agent);
                    }
                });
        return barred;
    }

    private static Set<String> person(String id, Optional<String> worker) {
        Set<String> names = new HashSet<>(Set.of(id));
        worker.map("worker:"::concat).ifPresent(names::add);
        return names;
    }

    /**
     * The rule of the charter that keeps this approver apart.
     *
     * @param spared takes the exceptions without which one would
     */
    static Optional<String> apart(
            Decision decision,
            Map<String, Set<String>> parts,
            Charter charter,
            List<String> spared) {
        for (Charter.Duty duty : charter.duties()) {
            for (String part : duty.apart()) {
                String against = duty.apart().get(1 - duty.apart().indexOf(part));
                Set<String> who = who(part, decision);
                if (!Collections.disjoint(who, part(against, parts))
                        && !isSpared(who, duty, decision.at(), spared)) {
                    return Optional.of(duty.id());
                }
            }
        }
        return Optional.empty();
    }

    private static Set<String> who(String part, Decision decision) {
        return switch (part) {
            case "approver" ->
                    person(decision.by().id(), decision.binding().flatMap(Story.Binding::worker));
            case "delegator" ->
                    decision.onBehalfOf()
                            .map(id ->
                                    person(
                                            id,
                                            decision.binding()
                                                    .flatMap(Story.Binding::delegatorWorker)))
                            .orElse(Set.of());
            default -> Set.of();
        };
    }

    /** Whether an exception of a rule spares someone by one of their names, and which. */
    private static boolean isSpared(
            Set<String> names, Charter.Duty duty, Instant at, List<String> spared) {
        Optional<String> exception =
                names.stream()
                        .map(each -> each.replaceFirst("^worker:", ""))
                        .filter(each -> duty.spares(each, at))
                        .sorted()
                        .findFirst()
                        .map(each ->
                                "rule %s spares %s until %s"
                                        .formatted(duty.id(), each, duty.spared().get(each)));
        exception.ifPresent(spared::add);
        return exception.isPresent();
    }

    /**
     * The other rules of the charter, on what the messages say; what they do not say breaks them.
     */
    private static Optional<String> rules(
            Story story, Charter charter, Map<String, Set<String>> parts, List<String> spared) {
        Optional<Authorized> authorized = story.authorized();
        if (authorized.isEmpty()) {
            return Optional.empty();
        }
        if (charter.duties().stream().anyMatch(Charter.Duty::isAboutAccess)) {
            Set<String> unsaid = shown(authorized.get(), story);
            authorized.get().held().ifPresentOrElse(unsaid::removeAll, unsaid::clear);
            if (!unsaid.isEmpty()) {
                return Optional.of(
                        "the subject holds afterwards what the authorization leaves out: "
                                + String.join(", ", unsaid));
            }
        }
        for (Charter.Duty duty : charter.duties()) {
            Set<String> who = duty.isAboutAccess() ? part("subject", parts) : together(duty, parts);
            boolean broken =
                    duty.isAboutAccess()
                            ? authorized.get().held().map(duty::isBrokenBy).orElse(true)
                            : !who.isEmpty();
            if (broken && !who.isEmpty() && !isSpared(who, duty, authorized.get().at(), spared)) {
                return Optional.of(
                        duty.isAboutAccess()
                                ? "what the subject holds afterwards breaks rule "
                                        + duty.id()
                                        + ", or is not said"
                                : "two parts that rule "
                                        + duty.id()
                                        + " keeps apart are one person's");
            }
        }
        return Optional.empty();
    }

    /**
     * What the subject holds afterwards by the plan itself, which gives it, or by the target, which
     * was read again and still has it: whatever else, that is no less than this.
     */
    private static Set<String> shown(Authorized authorized, Story story) {
        Set<String> shown = new TreeSet<>(authorized.given());
        story.executed().stream()
                .flatMap(each -> each.results().stream())
                .filter(each -> each.undoes().isEmpty() && each.step().startsWith("leave-group"))
                .map(each -> "," + each.after().getOrDefault("groups", "") + ",")
                .forEach(left ->
                        authorized.taken().stream()
                                .filter(each -> left.contains("," + each + ","))
                                .forEach(shown::add));
        return shown;
    }

    /** The names of who plays both parts that a rule keeps apart. */
    private static Set<String> together(Charter.Duty duty, Map<String, Set<String>> parts) {
        Set<String> one = part(duty.apart().get(0), parts);
        return Collections.disjoint(one, part(duty.apart().get(1), parts)) ? Set.of() : one;
    }
}
