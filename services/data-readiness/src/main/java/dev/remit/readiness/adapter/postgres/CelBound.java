package dev.remit.readiness.adapter.postgres;

import dev.remit.charter.Condition;
import dev.remit.charter.Conditions;
import dev.remit.charter.Facts;
import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A bound of a charter's domain, in the Common Expression Language. */
record CelBound(Condition condition, Map<String, Action> actions) implements Charter.Bound {
    private static final Conditions CONDITIONS = new Conditions();

    /**
     * What an action does, as far as a bound may look at it.
     *
     * @param named paths of the groups that it names, to grant or to take
     * @param all whether it takes whatever groups the account is in
     */
    record Action(String mode, Set<String> named, boolean all) {
        /** An action of these steps. */
        static Action of(
                String mode,
                List<String> steps,
                Optional<Charter.Grant> grant,
                Charter.Details details) {
            Set<String> named = new TreeSet<>();
            grant.ifPresent(each -> named.add(each.group().path()));
            details.group().ifPresent(each -> named.add(each.path()));
            details.groups().forEach(each -> named.add(each.path()));
            return new Action(
                    mode,
                    named,
                    steps.contains("leave-groups") || steps.contains("delete-account"));
        }

        /** Paths of the groups that a change of this account grants or removes. */
        List<String> entitlements(Account account) {
            Set<String> paths = new TreeSet<>(named);
            if (all) {
                account.groups().forEach(each -> paths.add(each.path()));
            }
            return List.copyOf(paths);
        }
    }

    /**
     * @param actions each action by its name
     * @throws IllegalArgumentException if the text is no condition
     */
    static CelBound of(String text, Map<String, Action> actions) {
        return switch (CONDITIONS.compile(Conditions.Place.DOMAIN, text)) {
            case Conditions.Compiled.Good(Condition condition) -> new CelBound(condition, actions);
            case Conditions.Compiled.Broken broken ->
                    throw new IllegalArgumentException("charter: domain: " + broken.fault());
        };
    }

    @Override
    public String text() {
        return condition.text();
    }

    @Override
    public Charter.Side of(Request request, Account account) {
        Optional<Action> action = Optional.ofNullable(actions.get(request.action()));
        // the reason is not kept here: a bound that looks at it has no answer
        Facts facts =
                Facts.NONE
                        .withChange(
                                new Facts.Change(
                                        request.charter(),
                                        request.action(),
                                        request.target(),
                                        request.subjectId(),
                                        "",
                                        action.map(Action::mode).orElse("")))
                        .withSubject(
                                new Facts.Account(
                                        account.system(),
                                        account.id(),
                                        account.enabled(),
                                        account.workerId(),
                                        account.managerWorkerId(),
                                        account.groups().stream().map(Account.Group::path).toList(),
                                        account.roles()));
        // nobody knows what an action does that the charter does not have
        Facts all =
                action.map(each ->
                                facts.withResource(
                                        new Facts.Resource(
                                                account.system(),
                                                account.id(),
                                                "account",
                                                Optional.empty(),
                                                each.entitlements(account))))
                        .orElse(facts);
        return switch (condition.ask(all)) {
            case Condition.Answer.Holds _ -> Charter.Side.INSIDE;
            case Condition.Answer.Fails _ -> Charter.Side.OUTSIDE;
            case Condition.Answer.Unknown _ -> Charter.Side.UNKNOWN;
        };
    }
}
