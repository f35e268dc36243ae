package dev.remit.approval.adapter.json;

import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Condition;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Risk;
import dev.remit.approval.domain.Scope;
import dev.remit.charter.Conditions;
import dev.remit.charter.Facts;
import dev.remit.handoff.directory.Account;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A condition in the Common Expression Language. */
final class CelCondition implements Condition {
    private static final Conditions CONDITIONS = new Conditions();

    private final dev.remit.charter.Condition compiled;

    private CelCondition(dev.remit.charter.Condition compiled) {
        this.compiled = compiled;
    }

    /**
     * @throws IllegalArgumentException if the text is no condition
     */
    static Condition of(Conditions.Place place, String text) {
        return switch (CONDITIONS.compile(place, text)) {
            case Conditions.Compiled.Good(dev.remit.charter.Condition condition) ->
                    new CelCondition(condition);
            case Conditions.Compiled.Broken broken ->
                    throw new IllegalArgumentException(
                            "%s (at %d:%d)"
                                    .formatted(broken.fault(), broken.line(), broken.column()));
        };
    }

    @Override
    public String text() {
        return compiled.text();
    }

    @Override
    public Truth over(Scope scope) {
        return switch (compiled.ask(facts(scope))) {
            case dev.remit.charter.Condition.Answer.Holds _ -> Truth.TRUE;
            case dev.remit.charter.Condition.Answer.Fails _ -> Truth.FALSE;
            case dev.remit.charter.Condition.Answer.Unknown _ -> Truth.UNKNOWN;
        };
    }

    private static Facts facts(Scope scope) {
        Ready ready = scope.ready();
        About about = ready.about();
        return new Facts(
                Optional.of(
                        new Facts.Change(
                                about.charter(),
                                about.action(),
                                about.target(),
                                ready.parties().subjectId(),
                                about.reason(),
                                about.mode())),
                scope.subject().map(CelCondition::account),
                Optional.of(resource(ready)),
                ready.verdict().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Facts.Readiness(ready.verdict(), ready.facts())),
                scope.risk().stream().mapToInt(Risk::score).findFirst(),
                scope.reviewer().map(CelCondition::account));
    }

    private static Facts.Resource resource(Ready ready) {
        Effect effect = ready.effect();
        return new Facts.Resource(
                ready.about().target(),
                ready.parties().account(),
                "account",
                ready.owners().getOrDefault("account", List.of()).stream().findFirst(),
                Stream.of(
                                effect.groupsAdded(),
                                effect.groupsRemoved(),
                                effect.rolesAdded(),
                                effect.rolesRemoved())
                        .flatMap(each -> each.stream().sorted())
                        .toList());
    }

    private static Facts.Account account(Account account) {
        return new Facts.Account(
                account.system(),
                account.id(),
                account.enabled(),
                account.workerId(),
                account.managerWorkerId(),
                account.groups().stream().map(Account.Group::path).toList(),
                account.roles());
    }
}
