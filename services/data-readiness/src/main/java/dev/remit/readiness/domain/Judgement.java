package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Coverage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A change's data, judged. Pure: the same request, charter and observations give the same
 * judgement. What is not known to hold does not hold.
 *
 * @param account the target account, once correlated
 * @param manager the manager's account, once known
 * @param plan the plan to approve, when the verdict lets the change go on
 */
public record Judgement(
        Verdict verdict,
        List<Fact> facts,
        Optional<Account> account,
        Optional<Account> manager,
        Optional<Plan> plan,
        String reason) {

    /** Whether the change goes on, waits, or ends. */
    public enum Verdict {
        READY,
        ENRICHED,
        HELD,
        HALTED,
        /** It was taken back before it was judged for good. */
        WITHDRAWN
    }

    /** Whether a fact holds. */
    public enum State {
        PRESENT,
        MISSING,
        STALE,
        CONTRADICTED
    }

    /**
     * One fact, judged.
     *
     * @param observedAt when it was read
     * @param enriched whether it did not come from the target: another system says it, or a person
     *     supplied it
     */
    public record Fact(
            String name,
            State state,
            Optional<String> value,
            String source,
            Optional<Instant> observedAt,
            boolean enriched,
            String reason) {
        private Fact instead(State other, String why) {
            return new Fact(name, other, value, source, observedAt, enriched, why);
        }
    }

    /** The source of what a person supplied. */
    private static final String CORRECTION = "correction";

    /** Before the reason of a change that waits for a person to lift a halt. */
    static final String HALT = "halted: ";

    public static final String ACCOUNT = "account.correlated";

    /** Whether the account was read, whoever is behind it. */
    public static final String EXISTS = "account.exists";

    public static final String MANAGER = "manager.active";
    public static final String FRESH = "source.fresh";

    /** Whether the change is inside the bounds of the charter's domain. */
    public static final String INSIDE = "domain.inside";

    /** Whether protected entitlements keep a holder. */
    public static final String KEPT = "protected.held-by-others";

    /** Whether what the charter grants for a time is not held already. */
    public static final String NEW = "grant.new";

    /** Whether those can sign in whom the account is given to, as owner or manager. */
    public static final String RECIPIENT = "recipient.active";

    /** The facts that a person can supply. */
    static final Set<String> ASKABLE = Set.of(ACCOUNT, MANAGER);

    /** Whether an account that is to be made is not there yet, and its name is nobody's. */
    public static final String ABSENT = "account.absent";

    /**
     * Before the worker id, the name of an account that is yet to be made: no system says its id.
     */
    static final String YET_TO_BE = "worker:";

    /** Whether each step has something to do. */
    public static final String NEEDED = "step.needed";

    /** The steps that take all entitlements away, or make them worthless. */
    private static final Set<String> TAKING =
            Set.of("disable-account", "leave-groups", "delete-account");

    /** The step that takes one entitlement away. */
    private static final String TAKING_ONE = "leave-group";

    /** Two services' clocks may differ by this much before it matters. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    /** Judges a request; an empty charter means that none with the request's hash was published. */
    public static Judgement of(Request request, Optional<Charter> known, Observed observed) {
        if (known.isEmpty()) {
            return without(
                    Verdict.HELD,
                    "charter " + request.charter() + " with this hash is not known here");
        }
        Charter charter = known.get();
        if (!charter.name().equals(request.charter())
                || !charter.systems().contains(request.target())
                || !charter.steps().containsKey(request.action())) {
            return without(
                    Verdict.HALTED,
                    "charter "
                            + charter.name()
                            + " does not cover "
                            + request.action()
                            + " on "
                            + request.target());
        }
        Optional<String> strange =
                charter.steps().getOrDefault(request.action(), List.of()).stream()
                        .filter(step -> !Plan.STEPS.contains(step))
                        .findFirst();
        if (strange.isPresent()) {
            return without(
                    Verdict.HALTED,
                    "charter "
                            + charter.name()
                            + " asks for step "
                            + strange.get()
                            + ", which cannot be planned");
        }
        List<String> steps = charter.steps().getOrDefault(request.action(), List.of());
        Charter.Details details = charter.details(request.action());
        Optional<String> unclear =
                Stream.concat(
                                steps.stream()
                                        .flatMap(step -> Plan.incomplete(step, details).stream()),
                                details.compensation().entrySet().stream()
                                        .filter(each ->
                                                !each.getValue()
                                                        .equals(Plan.OPPOSITES.get(each.getKey())))
                                        .map(each ->
                                                each.getValue()
                                                        + " does not take "
                                                        + each.getKey()
                                                        + " back"))
                        .findFirst();
        if (unclear.isPresent()) {
            return without(
                    Verdict.HALTED,
                    "charter "
                            + charter.name()
                            + " cannot be planned for "
                            + request.action()
                            + ": "
                            + unclear.get());
        }
        List<String> granting = steps.stream().filter(Plan.GRANTING::contains).toList();
        boolean grants = charter.grants().containsKey(request.action());
        if (grants
                ? !granting.equals(Plan.GRANTING)
                        || !steps.getLast().equals(Plan.GRANTING.getLast())
                : !granting.isEmpty()) {
            return without(
                    Verdict.HALTED,
                    "charter "
                            + charter.name()
                            + " does not say what "
                            + request.action()
                            + " grants, or does not grant it once and, as the last step, take it away once");
        }
        Optional<Charter.NewAccount> makes = charter.makes(request.action());
        if (makes.isPresent()
                && (!steps.getFirst().equals(Plan.CREATE)
                        || !Plan.GOING_WITH_CREATE.containsAll(steps)
                        || Set.copyOf(steps).size() < steps.size())) {
            return without(
                    Verdict.HALTED,
                    "charter "
                            + charter.name()
                            + " does not make the account first and once, or does to it what is done to one that was there");
        }
        if (makes.filter(Charter.NewAccount::manager).isPresent()
                && charter.required(MANAGER).isEmpty()) {
            return without(
                    Verdict.HALTED,
                    "charter " + charter.name() + " does not require the manager that it writes");
        }
        Optional<String> worker =
                request.isOfAccount()
                        ? only(observed.accounts()).flatMap(Account::workerId)
                        : Optional.empty();
        if (worker.isPresent()) {
            // nobody would see whose account it is
            return without(
                    Verdict.HALTED,
                    request.subject()
                            + " carries worker id "
                            + worker.get()
                            + ": a change of it is proposed for that worker");
        }
        List<Fact> judged = new ArrayList<>();
        makes.ifPresent(each -> judged.add(absent(each, request, observed)));
        charter.facts().stream()
                .map(required -> judge(required, request, charter, observed))
                .forEach(judged::add);
        Optional<Account> account =
                makes.isPresent() && observed.accounts().isEmpty()
                        ? Optional.of(made(makes.get(), request, judged, observed))
                        : only(observed.accounts());
        List<Fact> facts = withinBounds(List.copyOf(judged), request, charter, account, observed);
        List<String> open =
                facts.stream()
                        .filter(fact -> fact.state() != State.PRESENT)
                        .map(fact -> fact.name() + ": " + fact.reason())
                        .toList();
        Optional<Account> manager = manager(facts, observed);
        if (facts.stream()
                .anyMatch(fact ->
                        fact.state() == State.CONTRADICTED
                                || (fact.state() != State.PRESENT && charter.halts(fact.name())))) {
            return new Judgement(
                    Verdict.HALTED,
                    facts,
                    account,
                    manager,
                    Optional.empty(),
                    String.join("; ", open));
        }
        if (!open.isEmpty() || account.isEmpty()) {
            String reason =
                    open.isEmpty()
                            ? (request.isOfAccount() ? EXISTS : ACCOUNT) + ": no account is known"
                            : String.join("; ", open);
            return new Judgement(Verdict.HELD, facts, account, manager, Optional.empty(), reason);
        }
        boolean enriched = facts.stream().anyMatch(Fact::enriched);
        return new Judgement(
                enriched ? Verdict.ENRICHED : Verdict.READY,
                facts,
                account,
                manager,
                Optional.of(Plan.of(request, charter, account.get())),
                enriched
                        ? "every fact holds, by what others say: "
                                + facts.stream()
                                        .filter(Fact::enriched)
                                        .map(fact -> fact.name() + " from " + fact.source())
                                        .collect(Collectors.joining(", "))
                        : "every fact holds");
    }

    /** A judgement before any fact was looked at. */
    static Judgement without(Verdict verdict, String reason) {
        return new Judgement(
                verdict, List.of(), Optional.empty(), Optional.empty(), Optional.empty(), reason);
    }

    /**
     * What may change this judgement while the change is held: the end of a halt; its charter while
     * that is not known; then the subject's accounts in the target, the manager's where people sign
     * in, what other systems say of the subject where they are asked, and the next complete reading
     * of a target that is stale or in which too few accounts have a fact.
     */
    Set<Concern> waitsFor(Request request, Known known) {
        if (known.halted().isPresent()) {
            return Set.of(new Concern.OfHalts());
        }
        if (known.charter().isEmpty()) {
            return Set.of(new Concern.OfCharter(request.charterHash()));
        }
        Set<Concern> concerns = new LinkedHashSet<>();
        concerns.add(
                request.isOfAccount()
                        ? new Concern.OfAccount(request.target(), request.subjectId())
                        : new Concern.OfWorker(request.target(), request.subjectId()));
        for (Fact fact : facts) {
            if (fact.name().equals(MANAGER)) {
                known.observed()
                        .managerWorkers()
                        .forEach(worker ->
                                concerns.add(
                                        new Concern.OfWorker(known.observed().people(), worker)));
                known.observed()
                        .elsewhere()
                        .keySet()
                        .forEach(system -> {
                            if (!request.isOfAccount()) {
                                concerns.add(new Concern.OfWorker(system, request.subjectId()));
                            }
                            concerns.add(new Concern.OfSource(system));
                        });
            }
            if (fact.name().equals(RECIPIENT)) {
                known.charter()
                        .map(each -> each.recipients(request.action()))
                        .orElse(Set.of())
                        .forEach(each -> {
                            String people = known.observed().people();
                            concerns.add(new Concern.OfWorker(people, each));
                            concerns.add(new Concern.OfAccount(people, each));
                        });
            }
            if (fact.state() == State.STALE
                    || (fact.state() == State.MISSING && known.observed().coverage().isPresent())) {
                concerns.add(new Concern.OfSource(request.target()));
            }
        }
        return concerns;
    }

    /**
     * What distinguishes this judgement from another held one: a change held for the same is not
     * told again.
     */
    public String held() {
        return verdict == Verdict.HELD
                ? facts.isEmpty()
                        ? reason
                        : facts.stream()
                                .filter(fact -> fact.state() != State.PRESENT)
                                .map(fact -> fact.name() + "=" + fact.state())
                                .collect(Collectors.joining(","))
                : "";
    }

    /**
     * The kinds of reasons in a text of {@link #held()}, without what is particular to a change:
     * {@code halted}, {@code charter.unknown}, or each open fact with its state.
     */
    public static List<String> reasons(String held) {
        return held.matches("([^=, ]+=[A-Z]+)(,[^=, ]+=[A-Z]+)*")
                ? List.of(held.split(",", -1))
                : List.of(
                        held.startsWith(HALT)
                                ? "halted"
                                : held.startsWith("charter ") ? "charter.unknown" : "other");
    }

    private static Fact judge(
            Charter.Required required, Request request, Charter charter, Observed observed) {
        return switch (required.name()) {
            case ACCOUNT -> account(required, request, observed);
            case EXISTS -> exists(required, request, charter, observed);
            case MANAGER -> manager(required, request, charter, observed);
            case FRESH -> fresh(required.maxAge().orElse(Duration.ZERO), request, observed);
            default ->
                    fact(
                            required.name(),
                            State.MISSING,
                            Optional.empty(),
                            "",
                            Optional.empty(),
                            "nothing here can judge this fact");
        };
    }

    /**
     * Adds whether the change is inside the charter's bounds, and whether protected entitlements
     * keep a holder; not before everything else holds, so that it is judged on data that is right.
     */
    private static List<Fact> withinBounds(
            List<Fact> facts,
            Request request,
            Charter charter,
            Optional<Account> account,
            Observed observed) {
        if (account.isEmpty() || facts.stream().anyMatch(fact -> fact.state() != State.PRESENT)) {
            return facts;
        }
        List<Fact> all = new ArrayList<>(facts);
        if (!charter.bounds().isEmpty()) {
            all.add(inside(request, charter, account.get()));
        }
        List<String> steps = charter.steps().getOrDefault(request.action(), List.of());
        if (!charter.protectedEntitlements().isEmpty()
                && steps.stream()
                        .anyMatch(step -> TAKING.contains(step) || step.equals(TAKING_ONE))) {
            all.add(heldByOthers(request, charter, account.get(), observed));
        }
        Charter.Details details = charter.details(request.action());
        steps.stream()
                .flatMap(step -> Plan.pointless(step, details, account.get()).stream())
                .findFirst()
                .or(() -> Plan.unchanged(steps, details, account.get()))
                .ifPresent(why ->
                        all.add(
                                fact(
                                        NEEDED,
                                        State.CONTRADICTED,
                                        Optional.empty(),
                                        request.target(),
                                        Optional.of(account.get().observedAt()),
                                        why + ": there is nothing to do")));
        Charter.Grant grant = charter.grants().get(request.action());
        if (grant != null) {
            all.add(notHeld(request, grant, account.get()));
        }
        Set<String> recipients = charter.recipients(request.action());
        if (!recipients.isEmpty()) {
            all.add(recipients(recipients, observed));
        }
        return List.copyOf(all);
    }

    /** Who cannot sign in answers for nothing. */
    private static Fact recipients(Set<String> recipients, Observed observed) {
        List<String> gone =
                recipients.stream().filter(each -> observed.recipients(each).isEmpty()).toList();
        return fact(
                RECIPIENT,
                gone.isEmpty() ? State.PRESENT : State.MISSING,
                Optional.of(String.join(", ", recipients)),
                observed.people(),
                recipients.stream()
                        .flatMap(each -> observed.recipients(each).stream())
                        .map(Account::observedAt)
                        .min(Comparator.naturalOrder()),
                gone.isEmpty()
                        ? "whom the account is given to has an enabled account"
                        : "the account is given to "
                                + String.join(", ", gone)
                                + ", who has no enabled account in "
                                + observed.people());
    }

    /** Its end would take away what somebody gave for good. */
    private static Fact notHeld(Request request, Charter.Grant grant, Account account) {
        boolean held =
                account.groups().stream()
                        .anyMatch(group ->
                                group.id().equals(grant.group().id())
                                        || group.path().equals(grant.group().path()));
        return fact(
                NEW,
                held ? State.CONTRADICTED : State.PRESENT,
                Optional.empty(),
                request.target(),
                Optional.of(account.observedAt()),
                (held ? "the account is in " : "the account is not in ")
                        + grant.group().path()
                        + (held ? " already: there is nothing to grant for a time" : " yet"));
    }

    private static Fact inside(Request request, Charter charter, Account account) {
        for (Charter.Side wrong : List.of(Charter.Side.OUTSIDE, Charter.Side.UNKNOWN)) {
            Optional<Charter.Bound> bound =
                    charter.bounds().stream()
                            .filter(each -> each.of(request, account) == wrong)
                            .findFirst();
            if (bound.isPresent()) {
                boolean outside = wrong == Charter.Side.OUTSIDE;
                return fact(
                        INSIDE,
                        outside ? State.CONTRADICTED : State.MISSING,
                        Optional.empty(),
                        request.target(),
                        Optional.of(account.observedAt()),
                        (outside ? "outside the charter: not " : "it is not known whether ")
                                + bound.get().text());
            }
        }
        return fact(
                INSIDE,
                State.PRESENT,
                Optional.empty(),
                request.target(),
                Optional.of(account.observedAt()),
                "inside every bound of the charter");
    }

    private static Fact heldByOthers(
            Request request, Charter charter, Account account, Observed observed) {
        boolean all =
                charter.steps().getOrDefault(request.action(), List.of()).stream()
                        .anyMatch(TAKING::contains);
        List<String> last =
                charter.protectedEntitlements().stream()
                        .filter(account::isIn)
                        .filter(path ->
                                all
                                        || charter.details(request.action())
                                                .group()
                                                .filter(each -> each.path().equals(path))
                                                .isPresent())
                        .filter(path ->
                                observed.holders().getOrDefault(path, List.of()).stream()
                                        .noneMatch(holder ->
                                                holder.enabled()
                                                        && !holder.id().equals(account.id())))
                        .sorted()
                        .toList();
        return fact(
                KEPT,
                last.isEmpty() ? State.PRESENT : State.CONTRADICTED,
                last.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", last)),
                request.target(),
                observed.readAt(),
                last.isEmpty()
                        ? "every protected entitlement keeps a holder"
                        : "the account is the last enabled holder of " + String.join(", ", last));
    }

    private static Fact account(Charter.Required required, Request request, Observed observed) {
        List<Account> found = observed.accounts();
        String supplied = observed.corrections().get(ACCOUNT);
        if (supplied != null) {
            return supplied(supplied, request, observed);
        }
        if (request.isOfAccount()) {
            return fact(
                    ACCOUNT,
                    State.MISSING,
                    Optional.empty(),
                    request.target(),
                    observed.readAt(),
                    request.subject()
                            + (found.isEmpty() ? " is not known" : " carries no worker id"));
        }
        if (found.isEmpty()) {
            return fact(
                    ACCOUNT,
                    State.MISSING,
                    Optional.empty(),
                    request.target(),
                    observed.readAt(),
                    "no account of "
                            + request.target()
                            + " carries worker id "
                            + request.subjectId());
        }
        if (found.size() > 1) {
            return fact(
                    ACCOUNT,
                    State.CONTRADICTED,
                    Optional.of(ids(found)),
                    request.target(),
                    observed.readAt(),
                    found.size() + " accounts carry worker id " + request.subjectId());
        }
        return believed(
                fact(
                        ACCOUNT,
                        State.PRESENT,
                        Optional.of(found.getFirst().id()),
                        request.target(),
                        Optional.of(found.getFirst().observedAt()),
                        "one account carries worker id " + request.subjectId()),
                required,
                seenAt(found.getFirst(), observed.readAt()),
                Coverage::correlatedShare,
                observed);
    }

    /** Nobody's account and nobody's name, as far as the target was read. */
    private static Fact absent(Charter.NewAccount wanted, Request request, Observed observed) {
        String username = wanted.username(request.subjectId());
        Optional<String> inTheWay =
                !observed.accounts().isEmpty()
                        ? Optional.of(
                                "account "
                                        + ids(observed.accounts())
                                        + " carries worker id "
                                        + request.subjectId()
                                        + " already: there is none to make")
                        : !observed.namesakes().isEmpty()
                                ? Optional.of(
                                        "the name "
                                                + username
                                                + " is taken by account "
                                                + ids(observed.namesakes())
                                                + ", which does not carry worker id "
                                                + request.subjectId())
                                : Optional.empty();
        return fact(
                ABSENT,
                inTheWay.isPresent()
                        ? State.CONTRADICTED
                        : observed.readAt().isEmpty() ? State.STALE : State.PRESENT,
                Optional.of(username),
                request.target(),
                observed.readAt(),
                inTheWay.orElse(
                        observed.readAt().isEmpty()
                                ? request.target() + " was never read completely"
                                : "no account of "
                                        + request.target()
                                        + " carries worker id "
                                        + request.subjectId()
                                        + ", and none is named "
                                        + username));
    }

    private static String ids(List<Account> accounts) {
        return accounts.stream().map(Account::id).sorted().collect(Collectors.joining(", "));
    }

    /** The account as it will be: until a system has made it, it goes by its worker. */
    private static Account made(
            Charter.NewAccount wanted, Request request, List<Fact> facts, Observed observed) {
        Optional<String> manager =
                wanted.manager()
                        ? manager(facts, observed).flatMap(Account::workerId)
                        : Optional.empty();
        return new Account(
                request.target(),
                YET_TO_BE + request.subjectId(),
                false,
                Optional.of(request.subjectId()),
                manager,
                List.of(),
                List.of(),
                wanted.username(request.subjectId()),
                observed.readAt().orElse(observed.now()));
    }

    /**
     * That there is one such account, whether or not a worker is behind it; as fresh as the fact
     * demands, or else as the target must be.
     */
    private static Fact exists(
            Charter.Required required, Request request, Charter charter, Observed observed) {
        List<Account> found = observed.accounts();
        Optional<Account> account = only(found);
        Fact fact =
                fact(
                        EXISTS,
                        account.isPresent()
                                ? State.PRESENT
                                : found.isEmpty() ? State.MISSING : State.CONTRADICTED,
                        found.isEmpty()
                                ? Optional.empty()
                                : Optional.of(
                                        found.stream()
                                                .map(Account::id)
                                                .collect(Collectors.joining(", "))),
                        request.target(),
                        account.map(Account::observedAt).or(observed::readAt),
                        request.isOfAccount()
                                ? request.subject()
                                        + (found.isEmpty() ? " is not known" : " was read")
                                : found.size()
                                        + (found.size() == 1
                                                ? " account carries"
                                                : " accounts carry")
                                        + " worker id "
                                        + request.subjectId());
        return aged(
                fact,
                maxAge(required, charter),
                account.flatMap(each -> seenAt(each, observed.readAt())),
                observed.now());
    }

    /** What a person said; the target may say otherwise since. */
    private static Fact supplied(String id, Request request, Observed observed) {
        Optional<Account> found = observed.account(id);
        Optional<String> other =
                found.flatMap(Account::workerId)
                        .filter(worker -> !worker.equals(request.subjectId()))
                        .map(worker -> "account " + id + " carries worker id " + worker)
                        .or(() ->
                                observed.accounts().stream()
                                        .filter(each -> !each.id().equals(id))
                                        .findFirst()
                                        .map(each ->
                                                "somebody said that it is account %s, and account %s carries worker id %s"
                                                        .formatted(
                                                                id,
                                                                each.id(),
                                                                request.subjectId())));
        return new Fact(
                ACCOUNT,
                other.isPresent()
                        ? State.CONTRADICTED
                        : found.isPresent() ? State.PRESENT : State.MISSING,
                Optional.of(id),
                CORRECTION,
                found.map(Account::observedAt),
                true,
                other.orElse(
                        found.isPresent()
                                ? "somebody said that it is the account of worker "
                                        + request.subjectId()
                                : request.target() + " has no account " + id));
    }

    /**
     * Who the manager is: as a person supplied it, unless the target says otherwise; otherwise as
     * the target has it; otherwise as the first of the systems does that may fill the gap. Those
     * that must agree then must.
     */
    private static Fact manager(
            Charter.Required required, Request request, Charter charter, Observed observed) {
        Fact own =
                believed(
                        active(
                                Observed.named(observed.accounts()),
                                request,
                                request.target(),
                                Optional.empty(),
                                false,
                                observed),
                        required,
                        only(observed.accounts())
                                .flatMap(account -> seenAt(account, observed.readAt())),
                        Coverage::managedShare,
                        observed);
        String supplied = observed.corrections().get(MANAGER);
        if (supplied != null) {
            Fact said =
                    active(
                            Optional.of(supplied),
                            request,
                            CORRECTION,
                            Optional.empty(),
                            true,
                            observed);
            return own.state() == State.PRESENT
                            && !Observed.named(observed.accounts()).equals(Optional.of(supplied))
                    ? said.instead(
                            State.CONTRADICTED,
                            "somebody said that the manager is worker "
                                    + supplied
                                    + ", and the account names another one")
                    : said;
        }
        if (own.state() == State.PRESENT) {
            return agreed(own, Observed.named(observed.accounts()), required, charter, observed);
        }
        List<String> why = new ArrayList<>(List.of(own.reason()));
        for (String system : required.gap().enrichFrom()) {
            if (!system.equals(request.target())) {
                Fact found = elsewhere(system, required, request, charter, observed);
                if (found.state() == State.PRESENT) {
                    return agreed(
                            found,
                            Observed.named(elsewhere(system, observed).accounts()),
                            required,
                            charter,
                            observed);
                }
                why.add(found.reason());
            }
        }
        return own.instead(own.state(), String.join("; ", why));
    }

    /**
     * Whether the worker who is named can be asked.
     *
     * @param seenAt when another system said it
     */
    private static Fact active(
            Optional<String> worker,
            Request request,
            String source,
            Optional<Instant> seenAt,
            boolean enriched,
            Observed observed) {
        List<Account> active = worker.map(observed::active).orElse(List.of());
        boolean holds = active.size() == 1 && !worker.equals(Optional.of(request.subjectId()));
        return new Fact(
                MANAGER,
                holds ? State.PRESENT : State.MISSING,
                holds ? Optional.of(active.getFirst().id()) : worker,
                source,
                seenAt.or(() ->
                        holds ? Optional.of(active.getFirst().observedAt()) : observed.readAt()),
                enriched,
                worker.isEmpty()
                        ? "the account names no manager"
                        : worker.get().equals(request.subjectId())
                                ? "the manager is the subject"
                                : "manager "
                                        + worker.get()
                                        + " has "
                                        + (holds
                                                ? "one enabled account"
                                                : active.size()
                                                        + " enabled accounts, expected one"));
    }

    /** What another system says of the subject's manager, if that is not too old. */
    private static Fact elsewhere(
            String system,
            Charter.Required required,
            Request request,
            Charter charter,
            Observed observed) {
        Observed.Elsewhere there = elsewhere(system, observed);
        Optional<Account> account = only(there.accounts());
        Optional<Instant> seenAt = account.flatMap(each -> seenAt(each, there.readAt()));
        Fact found =
                active(
                        Observed.named(there.accounts()),
                        request,
                        system,
                        seenAt.or(there::readAt),
                        true,
                        observed);
        String reason =
                account.isEmpty() && request.isOfAccount()
                        ? "nobody is behind " + request.subject()
                        : account.isEmpty()
                                ? there.accounts().size()
                                        + " accounts carry worker id "
                                        + request.subjectId()
                                : found.reason();
        return aged(
                found.instead(found.state(), system + ": " + reason),
                maxAge(required, charter),
                seenAt,
                observed.now());
    }

    /** Every system that must agree says the same; one that says nothing leaves it open. */
    private static Fact agreed(
            Fact found,
            Optional<String> worker,
            Charter.Required required,
            Charter charter,
            Observed observed) {
        List<String> silent = new ArrayList<>();
        for (String system : required.agreesWith()) {
            Observed.Elsewhere there = elsewhere(system, observed);
            Optional<String> named = Observed.named(there.accounts());
            if (named.isPresent() && !named.equals(worker)) {
                return found.instead(
                        State.CONTRADICTED,
                        found.source()
                                + " names manager "
                                + worker.orElse("")
                                + ", "
                                + system
                                + " names "
                                + named.get());
            }
            Optional<Instant> seenAt =
                    only(there.accounts()).flatMap(each -> seenAt(each, there.readAt()));
            boolean old =
                    maxAge(required, charter)
                            .filter(most -> isOlder(seenAt, most, observed.now()))
                            .isPresent();
            if (named.isEmpty() || old) {
                silent.add(system);
            }
        }
        return silent.isEmpty()
                ? found
                : found.instead(
                        State.MISSING,
                        found.reason()
                                + ", but "
                                + String.join(" and ", silent)
                                + " did not say so lately");
    }

    private static Observed.Elsewhere elsewhere(String system, Observed observed) {
        return observed.elsewhere()
                .getOrDefault(system, new Observed.Elsewhere(List.of(), Optional.empty()));
    }

    /** Another system is as fresh as the fact demands, or else as the target must be. */
    private static Optional<Duration> maxAge(Charter.Required required, Charter charter) {
        return required.maxAge()
                .or(() -> charter.required(FRESH).flatMap(Charter.Required::maxAge));
    }

    /** What the target says, unless it is too old or the target says too little of others. */
    private static Fact believed(
            Fact fact,
            Charter.Required required,
            Optional<Instant> seenAt,
            ToDoubleFunction<Coverage> share,
            Observed observed) {
        if (fact.state() != State.PRESENT) {
            return fact;
        }
        if (required.minShare().isPresent()) {
            double least = required.minShare().getAsDouble();
            double found = observed.coverage().stream().mapToDouble(share).findFirst().orElse(0);
            if (found < least) {
                return fact.instead(
                        State.MISSING,
                        fact.reason()
                                + ", but of the accounts of "
                                + fact.source()
                                + " only a share of %.3f has this, asked is %.3f"
                                        .formatted(found, least));
            }
        }
        return aged(fact, required.maxAge(), seenAt, observed.now());
    }

    private static Fact aged(
            Fact fact, Optional<Duration> maxAge, Optional<Instant> seenAt, Instant now) {
        return fact.state() == State.PRESENT
                        && maxAge.filter(most -> isOlder(seenAt, most, now)).isPresent()
                ? fact.instead(
                        State.STALE,
                        fact.reason()
                                + ", "
                                + seenAt.map(at ->
                                                "seen "
                                                        + Duration.between(at, now).toSeconds()
                                                        + " s ago")
                                        .orElse("never seen")
                                + ", allowed "
                                + maxAge.get().toSeconds()
                                + " s")
                : fact;
    }

    private static boolean isOlder(Optional<Instant> seenAt, Duration most, Instant now) {
        return seenAt.isEmpty() || Duration.between(seenAt.get(), now).compareTo(most) > 0;
    }

    /** A complete reading sees every account again, also those that are as they were. */
    private static Optional<Instant> seenAt(Account account, Optional<Instant> readAt) {
        return readAt.filter(account.observedAt()::isBefore)
                .or(() -> Optional.of(account.observedAt()));
    }

    /** The account that the fact names, so that whoever reads the change sees the same one. */
    private static Optional<Account> manager(List<Fact> facts, Observed observed) {
        Optional<Fact> judged =
                facts.stream()
                        .filter(fact -> fact.name().equals(MANAGER))
                        .filter(fact -> fact.state() == State.PRESENT)
                        .findFirst();
        return judged.isPresent()
                ? observed.managers().stream()
                        .filter(account -> judged.get().value().equals(Optional.of(account.id())))
                        .findFirst()
                : Observed.named(observed.accounts())
                        .flatMap(worker -> only(observed.active(worker)));
    }

    private static Fact fresh(Duration maxAge, Request request, Observed observed) {
        if (observed.readAt().isEmpty()) {
            return fact(
                    FRESH,
                    State.STALE,
                    Optional.empty(),
                    request.target(),
                    Optional.empty(),
                    request.target() + " was never read completely");
        }
        Duration age = Duration.between(observed.readAt().get(), observed.now());
        boolean future = age.compareTo(CLOCKS_DIFFER.negated()) < 0;
        boolean holds = !future && age.compareTo(maxAge) <= 0;
        return fact(
                FRESH,
                holds ? State.PRESENT : State.STALE,
                Optional.of(observed.readAt().get().toString()),
                request.target(),
                observed.readAt(),
                future
                        ? "read "
                                + age.negated().toSeconds()
                                + " s from now: the clocks of two services differ"
                        : "read "
                                + Math.max(0, age.toSeconds())
                                + " s ago, allowed "
                                + maxAge.toSeconds()
                                + " s");
    }

    private static <T> Optional<T> only(List<T> all) {
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    private static Fact fact(
            String name,
            State state,
            Optional<String> value,
            String source,
            Optional<Instant> observedAt,
            String reason) {
        return new Fact(name, state, value, source, observedAt, false, reason);
    }

    /** The facts that do not hold. */
    List<Fact> open() {
        return facts.stream().filter(fact -> fact.state() != State.PRESENT).toList();
    }

    /**
     * The facts that a person can supply, of those that are missing or too old. Whose an account is
     * that nobody is behind, its own system must say.
     */
    public List<Fact> correctable(Request request) {
        return open().stream()
                .filter(fact -> fact.state() != State.CONTRADICTED)
                .filter(fact -> ASKABLE.contains(fact.name()))
                .filter(fact -> !request.isOfAccount() || !fact.name().equals(ACCOUNT))
                .toList();
    }
}
