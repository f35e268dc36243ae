package dev.remit.charter;

import dev.remit.charter.Charter.Action;
import dev.remit.charter.Charter.Resolver;
import dev.remit.charter.Charter.Stage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a charter makes of a change that was recorded: whether it is inside, in which mode, what
 * data it lacks, which stages it passes, what is done, and on which terms. What the record does not
 * know stays unknown, and is said. What only opens changes is no part of it.
 */
public final class Simulation {
    private Simulation() {}

    /** What is said of a change, by what it is about, in order. */
    public record Course(Map<String, String> words) {
        /**
         * Where two courses differ.
         *
         * @return one line a difference; empty if there is none
         */
        public List<String> differences(Course other) {
            Set<String> all = new LinkedHashSet<>(words.keySet());
            all.addAll(other.words.keySet());
            return all.stream()
                    .filter(each -> !said(each).equals(other.said(each)))
                    .map(each -> each + ": " + said(each) + " -> " + other.said(each))
                    .toList();
        }

        private String said(String about) {
            return words.getOrDefault(about, "none");
        }
    }

    /**
     * Takes a recorded change through a charter.
     *
     * @param facts as they were recorded
     * @throws IllegalArgumentException if the change itself is not among them
     */
    public static Course of(Charter charter, Facts facts, Conditions conditions) {
        Facts.Change recorded =
                facts.change()
                        .orElseThrow(() -> new IllegalArgumentException("change: is missing"));
        Map<String, String> words = new java.util.LinkedHashMap<>();
        Optional<Action> action = charter.domain().action(recorded.action());
        if (action.isEmpty() || !charter.domain().systems().contains(recorded.target())) {
            words.put("domain", "outside: " + recorded.action() + " on " + recorded.target());
            return new Course(words);
        }
        // a mode follows from the charter, whatever it was then
        Facts now =
                facts.withChange(
                        new Facts.Change(
                                charter.name(),
                                recorded.action(),
                                recorded.target(),
                                recorded.subject(),
                                recorded.reason(),
                                action.get().mode().name()));
        words.put("domain", domain(charter, now, conditions));
        words.put("mode", action.get().mode().name());
        words.put("steps", String.join(", ", action.get().steps()));
        words.put("of", of(action.get()));
        words.put("taken back", back(action.get()));
        words.put("proposers", proposers(charter.proposers(), action.get()));
        words.put("limits", limits(charter.domain()));
        words.put("protected", sorted(charter.domain().protectedEntitlements()));
        charter.trackRecord().ifPresent(each -> words.put("track record", trackRecord(each)));
        words.put("readiness", readiness(charter, facts));
        for (Charter.Fact fact : charter.facts()) {
            words.put("terms of fact " + fact.name(), terms(fact, charter));
        }
        for (Stage stage : charter.stages()) {
            words.put("stage " + stage.name(), stage(stage, now, conditions));
            words.put("terms of stage " + stage.name(), terms(stage, charter));
        }
        charter.review()
                .ifPresent(review ->
                        words.put("review", asked(review) + "; " + terms(review, charter)));
        words.put("approvers hold", charter.approvalRole());
        for (Charter.Duty duty : charter.duties()) {
            words.put("duty " + duty.rule(), duty(duty));
        }
        words.put("authorization", "ends after " + charter.authorizationExpiresAfter());
        words.put("proof", String.join(", ", charter.proofs()));
        words.put("evidence", "kept for " + charter.retentionDays() + " days");
        return new Course(words);
    }

    /** What is given, taken and set. */
    private static String of(Action action) {
        List<String> all = new ArrayList<>();
        action.grant()
                .ifPresent(each ->
                        all.add(
                                "gives %s (%s) for %s"
                                        .formatted(
                                                each.groupPath(), each.groupId(), each.lasts())));
        action.group().ifPresent(each -> all.add("takes " + named(each)));
        action.groups().forEach(each -> all.add("gives " + named(each)));
        action.manager().ifPresent(each -> all.add("manager " + each));
        action.owner().ifPresent(each -> all.add("owner " + each));
        return all.isEmpty() ? "the account" : String.join(", ", all);
    }

