package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Decision;
import dev.remit.ledger.domain.Story.Executed;
import dev.remit.ledger.domain.Story.Readiness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Whether a change has ended and is proved. Pure, and independent of what the services concluded:
 * it goes by their sealed messages only. The ledger decides with it, and a certificate's verifier
 * checks with it again.
 */
public sealed interface Closure {
    /** Who holds a change that only proof is missing of. */
    String LEDGER = "evidence-ledger";

    /** The proof that the target's own feed gives. */
    String CORROBORATED = "activity.corroborated";

    /** It ended, with these proofs. */
    record Ended(Outcome outcome, List<Proof> proofs, String words) implements Closure {}

    /** It goes on: who holds it, and what is not proved yet. */
    record Open(String holder, String words, List<Missing> missing) implements Closure {}

    /** How a change ends. */
    enum Outcome {
        COMPLETED,
        REFUSED,
        HALTED,
        EXPIRED,
        WITHDRAWN,
        FAILED
    }

    /** A proof and the message that gives it. */
    record Proof(String name, UUID givenBy, String words) {}

    /** A proof that is not there. */
    record Missing(String name, String owedBy, String words) {}

    /** Decides; an empty charter means that the one with the change's hash is not known. */
    static Closure of(Story story, Optional<Charter> known) {
        if (!story.isComplete()) {
            return new Open(
                    LEDGER,
                    "a handoff has not arrived yet",
                    List.of(
                            new Missing(
                                    "chain",
                                    "the mesh",
                                    "the handoffs do not run from the proposal on, each naming the one before")));
        }
        if (known.isEmpty()) {
            return new Open(
                    LEDGER,
                    "its charter is not known here",
                    List.of(
                            new Missing(
                                    "charter",
                                    "connector",
                                    "no charter with hash "
                                            + story.proposed()
                                                    .map(Story.Proposed::charterHash)
                                                    .orElse("")
                                            + " was published")));
        }
        Charter charter = known.get();
        Optional<Readiness> readiness = story.readiness();
        if (readiness.isEmpty()) {
            return open("data-readiness", "its data is being judged", charter, story);
        }
        switch (readiness.get().verdict()) {
            case "HALTED" -> {
                return new Ended(
                        Outcome.HALTED,
                        List.of(
                                new Proof(
                                        "readiness.halted",
                                        readiness.get().id(),
                                        readiness.get().reason())),
                        readiness.get().reason());
            }
            case "WITHDRAWN" -> {
                return withdrawn(readiness.get().id(), readiness.get().reason());
            }
            case "HELD" -> {
                return open("data-readiness", "held: " + readiness.get().reason(), charter, story);
            }
            default -> {}
        }
        Optional<Decision> end =
                story.decisions().stream()
                        .filter(each ->
                                each.decision().equals("DENIED")
                                        || each.decision().equals("EXPIRED"))
                        .findFirst();
        if (end.isPresent()) {
            boolean denied = end.get().decision().equals("DENIED");
            return new Ended(
                    denied ? Outcome.REFUSED : Outcome.EXPIRED,
                    List.of(
                            new Proof(
                                    denied ? "approval.denied" : "approval.expired",
                                    end.get().id(),
                                    "stage " + end.get().stage())),
                    denied
                            ? "denied at stage " + end.get().stage()
                            : "nobody decided stage " + end.get().stage() + " in time");
        }
        Optional<Decision> withdrawn =
                story.decisions().stream()
                        .filter(each -> each.decision().equals("WITHDRAWN"))
                        .findFirst();
        if (withdrawn.isPresent() && story.authorized().isEmpty()) {
            return withdrawn(withdrawn.get().id(), "withdrawn while it waited for approval");
        }
        if (story.authorized().isEmpty()) {
            if (story.requests().isEmpty()) {
                return open("approval-routing", "its approvers are being found", charter, story);
            }
            Story.Requested last = story.requests().getLast();
            return open(
                    last.held().isPresent()
                            ? "approval-routing"
                            : "approvers of stage " + last.stage(),
                    last.held()
                            .map(held -> "held: " + held)
                            .orElse("waits for stage " + last.stage()),
                    charter,
                    story);
        }
        if (story.executed().isEmpty()) {
            return open("executor", "is being executed", charter, story);
        }
        Executed executed = story.executed().get();
        if (executed.outcome().equals("REFUSED") || executed.outcome().equals("FAILED")) {
            return new Ended(
                    executed.outcome().equals("REFUSED") ? Outcome.REFUSED : Outcome.FAILED,
                    List.of(new Proof("execution.reported", executed.id(), executed.reason())),
                    executed.reason());
        }
        List<Proof> proofs = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        for (String name : charter.proofs()) {
            prove(name, story, charter, proofs, missing);
        }
        return missing.isEmpty()
                ? new Ended(
                        Outcome.COMPLETED,
                        List.copyOf(proofs),
                        "executed as approved, read back, and proved")
                : new Open(LEDGER, "waits for proof", List.copyOf(missing));
    }

