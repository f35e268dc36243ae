package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Closure.Ended;
import dev.remit.ledger.domain.Closure.Found;
import dev.remit.ledger.domain.Closure.Missing;
import dev.remit.ledger.domain.Closure.Outcome;
import dev.remit.ledger.domain.Closure.Proof;
import dev.remit.ledger.domain.Story.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** That every stage which is asked approved the very plan, or that one ended the change. */
final class Approvals {
    private static final String COMPLETE = "approvals.complete";

    private Approvals() {}

    /**
     * A deadline that passed, or as many denials as the charter says. Everyone is asked anew about
     * what was amended, which takes back no end that there was before.
     */
    static Optional<Ended> ended(Story story, Charter charter) {
        return story.parts().stream().flatMap(part -> endedIn(part, charter).stream()).findFirst();
    }

    private static Optional<Ended> endedIn(Story story, Charter charter) {
        Map<String, Set<String>> denied = new HashMap<>();
        for (Decision each : story.decisions()) {
            String stage = each.stage();
            switch (each.decision()) {
                case "DENIED" -> {
                    String by = each.by().id();
                    Set<String> against = denied.computeIfAbsent(stage, _ -> new HashSet<>());
                    against.add(each.onBehalfOf().orElse(by));
                    int needed =
                            charter.stage(stage)
                                    .map(asking -> asking.denied(asked(asking, story).size()))
                                    .orElse(1);
                    if (by.isEmpty() || against.size() >= needed) {
                        return ended(
                                Outcome.REFUSED,
                                "approval.denied",
                                each,
                                by.isEmpty()
                                        ? "nobody decided stage %s in time, which denies it"
                                                .formatted(stage)
                                        : "denied at stage " + stage);
                    }
                }
                case "EXPIRED" -> {
                    return ended(
                            Outcome.EXPIRED,
                            "approval.expired",
                            each,
                            "nobody decided stage " + stage + " in time");
                }
                case "HALTED" -> {
                    return ended(
                            Outcome.HALTED,
                            "approval.halted",
                            each,
                            stage.isEmpty()
                                    ? "a rule about the separation of duties forbids it"
                                    : "halted at stage " + stage);
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    private static Optional<Ended> ended(Outcome outcome, String proof, Decision by, String words) {
        return Optional.of(Ended.by(by.id(), outcome, proof, "stage " + by.stage(), words));
    }

    /** Those asked last of a stage in their own right, and those who had decided it by then. */
    private static Set<String> asked(Charter.Stage stage, Story story) {
        Set<String> asked = new HashSet<>();
        story.requests().stream()
                .filter(each -> each.stage().equals(stage.name()))
                .reduce((_, later) -> later)
                .ifPresent(last -> asked.addAll(last.eligible()));
        for (Decision each : story.decisions()) {
            if (each.stage().equals(stage.name())
                    && Set.of("APPROVED", "DENIED").contains(each.decision())) {
                asked.add(each.onBehalfOf().orElse(each.by().id()));
            }
        }
        asked.remove("");
        return asked;
    }

    /** As many approvals of this plan as each stage needs that was not rightly passed over. */
    static Found of(Story story, Charter charter, Conditions conditions) {
        Optional<String> amended = amendedUnsigned(story, charter);
        if (amended.isPresent()) {
            return missing(amended.get());
        }
        List<Decision> decisions = story.approvals();
        Set<UUID> approved = new HashSet<>();
        Set<String> used = new HashSet<>();
        UUID last = story.change();
        int stages = 0;
        List<String> unknown = new ArrayList<>();
        for (Charter.Stage stage : charter.stages()) {
            Set<String> approvers = new HashSet<>();
            List<String> flaws = new ArrayList<>();
            for (Decision decision : decisions) {
                if (decision.stage().equals(stage.name())
                        && decision.decision().equals("APPROVED")
                        && decision.planHash().equals(story.planHash())
                        && Authority.isBound(decision, story, charter, used)) {
                    Optional<String> approver = Authority.approver(decision, story, charter);
                    Optional<String> flaw = Authority.flaw(decision, stage, story);
                    flaw.map("one "::concat).ifPresent(flaws::add);
                    if (approver.isPresent()
                            && flaw.isEmpty()
                            && approvers.add(decision.onBehalfOf().orElse(approver.get()))) {
                        approved.add(decision.id());
                        last = decision.id();
                    }
                }
            }
            if (approvers.isEmpty() && isPassedOver(stage, decisions)) {
                switch (conditions.over(stage.when().orElse(""), story)) {
                    case FALSE -> {
                        continue;
                    }
                    case UNKNOWN -> {
                        unknown.add(stage.name());
                        continue;
                    }
                    case TRUE -> flaws.add("it was passed over though its condition holds");
                }
            }
            stages++;
            int needed = stage.needed(asked(stage, story).size());
            if (approvers.size() < needed) {
                flaws.addFirst(
                        "stage %s has %d of %d approvals of this plan"
                                .formatted(stage.name(), approvers.size(), needed));
                return new Missing(
                        COMPLETE, "approvers of stage " + stage.name(), String.join("; ", flaws));
            }
        }
        if (stages == 0) {
            return missing("every stage was passed over: nobody approved");
        }
        if (story.authorized()
                .filter(each -> !approved.equals(Set.copyOf(each.approvals())))
                .isPresent()) {
            return missing("the authorization names other approvals than were given");
        }
        return new Proof(
                COMPLETE,
                last,
                stages
                        + " stages approved this plan"
                        + (unknown.isEmpty()
                                ? ""
                                : "; that the conditions of "
                                        + String.join(", ", unknown)
                                        + " are false is approval-routing's word: not every fact is in the messages, or they were not evaluated here"));
    }

    private static Missing missing(String words) {
        return new Missing(COMPLETE, "approval-routing", words);
    }

    /**
     * An amendment that is not its maker's own, in words. A proposer amends what was sent back, and
     * no stage asks them to sign.
     */
    private static Optional<String> amendedUnsigned(Story story, Charter charter) {
        for (Decision each : story.amendments()) {
            boolean proposer = story.isProposer(each.by().id());
            Optional<String> flaw =
                    charter.stage(each.stage())
                            .filter(_ -> each.signed().isPresent() || !proposer)
                            .flatMap(stage ->
                                    proposer
                                            ? Authority.unsigned(each, stage, story)
                                            : Authority.flaw(each, stage, story));
            if (flaw.isPresent()) {
                return Optional.of("the amendment at stage " + each.stage() + " " + flaw.get());
            }
        }
        return Optional.empty();
    }

    /** The charter lets the stage be passed over, and the record names the very condition. */
    private static boolean isPassedOver(Charter.Stage stage, List<Decision> decisions) {
        return decisions.stream()
                .anyMatch(each ->
                        each.stage().equals(stage.name())
                                && each.decision().equals("PASSED_OVER")
                                && each.condition().isPresent()
                                && each.condition().equals(stage.when()));
    }
}