    private static String named(Charter.Group group) {
        return "%s (%s)".formatted(group.path(), group.id());
    }

    private static String back(Action action) {
        return action.reversibility().map(Enum::name).orElse("is not said")
                + new TreeMap<>(action.compensation())
                        .entrySet().stream()
                                .map(each -> ", " + each.getKey() + " by " + each.getValue())
                                .collect(Collectors.joining());
    }

    private static String proposers(Charter.Proposers proposers, Action action) {
        return "roles %s, copilots %s, %s for %s"
                .formatted(
                        sorted(proposers.roles()),
                        action.copilots()
                                .or(proposers::copilots)
                                .map(Simulation::sorted)
                                .orElse("all"),
                        proposers.employee(),
                        proposers.principal());
    }

    private static String limits(Charter.Domain domain) {
        List<String> all = new ArrayList<>();
        domain.changesPerHour().ifPresent(each -> all.add(each + " changes an hour"));
        domain.shareOfPopulation().ifPresent(each -> all.add(each + " of the accounts"));
        return all.isEmpty() ? "none" : String.join(", ", all);
    }

    private static String trackRecord(Charter.TrackRecord record) {
        List<String> all = new ArrayList<>();
        record.failures().ifPresent(each -> all.add(each + " failures"));
        record.compensations().ifPresent(each -> all.add(each + " compensations"));
        record.overrides().ifPresent(each -> all.add(each + " overrides"));
        record.refusedClosures().ifPresent(each -> all.add(each + " refused closures"));
        return "within " + record.within() + " " + String.join(", ", all);
    }

    /** How good a fact must be, and what happens otherwise. */
    private static String terms(Charter.Fact fact, Charter charter) {
        List<String> all = new ArrayList<>();
        fact.maxAge().ifPresent(each -> all.add("at most " + each + " old"));
        fact.minShare().ifPresent(each -> all.add("of " + each + " of the accounts"));
        if (!fact.agreesWith().isEmpty()) {
            all.add("as " + sorted(fact.agreesWith()) + " says");
        }
        Charter.Gap gap = fact.onGap();
        if (gap.halt()) {
            all.add("or halted");
        } else {
            if (!gap.enrichFrom().isEmpty()) {
                all.add("or from " + String.join(", ", gap.enrichFrom()));
            }
            all.add("or asked of " + sorted(gap.ask().isEmpty() ? charter.askRoles() : gap.ask()));
            all.add("held for " + gap.hold().orElse(charter.holdFor()));
        }
        return String.join(", ", all);
    }

