package dev.remit.approval.domain;

import dev.remit.approval.domain.Duty.Demand;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.approval.domain.Duty.Spared;
import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a charter's rules say of a change, apart from who approves it: at the proposal, at each
 * decision, at the authorization. What is not known counts as broken.
 */
public final class Duties {
    private static final Duty.Rule HARD =
            new Duty.Rule("separation-of-duties", "1", "", "NIST SP 800-53 AC-5");

    private static final Duty.Rule SAME_ACCOUNT =
            new Duty.Rule("same-account", "1", "", "NIST SP 800-53 IA-4");

    private Duties() {}

    /** Every rule that is broken by those who have a part in the change before approvers do. */
    static List<Violation> ofActors(Ready ready, Charter charter, Known known) {
        List<Violation> found = new ArrayList<>(ofAccount(ready, known).stream().toList());
        if (isProposedByNobodyKnown(ready, known)) {
            found.add(
                    Violation.of(
                            HARD,
                            "%s proposed it, and has no account that was observed: which others are theirs is not known"
                                    .formatted(ready.parties().proposer()),
                            "the account must be read from its system, or someone who is known there must propose it"));
        }
        found.addAll(
                apart(
                        charter,
                        Cast.of(ready, charter, List.of(), -1, known),
                        known,
                        "someone else must propose it, or an exception with a control and an end is needed"));
        return found;
    }

    /** What a refusal because of these is called. */
    static String code(List<Violation> violations) {
        return violations.stream().allMatch(each -> each.rule().equals(SAME_ACCOUNT.name()))
                ? Eligibility.Bar.ACCOUNT_REUSED.name()
                : "SOD_ACCESS";
    }

    /** The account became somebody else's since the route began: what waits is not about them. */
    static Optional<Violation> ofAccount(Ready ready, Known known) {
        Parties parties = ready.parties();
        return parties.accountWorker()
                .filter(then ->
                        known
                                .accounts(Concern.target(ready.about().target(), parties.account()))
                                .stream()
                                .anyMatch(each -> !each.workerId().equals(Optional.of(then))))
                .map(then ->
                        Violation.of(
                                SAME_ACCOUNT,
                                "account %s belonged to %s when this began, and does not any more"
                                        .formatted(parties.account(), then),
                                "the change must be proposed again for whom the account belongs to now"));
    }

    /** For an AI somebody answers; whose account went since the route began was seen then. */
    private static boolean isProposedByNobodyKnown(Ready ready, Known known) {
        Parties parties = ready.parties();
        return parties.principal().isEmpty()
                && parties.proposerWorker().isEmpty()
                && !ready.labels().containsKey(parties.proposer())
                && known.account(parties.proposer()).isEmpty();
    }

    /** The rules of the charter by which two parts are apart, and someone plays both. */
    private static List<Violation> apart(Charter charter, Cast cast, Known known, String remedy) {
        List<Violation> found = new ArrayList<>();
        for (Duty duty : charter.duties()) {
            if (duty.demand() instanceof Demand.Apart(Part one, Part other)) {
                together(cast, one, other)
                        .filter(person -> !duty.spares(person, known.now()))
                        .findFirst()
                        .ifPresent(person ->
                                found.add(
                                        Violation.of(
                                                duty.rule(), isBoth(person, one, other), remedy)));
            }
        }
        return found;
    }

    /** Every rule about access that the subject would break once the plan is done. */
    static List<Violation> ofAccess(Ready ready, Charter charter, Known known) {
        if (!charter.judgesAccess()) {
            return List.of();
        }
        Person subject = subject(ready);
        Optional<Set<String>> held = heldAfterwards(ready, known);
        List<Violation> found = new ArrayList<>();
        for (Duty duty : charter.duties()) {
            if (!duty.spares(subject, known.now())) {
                access(duty, held, Tense.WOULD).ifPresent(found::add);
            }
        }
        return found;
    }

    /**
     * Every exception without which a rule would forbid the change as it stands, with those who
     * approved it.
     */
    static List<Spared> spared(
            Ready ready, Charter charter, List<Decision> decisions, Known known) {
        Cast cast = Cast.of(ready, charter, decisions, -1, known);
        Optional<Set<String>> held =
                charter.judgesAccess() ? heldAfterwards(ready, known) : Optional.empty();
        Set<Spared> found = new LinkedHashSet<>();
        for (Duty duty : charter.duties()) {
            if (duty.demand() instanceof Demand.Apart(Part one, Part other)) {
                together(cast, one, other)
                        .forEach(person ->
                                duty.exemption(person, known.now())
                                        .ifPresent(each ->
                                                found.add(
                                                        new Spared(
                                                                duty.rule(),
                                                                each,
                                                                isBoth(person, one, other)))));
            } else {
                duty.exemption(subject(ready), known.now())
                        .ifPresent(each ->
                                access(duty, held, Tense.WOULD)
                                        .ifPresent(broken ->
                                                found.add(
                                                        new Spared(
                                                                duty.rule(),
                                                                each,
                                                                broken.facts()))));
            }
        }
        return List.copyOf(found);
    }

