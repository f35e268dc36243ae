package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Closure.Found;
import dev.remit.ledger.domain.Closure.Missing;
import dev.remit.ledger.domain.Closure.Proof;
import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Executed;
import dev.remit.ledger.domain.Story.Readiness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** That what was executed is what was approved and authorized, and what the target says of it. */
final class Execution {
    /** The step that leaves nothing behind that could be taken back. */
    private static final String LEAVES_NOTHING = "end-sessions";

    /**
     * The step that ends by itself, where the authorization says when: its end is its own proof.
     */
    private static final String ENDS = "join-group";

    private Execution() {}

    /** The plan judged, approved, authorized and executed is one, for one account, in time. */
    static Found asAuthorized(Story story) {
        String name = "executed.as-authorized";
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        if (authorized.isEmpty() || executed.isEmpty()) {
            return new Missing(
                    name,
                    authorized.isEmpty() ? "approval-routing" : "executor",
                    "not executed yet");
        }
        String bound = story.planHash();
        boolean same =
                authorized.get().planHash().equals(bound)
                        && authorized.get().actualHash().equals(bound)
                        && executed.get().planHash().equals(bound);
        boolean its = authorized.get().id().equals(executed.get().authorization());
        boolean inTime =
                !executed.get().startedAt().isBefore(authorized.get().at())
                        && executed.get().startedAt().isBefore(authorized.get().expiresAt());
        boolean account =
                story.readiness()
                        .flatMap(Readiness::account)
                        .filter(authorized.get().account()::equals)
                        .filter(id -> story.proposed().filter(each -> each.means(id)).isPresent())
                        .isPresent();
        if (same && its && inTime && account) {
            return new Proof(
                    name,
                    executed.get().id(),
                    "the plan judged, approved, authorized and executed is the same");
        }
        return new Missing(
                name,
                "executor",
                !same
                        ? "the plan executed is not the plan approved"
                        : !its
                                ? "executed by another authorization"
                                : !inTime
                                        ? "executed outside the authorization's time"
                                        : "authorized for another account");
    }

    /** The target, read again, is as the plan says. */
    static Found readBack(Story story) {
        String name = "read-back.matches";
        return story.executed()
                .filter(Executed::readBackMatches)
                .<Found>map(each ->
                        new Proof(name, each.id(), "the target, read again, is as the plan says"))
                .orElseGet(() ->
                        new Missing(
                                name,
                                "executor",
                                "the target was not read again, or is not as the plan says"));
    }

    /**
     * What the executor did shows in the target's own feed: that it disabled the account, where the
     * plan does, or nothing of it would show; otherwise each step that it did and that shows there.
     */
    static Stream<Found> corroborated(Story story) {
        List<Story.Trace> traces = story.authorized().map(Authorized::traces).orElse(List.of());
        if (traces.isEmpty() || traces.contains(Story.Trace.DISABLED)) {
            return Stream.of(
                    seen(story, Story.Trace.DISABLED)
                            .<Found>map(each -> shown(each, " disabling the account"))
                            .orElseGet(() -> unseen("")));
        }
        Set<String> done =
                story.executed().map(Executed::results).orElse(List.of()).stream()
                        .filter(each -> each.state().equals("DONE") && each.undoes().isEmpty())
                        .map(Story.Result::step)
                        .collect(Collectors.toSet());
        List<Found> given = new ArrayList<>();
        Set<String> lacking = new TreeSet<>();
        for (Story.Trace trace : traces) {
            if (trace.isNone()) {
                story.executed()
                        .filter(Executed::readBackMatches)
                        .ifPresent(each -> given.add(unchanged(each, trace.step())));
            } else if (done.contains(trace.step())) {
                seen(story, trace)
                        .ifPresentOrElse(
                                each -> given.add(shown(each, "'s " + trace.step())),
                                () -> lacking.add(trace.step()));
            }
        }
        return !lacking.isEmpty()
                ? Stream.of(unseen(": " + String.join(", ", lacking)))
                : given.isEmpty() ? Stream.of(unseen("")) : given.stream();
    }