    /** What else is said of a stage, whether or not it is passed over; not what passes it over. */
    private static String terms(Stage stage, Charter charter) {
        List<String> all = new ArrayList<>();
        all.add("denied by " + amount(stage.denyQuorum()));
        if (stage.alongside()) {
            all.add("beside the one before");
        }
        if (stage.reasonRequired()) {
            all.add("with a reason");
        }
        stage.authentication().ifPresent(each -> all.add(authentication(each)));
        all.add("within " + deadline(stage.deadline(), charter));
        stage.reminders().forEach(each -> all.add("reminded after " + each));
        stage.escalation()
                .forEach(
                        each -> all.add("after " + each.after() + " " + asked(each.to(), charter)));
        stage.outcome().ifPresent(each -> all.add("then " + each));
        if (!stage.bulk()) {
            all.add("one by one");
        }
        charter.onCall().entrySet().stream()
                .filter(each -> isAsked(stage, each.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> all.add(each.getKey() + " is " + each.getValue()));
        return String.join(", ", all);
    }

    private static boolean isAsked(Stage stage, String rota) {
        return stage.resolvers().stream()
                .anyMatch(each ->
                        each.kind() == Resolver.Kind.ON_CALL && each.names().contains(rota));
    }

    private static String asked(List<Resolver> resolvers, Charter charter) {
        return resolvers.stream()
                .map(each ->
                        each.kind()
                                + " "
                                + each.names().stream()
                                        .map(name ->
                                                each.kind() == Resolver.Kind.ON_CALL
                                                        ? name + " " + charter.onCall().get(name)
                                                        : name)
                                        .collect(Collectors.joining(" ")))
                .collect(Collectors.joining(" or "));
    }

    private static String deadline(Charter.Deadline deadline, Charter charter) {
        return deadline.within()
                + deadline.calendar()
                        .map(name -> " of " + name + " " + charter.calendars().get(name))
                        .orElse("");
    }

    private static String authentication(Charter.Authentication authentication) {
        return "signed in"
                + authentication.acr().map(each -> " as " + each).orElse("")
                + authentication.maxAge().map(each -> " at most " + each + " ago").orElse("")
                + (authentication.passkey() ? " with a passkey" : "");
    }

    private static String duty(Charter.Duty duty) {
        return "%s@%s of %s by %s, except %s"
                .formatted(
                        duty.demand(),
                        duty.version(),
                        duty.source(),
                        duty.owner(),
                        duty.exceptions());
    }

    private static String amount(Charter.Threshold threshold) {
        return switch (threshold) {
            case Charter.Threshold.Count(int count) -> String.valueOf(count);
            case Charter.Threshold.Share(double share) -> "a share of " + share;
        };
    }

    private static String sorted(Collection<String> words) {
        return words.isEmpty() ? "nobody" : String.join(" ", new TreeSet<>(words));
    }

    private static String domain(Charter charter, Facts facts, Conditions conditions) {
        List<String> open = new ArrayList<>();
        for (Optional<String> each :
                List.of(charter.domain().subject(), charter.domain().resource())) {
            each.ifPresent(text -> {
                switch (conditions.ask(Conditions.Place.DOMAIN, text, facts)) {
                    case Condition.Answer.Holds _ -> {}
                    case Condition.Answer.Fails _ -> open.add("outside: not " + text);
                    case Condition.Answer.Unknown(String reason) ->
                            open.add("unknown: " + text + ": " + reason);
                }
            });
        }
        return open.isEmpty() ? "inside" : String.join("; ", open);
    }

    private static String readiness(Charter charter, Facts facts) {
        Map<String, String> judged = facts.readiness().map(Facts.Readiness::facts).orElse(Map.of());
        List<String> open =
                charter.facts().stream()
                        .map(Charter.Fact::name)
                        .filter(name -> !"PRESENT".equals(judged.get(name)))
                        .map(name -> name + " " + judged.getOrDefault(name, "was not judged"))
                        .toList();
        return open.isEmpty() ? "every fact holds" : String.join(", ", open);
    }

    private static String stage(Stage stage, Facts facts, Conditions conditions) {
        String who =
                stage.policy()
                        .map(rule -> {
                            boolean applies =
                                    facts.readiness()
                                            .filter(each ->
                                                    rule.verdicts().contains(each.verdict()))
                                            .isPresent();
                            return "rule "
                                    + rule.name()
                                    + "@"
                                    + rule.version()
                                    + (applies ? " approves" : " does not apply");
                        })
                        .orElseGet(() -> asked(stage));
        if (stage.when().isEmpty()) {
            return who;
        }
        return switch (conditions.ask(Conditions.Place.ROUTE, stage.when().get(), facts)) {
            case Condition.Answer.Holds _ -> who;
            case Condition.Answer.Fails _ -> "passed over";
            case Condition.Answer.Unknown(String reason) -> "held: " + reason;
        };
    }

    private static String asked(Stage stage) {
        String of =
                stage.resolvers().stream()
                        .map(each ->
                                (each.kind() + " " + String.join(" ", each.names()))
                                        .replace(
                                                "" + Resolver.Kind.MANAGER + " subject", "MANAGER"))
                        .collect(Collectors.joining(" or "));
        return amount(stage.quorum())
                + " of "
                + of
                + stage.filter().map(each -> ", if " + each).orElse("");
    }
}