    private static Person subject(Ready ready) {
        return ready.parties().subject();
    }

    private static String isBoth(Person person, Part one, Part other) {
        return "%s is %s and %s".formatted(person.id(), words(one), words(other));
    }

    /** Whether what is held is foreseen, or held already. */
    private enum Tense {
        WOULD("the subject would hold"),
        DOES("this person holds"),
        ACCOUNT("this account, which belongs to nobody, holds");

        private final String words;

        Tense(String words) {
            this.words = words;
        }
    }

    /**
     * A rule about access that somebody breaks already, whoever gave it to them.
     *
     * @param duty whose rule
     * @param held what of all that they hold it is about
     */
    public record Broken(Duty duty, Violation violation, Set<String> held) {}

    /**
     * Every rule about access that a person breaks by what they hold now; none that spares them.
     *
     * @param worker whose they are; whatever names the account if it belongs to nobody
     * @param accounts all accounts of the person, whatever their systems
     */
    public static List<Broken> ofHolder(
            String worker,
            List<Account> accounts,
            Charter charter,
            Map<String, Map<String, EntitlementFact>> told,
            Instant now) {
        Set<String> held = held(accounts, told);
        Tense tense =
                accounts.stream().anyMatch(each -> each.workerId().isEmpty())
                        ? Tense.ACCOUNT
                        : Tense.DOES;
        List<Broken> found = new ArrayList<>();
        for (Duty duty : charter.duties()) {
            boolean spared =
                    Stream.concat(
                                    Stream.of(new Person(worker, Optional.of(worker))),
                                    accounts.stream()
                                            .map(each ->
                                                    new Person(each.id(), Optional.of(worker))))
                            .anyMatch(person -> duty.spares(person, now));
            if (!spared) {
                access(duty, Optional.of(held), tense)
                        .ifPresent(broken -> found.add(new Broken(duty, broken, about(duty))));
            }
        }
        return found;
    }

    private static Set<String> about(Duty duty) {
        return switch (duty.demand()) {
            case Demand.Toxic(Set<String> entitlements) -> new TreeSet<>(entitlements);
            case Demand.MustHold(Set<String> when, Set<String> _) -> new TreeSet<>(when);
            case Demand.Apart _ -> Set.of();
        };
    }