    private static Proof shown(Story.Activity activity, String what) {
        return new Proof(
                Closure.CORROBORATED,
                activity.id(),
                "the target's own feed shows the executor" + what);
    }

    private static Proof unchanged(Executed executed, String step) {
        return new Proof(
                Closure.CORROBORATED,
                executed.id(),
                "there was nothing to change by " + step + ", so no feed can show it");
    }

    private static Missing unseen(String steps) {
        return new Missing(
                Closure.CORROBORATED,
                "connector",
                "the target's own feed shows no such action by the executor since the authorization"
                        + steps);
    }

    /** The executor's own action since the authorization that left this trace. */
    private static Optional<Story.Activity> seen(Story story, Story.Trace trace) {
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        Optional<String> target = story.proposed().map(Story.Proposed::target);
        return story.activities().stream()
                .filter(_ -> authorized.isPresent() && executed.isPresent())
                .filter(each -> story.account().equals(Optional.of(each.account())))
                .filter(each -> target.equals(Optional.of(each.system())))
                .filter(trace::isIn)
                .filter(each -> each.actor().equals(executed.get().executor()))
                .filter(each -> !each.at().isBefore(authorized.get().at().minusSeconds(2)))
                .findFirst();
    }

    /**
     * Every step that was done or half done is, when the target was read again, as the approvers
     * saw it before, and nothing is left half done; and it is the plan that was authorized. What a
     * charter lets stay, if it was done, is a remainder too. What was granted for a time is taken
     * away by its end, which is asked for beside this.
     */
    static Found takenBack(Story story) {
        Executed executed = story.executed().orElseThrow();
        Map<String, Map<String, String>> undone =
                story.authorized().map(Authorized::undone).orElse(Map.of());
        boolean authorized =
                story.authorized()
                        .filter(each -> each.planHash().equals(executed.planHash()))
                        .filter(each -> each.actualHash().equals(executed.planHash()))
                        .filter(each -> each.id().equals(executed.authorization()))
                        .isPresent();
        boolean ends = story.authorized().flatMap(Authorized::ends).isPresent();
        Map<String, Story.Result> back = new HashMap<>();
        executed.results().forEach(each -> each.undoes().ifPresent(step -> back.put(step, each)));
        List<String> open = new ArrayList<>();
        for (Story.Result each : executed.results()) {
            if (each.undoes().isEmpty()
                    && each.state().equals("DONE")
                    && !each.step().equals(LEAVES_NOTHING)
                    && !(ends && each.step().equals(ENDS))
                    && !each.after().equals(undone.get(each.step()))
                    && !back.containsKey(each.step())) {
                open.add(each.step() + " is done, and was not taken back");
            }
        }
        executed.remainder()
                .ifPresent(
                        left -> open.add(String.join(", ", left.steps()) + " is left half done"));
        back.forEach((step, result) -> {
            if (result.state().equals("FAILED") || !result.after().equals(undone.get(step))) {
                open.add(step + " is not as it was before");
            }
        });
        if (authorized && open.isEmpty() && !back.isEmpty()) {
            return new Proof(
                    Closure.TAKEN_BACK,
                    executed.id(),
                    "the target, read again, is as it was before "
                            + String.join(", ", back.keySet().stream().sorted().toList()));
        }
        return new Missing(
                Closure.TAKEN_BACK,
                "executor",
                !authorized
                        ? "what was executed is not the plan that was authorized"
                        : open.isEmpty() ? "nothing was taken back" : String.join("; ", open));
    }

    /** Who owes what is left half done, in words; empty if nothing is. */
    static String owed(Executed executed, Charter charter) {
        return executed.remainder()
                .map(left -> left.orOwedBy(charter.owner()))
                .map(left ->
                        "; the rest, %s, is owed by %s, %s"
                                .formatted(
                                        String.join(", ", left.steps()),
                                        left.owedBy().orElse("nobody who is known"),
                                        left.capacity()))
                .orElse("");
    }
}
