package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
     * @param corrected whether a person supplied it
     */
    public record Fact(
            String name,
            State state,
            Optional<String> value,
            String source,
            Optional<Instant> observedAt,
            boolean corrected,
            String reason) {}

    /** Before the reason of a change that waits for a person to lift a halt. */
    static final String HALT = "halted: ";

    public static final String ACCOUNT = "account.correlated";
    public static final String MANAGER = "manager.active";
    public static final String FRESH = "source.fresh";

    /** Whether the change is inside the bounds of the charter's domain. */
    public static final String INSIDE = "domain.inside";

    /** Whether protected entitlements keep a holder. */
    public static final String KEPT = "protected.held-by-others";

    /** Whether what the charter grants for a time is not held already. */
    public static final String NEW = "grant.new";

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
        Optional<Account> account = only(observed.accounts());
        List<Fact> facts =
                withinBounds(
                        charter.facts().stream()
                                .map(required -> judge(required, request, observed))
                                .toList(),
                        request,
                        charter,
                        account,
                        observed);
        List<String> open =
                facts.stream()
                        .filter(fact -> fact.state() != State.PRESENT)
                        .map(fact -> fact.name() + ": " + fact.reason())
                        .toList();
        Optional<Account> manager = only(observed.activeManagers());
        if (facts.stream().anyMatch(fact -> fact.state() == State.CONTRADICTED)) {
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
                    open.isEmpty() ? ACCOUNT + ": no account is known" : String.join("; ", open);
            return new Judgement(Verdict.HELD, facts, account, manager, Optional.empty(), reason);
        }
        boolean corrected = facts.stream().anyMatch(Fact::corrected);
        return new Judgement(
                corrected ? Verdict.ENRICHED : Verdict.READY,
                facts,
                account,
                manager,
                Optional.of(Plan.of(request, charter, account.get())),
                corrected ? "every fact holds, some by correction" : "every fact holds");
    }

    /** A judgement before any fact was looked at. */
    static Judgement without(Verdict verdict, String reason) {
        return new Judgement(
                verdict, List.of(), Optional.empty(), Optional.empty(), Optional.empty(), reason);
    }

    /**
     * What may change this judgement while the change is held: the end of a halt; its charter while
     * that is not known; then the subject's accounts in the target, the manager's where people sign
     * in, and the next complete reading of a target that is stale.
     */
    Set<Concern> waitsFor(Request request, Known known) {
        if (known.halted().isPresent()) {
            return Set.of(new Concern.OfHalts());
        }
        if (known.charter().isEmpty()) {
            return Set.of(new Concern.OfCharter(request.charterHash()));
        }
        Set<Concern> concerns = new LinkedHashSet<>();
        concerns.add(new Concern.OfWorker(request.target(), request.subjectId()));
        for (Fact fact : facts) {
            if (fact.name().equals(MANAGER)) {
                known.observed()
                        .managerWorker()
                        .ifPresent(worker ->
                                concerns.add(
                                        new Concern.OfWorker(known.observed().people(), worker)));
            }
            if (fact.state() == State.STALE) {
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

    private static Fact judge(Charter.Required required, Request request, Observed observed) {
        return switch (required.name()) {
            case ACCOUNT -> account(request, observed);
            case MANAGER -> managerFact(request, observed);
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
        return List.copyOf(all);
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

    private static Fact account(Request request, Observed observed) {
        List<Account> found = observed.accounts();
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
            String ids = found.stream().map(Account::id).collect(Collectors.joining(", "));
            return fact(
                    ACCOUNT,
                    State.CONTRADICTED,
                    Optional.of(ids),
                    request.target(),
                    observed.readAt(),
                    found.size() + " accounts carry worker id " + request.subjectId());
        }
        return fact(
                ACCOUNT,
                State.PRESENT,
                Optional.of(found.getFirst().id()),
                request.target(),
                Optional.of(found.getFirst().observedAt()),
                "one account carries worker id " + request.subjectId());
    }

    private static Fact managerFact(Request request, Observed observed) {
        boolean corrected = observed.corrections().containsKey(MANAGER);
        Optional<String> worker = observed.managerWorker();
        String source = corrected ? "correction" : request.target();
        if (worker.isEmpty()) {
            return fact(
                    MANAGER,
                    State.MISSING,
                    Optional.empty(),
                    source,
                    observed.readAt(),
                    "the account names no manager");
        }
        if (worker.get().equals(request.subjectId())) {
            return fact(
                    MANAGER,
                    State.MISSING,
                    worker,
                    source,
                    observed.readAt(),
                    "the manager is the subject");
        }
        List<Account> active = observed.activeManagers();
        if (active.size() != 1) {
            return fact(
                    MANAGER,
                    State.MISSING,
                    worker,
                    source,
                    observed.readAt(),
                    "manager "
                            + worker.get()
                            + " has "
                            + active.size()
                            + " enabled accounts, expected one");
        }
        return new Fact(
                MANAGER,
                State.PRESENT,
                Optional.of(active.getFirst().id()),
                source,
                Optional.of(active.getFirst().observedAt()),
                corrected,
                "manager " + worker.get() + " has one enabled account");
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

    /** The facts that a person can supply, of those that are missing. */
    public List<Fact> correctable() {
        List<Fact> correctable = new ArrayList<>();
        for (Fact fact : facts) {
            if (fact.state() == State.MISSING && fact.name().equals(MANAGER)) {
                correctable.add(fact);
            }
        }
        return correctable;
    }
}
