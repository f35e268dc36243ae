package dev.remit.approval.domain;

import dev.remit.approval.domain.Duty.Demand;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.handoff.directory.Account;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a charter's rules say of a change, apart from who approves it: at the proposal, at each
 * decision, at the authorization. What is not known counts as broken.
 */
public final class Duties {
    private static final Duty.Rule HARD =
            new Duty.Rule("separation-of-duties", "1", "", "NIST SP 800-53 AC-5");

    private Duties() {}

    /** Every rule that is broken by those who have a part in the change before approvers do. */
    static List<Violation> ofActors(Ready ready, Charter charter, Known known) {
        Cast cast = Cast.of(ready, charter, List.of(), -1, known);
        List<Violation> found = new ArrayList<>();
        for (Duty duty : charter.duties()) {
            if (duty.demand() instanceof Demand.Apart(Part one, Part other)) {
                together(cast, one, other, duty, known)
                        .ifPresent(person ->
                                found.add(
                                        Violation.of(
                                                duty.rule(),
                                                "%s is %s and %s"
                                                        .formatted(
                                                                person.id(),
                                                                words(one),
                                                                words(other)),
                                                "someone else must propose it, or an exception with a control and an end is needed")));
            }
        }
        return found;
    }

    /** Every rule about access that the subject would break once the plan is done. */
    static List<Violation> ofAccess(Ready ready, Charter charter, Known known) {
        if (!charter.judgesAccess()) {
            return List.of();
        }
        Person subject =
                new Person(ready.parties().account(), Optional.of(ready.parties().subjectWorker()));
        Optional<Set<String>> held = heldAfterwards(ready, known);
        List<Violation> found = new ArrayList<>();
        for (Duty duty : charter.duties()) {
            if (!duty.spares(subject, known.now())) {
                access(duty, held).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<Violation> access(Duty duty, Optional<Set<String>> held) {
        return switch (duty.demand()) {
            case Demand.Apart _ -> Optional.empty();
            case Demand.Toxic _, Demand.MustHold _ when held.isEmpty() ->
                    Optional.of(
                            Violation.of(
                                    duty.rule(),
                                    "what the subject would hold afterwards is not known",
                                    "the subject's accounts must be read, and the plan understood"));
            case Demand.Toxic(Set<String> entitlements) ->
                    held.get().containsAll(entitlements)
                            ? Optional.of(
                                    Violation.of(
                                            duty.rule(),
                                            "the subject would hold all of " + words(entitlements),
                                            "one of them must go first, or an exception with a control and an end is needed"))
                            : Optional.empty();
            case Demand.MustHold(Set<String> when, Set<String> must) -> {
                Set<String> lacking = new TreeSet<>(must);
                lacking.removeAll(held.get());
                yield held.get().containsAll(when) && !lacking.isEmpty()
                        ? Optional.of(
                                Violation.of(
                                        duty.rule(),
                                        "the subject would hold %s without %s"
                                                .formatted(words(when), words(lacking)),
                                        "the subject must hold %s first".formatted(words(lacking))))
                        : Optional.empty();
            }
        };
    }

    /**
     * What the subject holds once the plan is done: groups with all they are inside of, and roles,
     * of all accounts of the person. Empty if that is not known.
     */
    static Optional<Set<String>> heldAfterwards(Ready ready, Known known) {
        Effect effect = ready.effect();
        List<Account> accounts =
                Stream.concat(
                                known
                                        .accounts(
                                                Concern.target(
                                                        ready.about().target(),
                                                        ready.parties().account()))
                                        .stream(),
                                known
                                        .accounts(Concern.worker(ready.parties().subjectWorker()))
                                        .stream())
                        .distinct()
                        .toList();
        if (accounts.isEmpty() || !effect.clear()) {
            return Optional.empty();
        }
        Set<String> held = new TreeSet<>(effect.rolesAdded());
        effect.groupsAdded().forEach(path -> held.addAll(within(path)));
        for (Account account : accounts) {
            boolean target =
                    account.system().equals(ready.about().target())
                            && account.id().equals(ready.parties().account());
            Predicate<String> stays = path -> !target || !effect.groupsRemoved().contains(path);
            account.groups().stream()
                    .map(Account.Group::path)
                    .filter(stays)
                    .forEach(path -> held.addAll(within(path)));
            account.roles().stream()
                    .filter(role -> !target || !effect.rolesRemoved().contains(role))
                    .forEach(held::add);
        }
        return Optional.of(held);
    }

    /** A group and all it is inside of: {@code /a/b} is also {@code /a}. */
    static Set<String> within(String path) {
        Set<String> all = new HashSet<>();
        String each = path;
        while (each.length() > 1) {
            all.add(each);
            each = each.substring(0, Math.max(0, each.lastIndexOf('/')));
        }
        return all;
    }

    /**
     * Whether the approvals given still stand apart from each other and from everyone else, as far
     * as is known now. One that does not breaks the rules that no charter can lift.
     */
    static List<Violation> ofApprovals(
            Ready ready, Charter charter, List<Decision> decisions, Known known) {
        List<Violation> found = new ArrayList<>();
        List<Decision> given =
                decisions.stream().filter(each -> each.kind() == Decision.Kind.APPROVED).toList();
        if (given.isEmpty()) {
            found.add(
                    Violation.of(
                            HARD,
                            "nobody and no rule approved: every stage was passed over",
                            "the charter must ask someone"));
        }
        for (Decision each : given) {
            String by = each.by().orElse("");
            if (by.startsWith(Charter.Policy.PREFIX)) {
                continue;
            }
            Cast others = Cast.of(ready, charter, decisions, each.stage(), known);
            Stream.concat(Stream.of(by), each.onBehalfOf().stream())
                    .map(known::person)
                    .filter(person -> isInvolved(person, others))
                    .forEach(person ->
                            found.add(
                                    Violation.of(
                                            HARD,
                                            "%s approved stage %s and has another part in the change"
                                                    .formatted(person.id(), each.stageName()),
                                            "the change must be proposed again")));
        }
        return found;
    }

    private static boolean isInvolved(Person person, Cast cast) {
        return cast.plays(Part.PROPOSER, person)
                || cast.plays(Part.PRINCIPAL, person)
                || cast.plays(Part.SUBJECT, person)
                || cast.plays(Part.EXECUTOR, person)
                || cast.plays(Part.APPROVER, person)
                || cast.plays(Part.DELEGATOR, person);
    }

    private static Optional<Person> together(
            Cast cast, Part one, Part other, Duty duty, Known known) {
        return cast.all(one).stream()
                .filter(person -> cast.plays(other, person))
                .filter(person -> !duty.spares(person, known.now()))
                .findFirst();
    }

    private static String words(Set<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String words(Part part) {
        return part.name().toLowerCase(java.util.Locale.ROOT);
    }
}
