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

/** A bound of a charter's domain, in the Common Expression Language. */
record CelBound(Condition condition, Map<String, String> modes) implements Charter.Bound {
    private static final Conditions CONDITIONS = new Conditions();

    /**
     * @param modes each action's mode
     * @throws IllegalArgumentException if the text is no condition
     */
    static CelBound of(String text, Map<String, String> modes) {
        return switch (CONDITIONS.compile(Conditions.Place.DOMAIN, text)) {
            case Conditions.Compiled.Good(Condition condition) -> new CelBound(condition, modes);
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
        List<String> groups = account.groups().stream().map(Account.Group::path).toList();
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
                                        modes.getOrDefault(request.action(), "")))
                        .withSubject(
                                new Facts.Account(
                                        account.system(),
                                        account.id(),
                                        account.enabled(),
                                        account.workerId(),
                                        account.managerWorkerId(),
                                        groups,
                                        account.roles()))
                        .withResource(
                                new Facts.Resource(
                                        account.system(),
                                        account.id(),
                                        "account",
                                        Optional.empty(),
                                        groups));
        return switch (condition.ask(facts)) {
            case Condition.Answer.Holds _ -> Charter.Side.INSIDE;
            case Condition.Answer.Fails _ -> Charter.Side.OUTSIDE;
            case Condition.Answer.Unknown _ -> Charter.Side.UNKNOWN;
        };
    }
}