    private static Ended withdrawn(UUID message, String words) {
        return new Ended(
                Outcome.WITHDRAWN, List.of(new Proof("change.withdrawn", message, words)), words);
    }

    private static Open open(String holder, String words, Charter charter, Story story) {
        List<Missing> missing = new ArrayList<>();
        for (String name : charter.proofs()) {
            prove(name, story, charter, new ArrayList<>(), missing);
        }
        return new Open(holder, words, List.copyOf(missing));
    }

    private static void prove(
            String name, Story story, Charter charter, List<Proof> proofs, List<Missing> missing) {
        switch (name) {
            case "readiness.fit" -> readiness(story, proofs, missing);
            case "approvals.complete" -> approvals(story, charter, proofs, missing);
            case "separation-of-duties" -> separation(story, charter, proofs, missing);
            case "executed.as-authorized" -> authorized(story, proofs, missing);
            case "read-back.matches" -> readBack(story, proofs, missing);
            case CORROBORATED -> corroborated(story, proofs, missing);
            default ->
                    missing.add(
                            new Missing(
                                    name,
                                    "the charter's owner",
                                    "nothing here can give this proof"));
        }
    }

    private static void readiness(Story story, List<Proof> proofs, List<Missing> missing) {
        story.readiness()
                .filter(each -> each.verdict().equals("READY") || each.verdict().equals("ENRICHED"))
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                "readiness.fit",
                                                each.id(),
                                                each.verdict() + ": " + each.reason())),
                        () ->
                                missing.add(
                                        new Missing(
                                                "readiness.fit",
                                                "data-readiness",
                                                "no verdict READY or ENRICHED")));
    }

    private static void approvals(
            Story story, Charter charter, List<Proof> proofs, List<Missing> missing) {
        String planHash = story.readiness().flatMap(Readiness::planHash).orElse("");
        List<Decision> decisions = story.decisions();
        Set<UUID> approved = new HashSet<>();
        UUID last = story.change();
        for (Charter.Stage stage : charter.stages()) {
            Set<String> approvers = new HashSet<>();
            for (Decision decision : decisions) {
                if (decision.stage().equals(stage.name())
                        && decision.decision().equals("APPROVED")
                        && decision.planHash().equals(planHash)) {
                    Optional<String> approver = approver(decision, story, charter);
                    if (approver.isPresent() && approvers.add(approver.get())) {
                        approved.add(decision.id());
                        last = decision.id();
                    }
                }
            }
            if (approvers.size() < stage.quorum()) {
                missing.add(
                        new Missing(
                                "approvals.complete",
                                "approvers of stage " + stage.name(),
                                "stage "
                                        + stage.name()
                                        + " has "
                                        + approvers.size()
                                        + " of "
                                        + stage.quorum()
                                        + " approvals of this plan"));
                return;
            }
        }
        if (story.authorized()
                .map(each -> !approved.equals(Set.copyOf(each.approvals())))
                .orElse(false)) {
            missing.add(
                    new Missing(
                            "approvals.complete",
                            "approval-routing",
                            "the authorization names other approvals than were given"));
            return;
        }
        proofs.add(
                new Proof(
                        "approvals.complete",
                        last,
                        charter.stages().size() + " stages approved this plan"));
    }

    /**
     * Who approved, if the approval counts: a person who was asked, or the very rule that the
     * charter names for the stage, under a verdict that it names. Empty otherwise.
     */
    private static Optional<String> approver(Decision decision, Story story, Charter charter) {
        return switch (decision.by()) {
            case Decider.Person(String id) ->
                    id.startsWith(Charter.RULE_PREFIX)
                                    || charter.stage(decision.stage()).isEmpty()
                                    || !isAsked(id, decision.stage(), story)
                            ? Optional.empty()
                            : Optional.of(id);
            case Decider.Rule(String id, String name, String version) ->
                    charter.stage(decision.stage())
                            .flatMap(Charter.Stage::rule)
                            .filter(rule -> rule.actor().equals(id))
                            .filter(rule -> rule.name().equals(name))
                            .filter(rule -> rule.version().equals(version))
                            .filter(rule ->
                                    story.readiness()
                                            .map(Readiness::verdict)
                                            .filter(rule.verdicts()::contains)
                                            .isPresent())
                            .filter(rule -> isAsked(id, decision.stage(), story))
                            .map(Charter.Rule::actor);
            case Decider.Deadline _, Decider.Unclear _ -> Optional.empty();
        };
    }

    private static boolean isAsked(String id, String stage, Story story) {
        return story.requests().stream()
                .anyMatch(each -> each.stage().equals(stage) && each.eligible().contains(id));
    }

    private static void separation(
            Story story, Charter charter, List<Proof> proofs, List<Missing> missing) {
        Set<String> barred = new HashSet<>();
        Optional<Story.Actor> proposer = story.proposed().map(Story.Proposed::proposer);
        proposer.map(Story.Actor::id).ifPresent(barred::add);
        proposer.flatMap(Story.Actor::principal).ifPresent(barred::add);
        story.readiness().flatMap(Readiness::account).ifPresent(barred::add);
        Optional<String> executor = story.executed().map(Executed::executor);
        executor.ifPresent(barred::add);
        Set<String> seen = new HashSet<>();
        UUID last = null;
        for (Decision decision : story.decisions()) {
            if (decision.decision().equals("APPROVED")) {
                String by = approver(decision, story, charter).orElse("");
                // a rule may stand in several stages, a person decides once
                String once =
                        decision.by() instanceof Decider.Rule ? decision.stage() + " " + by : by;
                if (by.isEmpty() || barred.contains(by) || !seen.add(once)) {
                    missing.add(
                            new Missing(
                                    "separation-of-duties",
                                    "approval-routing",
                                    "the approver of stage "
                                            + decision.stage()
                                            + " is the proposer, responsible for it, the subject, the executor, approved before, was not asked, or is a rule that the charter does not name"));
                    return;
                }
                last = decision.id();
            }
        }
        if (last == null
                || executor.equals(proposer.map(Story.Actor::id))
                || barred.stream().anyMatch(each -> each.startsWith(Charter.RULE_PREFIX))) {
            missing.add(
                    new Missing(
                            "separation-of-duties",
                            "approval-routing",
                            "nobody apart from the proposer approved, the proposer executed, or one of them has the id of a rule"));
            return;
        }
        proofs.add(
                new Proof(
                        "separation-of-duties",
                        last,
                        "proposer, approvers, subject and executor are different"));
    }

    private static void authorized(Story story, List<Proof> proofs, List<Missing> missing) {
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        if (authorized.isEmpty() || executed.isEmpty()) {
            missing.add(
                    new Missing(
                            "executed.as-authorized",
                            authorized.isEmpty() ? "approval-routing" : "executor",
                            "not executed yet"));
            return;
        }
        String bound = story.readiness().flatMap(Readiness::planHash).orElse("");
        boolean same =
                authorized.get().planHash().equals(bound)
                        && authorized.get().actualHash().equals(bound)
                        && executed.get().planHash().equals(bound);
        boolean inTime =
                !executed.get().startedAt().isBefore(authorized.get().at())
                        && executed.get().startedAt().isBefore(authorized.get().expiresAt());
        boolean account =
                story.readiness()
                        .flatMap(Readiness::account)
                        .filter(authorized.get().account()::equals)
                        .isPresent();
        if (same && inTime && account) {
            proofs.add(
                    new Proof(
                            "executed.as-authorized",
                            executed.get().id(),
                            "the plan judged, approved, authorized and executed is the same"));
        } else {
            missing.add(
                    new Missing(
                            "executed.as-authorized",
                            "executor",
                            !same
                                    ? "the plan executed is not the plan approved"
                                    : !inTime
                                            ? "executed outside the authorization's time"
                                            : "authorized for another account"));
        }
    }

    private static void readBack(Story story, List<Proof> proofs, List<Missing> missing) {
        story.executed()
                .filter(Executed::readBackMatches)
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                "read-back.matches",
                                                each.id(),
                                                "the target, read again, is as the plan says")),
                        () ->
                                missing.add(
                                        new Missing(
                                                "read-back.matches",
                                                "executor",
                                                "the target was not read again, or is not as the plan says")));
    }

    private static void corroborated(Story story, List<Proof> proofs, List<Missing> missing) {
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        story.activities().stream()
                .filter(each -> authorized.isPresent() && executed.isPresent())
                .filter(each -> each.account().equals(authorized.get().account()))
                .filter(each ->
                        story.proposed()
                                .map(Story.Proposed::target)
                                .filter(each.system()::equals)
                                .isPresent())
                .filter(each ->
                        each.operation().equals("UPDATE")
                                && "false".equals(each.changed().get("enabled")))
                .filter(each -> each.actor().equals(executed.get().executor()))
                .filter(each -> !each.at().isBefore(authorized.get().at().minusSeconds(2)))
                .findFirst()
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                CORROBORATED,
                                                each.id(),
                                                "the target's own feed shows the executor disabling the account")),
                        () ->
                                missing.add(
                                        new Missing(
                                                CORROBORATED,
                                                "connector",
                                                "the target's own feed shows no such action by the executor since the authorization")));
    }
}
