package dev.remit.approval.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * In which mode a change is executed, and why. A digital employee owns it only if every condition
 * holds; what fails, or is not known, leaves it to a person. Never the other way round.
 *
 * @param conditions all of them, those that hold too
 */
public record ModeDecision(List<Condition> conditions) {
    /** One condition, and why it holds or does not. */
    public record Condition(String name, boolean holds, String reason) {}

    /** Whether a digital employee executes it. */
    public boolean isOwn() {
        return conditions.stream().allMatch(Condition::holds);
    }

    /** When every stage is decided. */
    static ModeDecision of(Ready ready, Charter charter, List<Decision> decisions, Known known) {
        return of(ready, charter, approvers(charter, decisions, known), known);
    }

    /** As things are, before anybody decides. */
    static ModeDecision of(Ready ready, Charter charter, Forecast.Foreseen stages, Known known) {
        return of(ready, charter, approvers(charter, stages), known);
    }

    private static ModeDecision of(Ready ready, Charter charter, Condition approvers, Known known) {
        return new ModeDecision(
                List.of(
                        granted(ready, charter),
                        bounded(ready, charter),
                        data(ready),
                        approvers,
                        proofs(ready, charter),
                        trackRecord(charter, known)));
    }

    private static Condition granted(Ready ready, Charter charter) {
        String mode = ready.about().mode();
        String granted = charter.domain().modes().getOrDefault(ready.about().action(), "nothing");
        boolean own = mode.equals("OWN") && granted.equals("OWN");
        return new Condition(
                "charter.grants",
                own,
                "proposed in "
                        + mode
                        + ", the charter grants "
                        + granted
                        + " for "
                        + ready.about().action());
    }

    private static Condition bounded(Ready ready, Charter charter) {
        String target = ready.about().target();
        String action = ready.about().action();
        if (!charter.domain().systems().contains(target)) {
            return new Condition("domain.bounded", false, target + " is outside the charter");
        }
        if (!charter.domain().modes().containsKey(action)) {
            return new Condition("domain.bounded", false, action + " is outside the charter");
        }
        if (!charter.domain().bounded()) {
            return new Condition(
                    "domain.bounded",
                    false,
                    "the charter limits neither changes an hour nor their share of the population");
        }
        Optional<String> outside =
                ready.facts().entrySet().stream()
                        .filter(each -> each.getKey().startsWith("domain."))
                        .filter(each -> !each.getValue().equals("PRESENT"))
                        .map(each -> each.getKey() + " is " + each.getValue())
                        .sorted()
                        .findFirst();
        return new Condition(
                "domain.bounded",
                outside.isEmpty(),
                outside.orElse(action + " on " + target + " is inside every bound"));
    }

    private static Condition data(Ready ready) {
        boolean fit = ready.verdict().equals("READY") || ready.verdict().equals("ENRICHED");
        return new Condition(
                "data.ready",
                fit,
                ready.verdict().isEmpty() ? "no verdict is known" : "judged " + ready.verdict());
    }

    /** Each stage was passed over by its condition, decided by its rule, or by enough people. */
    private static Condition approvers(Charter charter, List<Decision> decisions, Known known) {
        List<String> words = new ArrayList<>();
        boolean all = true;
        for (int index = 0; index < charter.stages().size(); index++) {
            Charter.Stage stage = charter.stages().get(index);
            int at = index;
            List<Decision> here = decisions.stream().filter(each -> each.stage() == at).toList();
            if (here.stream().anyMatch(each -> each.kind() == Decision.Kind.PASSED_OVER)) {
                words.add(stage.name() + ": its condition is false");
                continue;
            }
            List<String> by =
                    here.stream()
                            .filter(each -> each.kind() == Decision.Kind.APPROVED)
                            .flatMap(each -> each.by().stream())
                            .distinct()
                            .toList();
            if (by.stream().anyMatch(id -> id.startsWith(Charter.Policy.PREFIX))) {
                words.add(stage.name() + ": its rule decided");
                continue;
            }
            long people =
                    by.stream()
                            .filter(id ->
                                    known.account(id).filter(each -> each.enabled()).isPresent())
                            .count();
            // a share was reached by all who approved: each of them counts
            int needed =
                    stage.quorum() instanceof Threshold.Count(int count)
                            ? count
                            : Math.max(1, by.size());
            all &= people >= needed;
            words.add(
                    stage.name()
                            + ": "
                            + people
                            + (people >= needed ? "" : " of " + needed)
                            + " whose accounts are in use approved");
        }
        return new Condition("approvers.resolved", all, String.join("; ", words));
    }

    /** Each stage finds enough people who may decide it, or needs none. */
    private static Condition approvers(Charter charter, Forecast.Foreseen foreseen) {
        List<String> words = new ArrayList<>();
        boolean all = true;
        for (Charter.Stage stage : charter.stages()) {
            Optional<Forecast.Stage> found =
                    foreseen.stages().stream()
                            .filter(each -> each.name().equals(stage.name()))
                            .findFirst();
            if (found.isEmpty()) {
                all = false;
                words.add(stage.name() + ": is not known");
            } else if (found.get().passed().isPresent()) {
                words.add(stage.name() + ": " + found.get().passed().get());
            } else {
                long people = found.get().candidates().stream().filter(Candidate::eligible).count();
                boolean enough =
                        found.get().held().isEmpty() && people >= Math.max(1, found.get().quorum());
                all &= enough;
                words.add(
                        stage.name()
                                + ": "
                                + people
                                + " may decide, "
                                + found.get().quorum()
                                + " must"
                                + found.get().held().map(held -> ", held: " + held).orElse(""));
            }
        }
        return new Condition("approvers.resolved", all, String.join("; ", words));
    }

    private static Condition proofs(Ready ready, Charter charter) {
        if (charter.domain().proofs().isEmpty()) {
            return new Condition("proofs.producible", false, "the charter names no proof");
        }
        List<String> missing =
                charter.domain().unprovable().getOrDefault(ready.about().target(), List.of());
        return new Condition(
                "proofs.producible",
                missing.isEmpty(),
                missing.isEmpty()
                        ? "each can be given: " + String.join(", ", charter.domain().proofs())
                        : String.join("; ", missing));
    }

    private static Condition trackRecord(Charter charter, Known known) {
        if (!charter.domain().demotes()) {
            return new Condition(
                    "track-record.kept",
                    false,
                    "the charter does not limit how much may go wrong before it is demoted");
        }
        return new Condition(
                "track-record.kept",
                known.demoted().isEmpty(),
                known.demoted().orElse("its digital employee is not demoted"));
    }
}