    private static Optional<Violation> access(Duty duty, Optional<Set<String>> held, Tense tense) {
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
                                            "%s all of %s"
                                                    .formatted(tense.words, words(entitlements)),
                                            "one of them must go first, or an exception with a control and an end is needed"))
                            : Optional.empty();
            case Demand.MustHold(Set<String> when, Set<String> must) -> {
                Set<String> lacking = new TreeSet<>(must);
                lacking.removeAll(held.get());
                yield held.get().containsAll(when) && !lacking.isEmpty()
                        ? Optional.of(
                                Violation.of(
                                        duty.rule(),
                                        "%s %s without %s"
                                                .formatted(
                                                        tense.words, words(when), words(lacking)),
                                        "the subject must hold %s first".formatted(words(lacking))))
                        : Optional.empty();
            }
        };
    }

    /**
     * What the subject holds once the plan is done, in all accounts of the person, whatever their
     * systems: groups with all they are inside of, roles, and what these give besides. Empty if it
     * is not known.
     */
    static Optional<Set<String>> heldAfterwards(Ready ready, Known known) {
        Effect effect = ready.effect();
        List<Account> accounts = accounts(ready, known);
        if ((accounts.isEmpty() && !effect.makes()) || !effect.clear()) {
            return Optional.empty();
        }
        Map<String, EntitlementFact> facts =
                known.entitlements().getOrDefault(ready.about().target(), Map.of());
        Set<String> held = closed(effect.groupsAdded(), effect.rolesAdded(), facts);
        for (Account account : accounts) {
            boolean target =
                    account.system().equals(ready.about().target())
                            && account.id().equals(ready.parties().account());
            held.addAll(
                    target
                            ? left(account, effect, facts)
                            : closed(
                                    paths(account),
                                    Set.copyOf(account.roles()),
                                    known.entitlements().getOrDefault(account.system(), Map.of())));
        }
        return Optional.of(held);
    }

    /**
     * What the plan leaves of an account: a role goes with the group that it came by, unless it
     * comes by something else as well. One that nothing explains is the account's own.
     */
    private static Set<String> left(
            Account account, Effect effect, Map<String, EntitlementFact> facts) {
        Set<String> own = new HashSet<>(account.direct().orElse(account.roles()));
        Set<String> unexplained = new HashSet<>(account.roles());
        unexplained.removeAll(closed(paths(account), own, facts));
        own.addAll(unexplained);
        own.removeAll(effect.rolesRemoved());
        Set<String> stays = new HashSet<>(paths(account));
        stays.removeAll(effect.groupsRemoved());
        return closed(stays, own, facts);
    }

    private static Set<String> paths(Account account) {
        return account.groups().stream().map(Account.Group::path).collect(Collectors.toSet());
    }

    /** Every account of the subject's, by the change and by the account that it is about. */
    private static List<Account> accounts(Ready ready, Known known) {
        List<Account> target =
                known.accounts(Concern.target(ready.about().target(), ready.parties().account()));
        Stream<String> workers =
                Stream.concat(
                                ready.parties().worker().stream(),
                                target.stream().flatMap(each -> each.workerId().stream()))
                        .distinct();
        return Stream.concat(
                        target.stream(),
                        workers.flatMap(worker ->
                                Stream.of(Concern.worker(worker), Concern.person(worker))
                                        .flatMap(each -> known.accounts(each).stream())))
                .distinct()
                .toList();
    }

    /** The worker that the account of a change belongs to, where the change names another. */
    public static Optional<String> otherWorker(Ready ready, Map<Concern, List<Account>> people) {
        return people
                .getOrDefault(
                        Concern.target(ready.about().target(), ready.parties().account()),
                        List.of())
                .stream()
                .flatMap(each -> each.workerId().stream())
                .filter(each -> !each.equals(ready.parties().subjectWorker()))
                .findFirst();
    }

    private static Set<String> held(
            List<Account> accounts, Map<String, Map<String, EntitlementFact>> told) {
        Set<String> held = new TreeSet<>();
        for (Account account : accounts) {
            held.addAll(
                    closed(
                            paths(account),
                            Set.copyOf(account.roles()),
                            told.getOrDefault(account.system(), Map.of())));
        }
        return held;
    }

    /** These, the groups around them, and all that comes with them; what gives itself ends. */
    static Set<String> closed(
            Set<String> groups, Set<String> roles, Map<String, EntitlementFact> gives) {
        Set<String> held = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(roles);
        groups.forEach(path -> open.addAll(within(path)));
        while (!open.isEmpty()) {
            String each = open.pop();
            if (held.add(each)) {
                Optional.ofNullable(gives.get(each)).ifPresent(fact -> open.addAll(fact.gives()));
            }
        }
        return held;
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
     * as is known now: by the rules that no charter can lift, and by the charter's own.
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
        found.addAll(ofOneStage(given, known));
        // what is broken without any approver is said by ofActors
        Set<String> before =
                ofActors(ready, charter, known).stream()
                        .map(Violation::rule)
                        .collect(Collectors.toSet());
        apart(
                        charter,
                        Cast.of(ready, charter, decisions, -1, known),
                        known,
                        "the change must be proposed again, or an exception with a control and an end is needed")
                .stream()
                .filter(each -> !before.contains(each.rule()))
                .forEach(found::add);
        return found;
    }

    /**
     * Those who approved one stage together, or in whose place it was done, are different people.
     */
    private static List<Violation> ofOneStage(List<Decision> given, Known known) {
        List<Violation> found = new ArrayList<>();
        for (int n = 0; n < given.size(); n++) {
            for (Decision other : given.subList(n + 1, given.size())) {
                Decision each = given.get(n);
                if (each.stage() == other.stage()
                        && people(each, known).stream()
                                .anyMatch(person ->
                                        people(other, known).stream().anyMatch(person::isSame))) {
                    found.add(
                            Violation.of(
                                    HARD,
                                    "%s and %s, who both approved stage %s, are one person"
                                            .formatted(
                                                    each.by().orElse(""),
                                                    other.by().orElse(""),
                                                    each.stageName()),
                                    "the change must be proposed again"));
                }
            }
        }
        return found;
    }

    private static List<Person> people(Decision decision, Known known) {
        return Stream.concat(decision.by().stream(), decision.onBehalfOf().stream())
                .filter(id -> !id.startsWith(Charter.Policy.PREFIX))
                .map(known::person)
                .toList();
    }

    private static boolean isInvolved(Person person, Cast cast) {
        return cast.plays(Part.PROPOSER, person)
                || cast.plays(Part.PRINCIPAL, person)
                || cast.plays(Part.SUBJECT, person)
                || cast.plays(Part.EXECUTOR, person)
                || cast.plays(Part.APPROVER, person)
                || cast.plays(Part.DELEGATOR, person);
    }

    private static Stream<Person> together(Cast cast, Part one, Part other) {
        return cast.all(one).stream().filter(person -> cast.plays(other, person));
    }

    private static String words(Set<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String words(Part part) {
        return part.name().toLowerCase(java.util.Locale.ROOT);
    }
}
