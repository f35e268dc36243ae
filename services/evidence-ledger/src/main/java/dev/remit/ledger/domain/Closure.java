package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Authorized;
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
                    "evidence-ledger",
                    "a handoff has not arrived yet",
                    List.of(
                            new Missing(
                                    "chain",
                                    "the mesh",
                                    "the handoffs do not run from 1 without a gap")));
        }
        if (known.isEmpty()) {
            return new Open(
                    "evidence-ledger",
                    "its charter is not known here",
                    List.of(
                            new Missing(
                                    "charter",
                                    "connector",
                                    "no charter with hash "
                                            + story.charterHash()
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
                : new Open("evidence-ledger", "waits for proof", List.copyOf(missing));
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
            case "separation-of-duties" -> separation(story, proofs, missing);
            case "executed.as-authorized" -> authorized(story, proofs, missing);
            case "read-back.matches" -> readBack(story, proofs, missing);
            case "activity.corroborated" -> corroborated(story, proofs, missing);
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
        Set<UUID> approved = new HashSet<>();
        UUID last = story.change();
        for (Charter.Stage stage : charter.stages()) {
            Set<String> people = new HashSet<>();
            for (Decision decision : story.decisions()) {
                if (decision.stage().equals(stage.name())
                        && decision.decision().equals("APPROVED")
                        && decision.planHash().equals(planHash)
                        && decision.by().isPresent()) {
                    people.add(decision.by().get());
                    approved.add(decision.id());
                    last = decision.id();
                }
            }
            if (people.size() < stage.quorum()) {
                missing.add(
                        new Missing(
                                "approvals.complete",
                                "approvers of stage " + stage.name(),
                                "stage "
                                        + stage.name()
                                        + " has "
                                        + people.size()
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

    private static void separation(Story story, List<Proof> proofs, List<Missing> missing) {
        Set<String> barred = new HashSet<>();
        barred.add(story.proposer().id());
        story.proposer().principal().ifPresent(barred::add);
        story.readiness().flatMap(Readiness::account).ifPresent(barred::add);
        story.executed().map(Executed::executor).ifPresent(barred::add);
        Set<String> seen = new HashSet<>();
        UUID last = null;
        for (Decision decision : story.decisions()) {
            if (decision.decision().equals("APPROVED")) {
                String by = decision.by().orElse("");
                boolean asked =
                        story.requests().stream()
                                .anyMatch(each ->
                                        each.stage().equals(decision.stage())
                                                && each.eligible().contains(by));
                if (by.isEmpty() || barred.contains(by) || !seen.add(by) || !asked) {
                    missing.add(
                            new Missing(
                                    "separation-of-duties",
                                    "approval-routing",
                                    "the approver of stage "
                                            + decision.stage()
                                            + " is the proposer, responsible for it, the subject, the executor, approved before, or was not asked"));
                    return;
                }
                last = decision.id();
            }
        }
        if (last == null
                || story.executed()
                        .map(each -> each.executor().equals(story.proposer().id()))
                        .orElse(false)) {
            missing.add(
                    new Missing(
                            "separation-of-duties",
                            "approval-routing",
                            "nobody apart from the proposer approved, or the proposer executed"));
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
                        each.operation().equals("UPDATE")
                                && "false".equals(each.changed().get("enabled")))
                .filter(each -> each.actor().equals(executed.get().executor()))
                .filter(each -> !each.at().isBefore(authorized.get().at().minusSeconds(2)))
                .findFirst()
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                "activity.corroborated",
                                                each.id(),
                                                "the target's own feed shows the executor disabling the account")),
                        () ->
                                missing.add(
                                        new Missing(
                                                "activity.corroborated",
                                                "connector",
                                                "the target's own feed shows no such action by the executor since the authorization")));
    }
}
