package dev.remit.charter;

import dev.remit.charter.Charter.Action;
import dev.remit.charter.Charter.Calendar;
import dev.remit.charter.Charter.Demand;
import dev.remit.charter.Charter.Mode;
import dev.remit.charter.Charter.Resolver;
import dev.remit.charter.Charter.Reversibility;
import dev.remit.charter.Charter.Stage;
import dev.remit.charter.Charter.Threshold;
import dev.remit.charter.Finding.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What in a charter cannot work, or works otherwise than it looks: what is never reached, what
 * nothing produces, what nobody undoes. Pure; the same charter and time give the same findings.
 */
public final class Lint {
    private static final Duration WORKING_DAY = Duration.ofHours(8);
    private static final int RETENTION_DAYS = 400;

    /** Of a schedule; what comes oftener is no schedule but a loop. */
    private static final Duration SHORTEST_PERIOD = Duration.ofHours(1);

    private static final Conditions CONDITIONS = new Conditions();

    private final Charter charter;
    private final Source source;
    private final List<Finding> findings = new ArrayList<>();

    private Lint(Charter charter, Source source) {
        this.charter = charter;
        this.source = source;
    }

    /**
     * What is wrong with one charter. An error keeps it from being published.
     *
     * @param now to find what is over; empty where the answer must not change with time
     */
    public static List<Finding> of(CharterReader.Read.Good read, Optional<Instant> now) {
        Lint lint = new Lint(read.charter(), read.source());
        lint.names();
        lint.people();
        lint.domain();
        lint.trackRecord();
        lint.readiness();
        lint.stages();
        lint.review();
        lint.duties(now);
        lint.proofs();
        lint.validity(now);
        return List.copyOf(lint.findings);
    }

    /** What is wrong with charters that are to be in force together. */
    public static List<Finding> together(Collection<CharterReader.Read.Good> all) {
        List<Finding> findings = new ArrayList<>();
        Map<String, CharterReader.Read.Good> versions = new HashMap<>();
        Map<List<String>, List<Claim>> claims = new HashMap<>();
        for (CharterReader.Read.Good each : all) {
            Charter charter = each.charter();
            CharterReader.Read.Good same =
                    versions.putIfAbsent(charter.name() + " " + charter.version(), each);
            if (same != null && !same.charter().hash().equals(charter.hash())) {
                findings.add(
                        each.source()
                                .finding(
                                        "VERSION_REUSED",
                                        Severity.ERROR,
                                        "/metadata/version",
                                        "is the version of another content in "
                                                + same.source().file(),
                                        "give the newer one another version"));
            }
            for (int n = 0; n < charter.triggers().size(); n++) {
                Charter.Trigger trigger = charter.triggers().get(n);
                if (trigger.event().equals(Charter.Trigger.SCHEDULE)) {
                    continue;
                }
                List<Claim> others =
                        claims.computeIfAbsent(
                                List.of(trigger.event(), trigger.target()), _ -> new ArrayList<>());
                Claim claim = new Claim(charter.name(), entitlement(charter, trigger));
                Optional<Claim> other = others.stream().filter(claim::meets).findFirst();
                others.add(claim);
                if (other.isPresent()) {
                    findings.add(
                            each.source()
                                    .finding(
                                            "TRIGGER_CLAIMED_TWICE",
                                            Severity.ERROR,
                                            path(each.source(), n),
                                            trigger.event()
                                                    + " on "
                                                    + trigger.target()
                                                    + " opens a change of "
                                                    + other.get().charter()
                                                    + " too",
                                            "let one charter claim it"));
                }
            }
        }
        return List.copyOf(findings);
    }

    /**
     * That a charter's trigger claims an event on a target.
     *
     * @param entitlement as what a revoked entitlement is named, if it claims that one alone
     */
    private record Claim(String charter, Set<String> entitlement) {
        /** Whether one event opens a change of both. */
        boolean meets(Claim other) {
            return !charter.equals(other.charter)
                    && (entitlement.isEmpty()
                            || other.entitlement.isEmpty()
                            || !Collections.disjoint(entitlement, other.entitlement));
        }
    }

    /** The group that the trigger's action takes, by id and path, if only its revocation opens. */
    private static Set<String> entitlement(Charter charter, Charter.Trigger trigger) {
        return trigger.event().equals(Charter.Trigger.REVOKED)
                ? charter.domain()
                        .action(trigger.action())
                        .flatMap(Action::group)
                        .map(group -> Set.copyOf(List.of(group.id(), group.path())))
                        .orElse(Set.of())
                : Set.of();
    }

    private void names() {
        twice(charter.domain().actions(), Action::name, "/spec/domain/actions");
        twice(charter.stages(), Stage::name, "/spec/approval/stages");
        twice(charter.facts(), Charter.Fact::name, "/spec/readiness/facts");
        twice(charter.duties(), Charter.Duty::rule, "/spec/separationOfDuties");
        twice(
                charter.stages(),
                stage ->
                        stage.policy()
                                .map(each -> each.name() + "@" + each.version())
                                .orElse("stage " + stage.name()),
                "/spec/approval/stages");
    }

    private <T> void twice(List<T> all, Function<T, String> name, String path) {
        Set<String> seen = new HashSet<>();
        for (int n = 0; n < all.size(); n++) {
            if (!seen.add(name.apply(all.get(n)))) {
                error(
                        "NAME_TWICE",
                        path + "/" + n,
                        "'" + name.apply(all.get(n)) + "' stands here before",
                        "give each a name of its own");
            }
        }
    }

    private void people() {
        if (charter.proposers().employee().equals(charter.proposers().principal())) {
            error(
                    "EMPLOYEE_ITS_OWN_PRINCIPAL",
                    "/spec/proposers/digitalEmployee/principal",
                    "is the digital employee itself",
                    "name the person responsible for it");
        }
        if (charter.proposers().employee().equals(charter.owner())) {
            error(
                    "OWNER_NO_PERSON",
                    "/metadata/owner",
                    "is the charter's digital employee",
                    "name the person who answers for the charter");
        }
    }

    /** What an action says narrows what the charter says. */
    private void copilots(Action action, String path) {
        charter.proposers()
                .copilots()
                .ifPresent(admitted ->
                        action.copilots().orElse(List.of()).stream()
                                .filter(each -> !admitted.contains(each))
                                .findFirst()
                                .ifPresent(each ->
                                        error(
                                                "COPILOT_OUTSIDE_CHARTER",
                                                path + "/copilots",
                                                "'"
                                                        + each
                                                        + "' is none of the charter's copilots and never proposes",
                                                "name it in proposers.copilots too")));
    }

    private void domain() {
        condition(Conditions.Place.DOMAIN, charter.domain().subject(), "/spec/domain/subject");
        condition(Conditions.Place.DOMAIN, charter.domain().resource(), "/spec/domain/resource");
        for (int n = 0; n < charter.domain().actions().size(); n++) {
            action(charter.domain().actions().get(n), "/spec/domain/actions/" + n);
            copilots(charter.domain().actions().get(n), "/spec/domain/actions/" + n);
        }
        Set<String> events = new HashSet<>();
        for (int n = 0; n < charter.triggers().size(); n++) {
            Charter.Trigger trigger = charter.triggers().get(n);
            trigger(trigger, path(source, n));
            if (!events.add(trigger.event())) {
                error(
                        "TRIGGER_TWICE",
                        path(source, n) + "/event",
                        trigger.event() + " opens a change under this charter already",
                        "let each event open one change");
            }
        }
    }

    private void trigger(Charter.Trigger trigger, String path) {
        if (charter.domain().action(trigger.action()).isEmpty()) {
            error(
                    "TRIGGER_OUTSIDE_DOMAIN",
                    path + "/action",
                    "'" + trigger.action() + "' is no action of this charter",
                    "name one of domain.actions");
        }
        if (!charter.domain().systems().contains(trigger.target())) {
            error(
                    "TRIGGER_OUTSIDE_DOMAIN",
                    path + "/target",
                    "'" + trigger.target() + "' is no system of this charter",
                    "name one of domain.systems");
        }
        boolean schedule = trigger.event().equals(Charter.Trigger.SCHEDULE);
        boolean tooOld = trigger.event().equals(Charter.Trigger.TOO_OLD);
        goesWith(trigger, schedule, trigger.every().isPresent(), schedule, path, "every");
        goesWith(trigger, schedule, trigger.from().isPresent(), schedule, path, "from");
        goesWith(trigger, schedule, !trigger.subjects().isEmpty(), schedule, path, "subjects");
        goesWith(
                trigger,
                tooOld || trigger.event().equals(Charter.Trigger.ORPHAN),
                trigger.after().isPresent(),
                tooOld,
                path,
                "after");
        trigger.every()
                .filter(every -> every.compareTo(SHORTEST_PERIOD) < 0)
                .ifPresent(every ->
                        error(
                                "SCHEDULE_TOO_DENSE",
                                path + "/every",
                                "is less than " + SHORTEST_PERIOD,
                                "give each run time to be decided"));
    }

    /** A member stands where the event has a use for it, and nowhere else. */
    private void goesWith(
            Charter.Trigger trigger,
            boolean may,
            boolean stands,
            boolean must,
            String path,
            String member) {
        if (must && !stands) {
            error(
                    "TRIGGER_INCOMPLETE",
                    path,
                    trigger.event() + " needs '" + member + "'",
                    "say it");
        } else if (stands && !may) {
            error(
                    "TRIGGER_MEMBER_UNUSED",
                    path + "/" + member,
                    "says nothing about " + trigger.event(),
                    "leave it out");
        }
    }

    /** Where the n-th trigger stands: the short form comes first. */
    private static String path(Source source, int n) {
        boolean shortForm = source.at("/spec/trigger").isPresent();
        return shortForm && n == 0 ? "/spec/trigger" : "/spec/triggers/" + (shortForm ? n - 1 : n);
    }

    private void action(Action action, String path) {
        boolean own = action.mode() == Mode.OWN;
        for (int n = 0; n < action.steps().size(); n++) {
            String step = action.steps().get(n);
            for (String system : charter.domain().systems()) {
                Set<String> known =
                        Vocabulary.STEPS.getOrDefault(Vocabulary.kind(system), Set.of());
                if (!known.contains(step)
                        && (own
                                || !Vocabulary.BY_HAND
                                        .getOrDefault(Vocabulary.kind(system), Set.of())
                                        .contains(step))) {
                    add(
                            "STEP_UNKNOWN",
                            own ? Severity.ERROR : Severity.WARNING,
                            path + "/steps/" + n,
                            "nothing can plan or execute '" + step + "' on " + system,
                            own
                                    ? "use one of "
                                            + known.stream().sorted().toList()
                                            + ", or let a person do it: mode ASSIST"
                                    : "until it can be planned, readiness halts such a change");
                    break;
                }
            }
        }
        grant(action, path);
        creation(action, path);
        members(action, path);
        compensation(action, path);
        reversibility(action, path);
        if (!own) {
            return;
        }
        if (!charter.proofs().contains(Vocabulary.READ_BACK)) {
            error(
                    "OWN_WITHOUT_READ_BACK",
                    path + "/mode",
                    "a digital employee executes, and nobody reads the target afterwards",
                    "add " + Vocabulary.READ_BACK + " to proof, or choose ASSIST");
        }
        if (!charter.domain().isBounded()) {
            error(
                    "OWN_WITHOUT_LIMIT",
                    path + "/mode",
                    "a digital employee executes, and nothing bounds how much at once",
                    "say changesPerHour, or a shareOfPopulation below 1, in domain.blastRadius, or choose ASSIST");
        }
        if (charter.trackRecord().isEmpty()) {
            error(
                    "OWN_WITHOUT_TRACK_RECORD",
                    path + "/mode",
                    "a digital employee executes, however much goes wrong",
                    "say trackRecord, which demotes it, or choose ASSIST");
        }
    }

    /** An account is made first, where there is none, and what is written on it is known. */
    private void creation(Action action, String path) {
        if (!action.steps().contains(Vocabulary.CREATE)) {
            return;
        }
        for (int n = 0; n < action.steps().size(); n++) {
            String step = action.steps().get(n);
            if (!Vocabulary.GOING_WITH_CREATE.contains(step)
                    || step.equals(Vocabulary.CREATE) != (n == 0)) {
                error(
                        "CREATE_STEPS",
                        path + "/steps/" + n,
                        n == 0
                                ? "'" + step + "' comes before the account is made"
                                : "'" + step + "' is done to an account that was there before",
                        "make the account first and once; after it only "
                                + Vocabulary.JOIN_GROUPS
                                + " goes");
                break;
            }
        }
        List<String> facts = charter.facts().stream().map(Charter.Fact::name).toList();
        for (int n = 0; n < facts.size(); n++) {
            if (Vocabulary.OF_ACCOUNTS.contains(facts.get(n))) {
                error(
                        "CREATE_OF_KNOWN",
                        "/spec/readiness/facts/" + n + "/name",
                        "'" + action.name() + "' makes the account: before that, none is there",
                        "leave it out: that there is no such account yet is judged without it");
            }
        }
        if (!facts.contains(Vocabulary.FRESH)) {
            error(
                    "CREATE_WITHOUT_FRESH",
                    "/spec/readiness/facts",
                    "'"
                            + action.name()
                            + "' makes an account, and that there is none yet may have been read long ago",
                    "add " + Vocabulary.FRESH);
        }
        if (action.account().filter(Charter.NewAccount::manager).isPresent()) {
            String at = path + "/account/manager";
            if (!facts.contains(Vocabulary.MANAGER)) {
                error(
                        "CREATE_MANAGER",
                        at,
                        "no fact says who the manager is",
                        "add " + Vocabulary.MANAGER + " to the facts");
            }
            charter.domain().systems().stream()
                    .filter(system -> !Vocabulary.keepsManager(system))
                    .findFirst()
                    .ifPresent(system ->
                            error(
                                    "CREATE_MANAGER",
                                    at,
                                    system + " keeps no HR worker id of a manager",
                                    "leave it out"));
        }
    }

    /** What a step needs to know stands there, and nothing else does. */
    private void members(Action action, String path) {
        Map<String, Boolean> stands =
                Map.of(
                        "group", action.group().isPresent(),
                        "groups", !action.groups().isEmpty(),
                        "manager", action.manager().isPresent(),
                        "owner", action.owner().isPresent(),
                        "account", action.account().isPresent());
        Vocabulary.NEEDED.forEach((step, member) -> {
            boolean needs = action.steps().contains(step);
            boolean there = stands.getOrDefault(member, false);
            if (needs && !there) {
                add(
                        "STEP_INCOMPLETE",
                        action.mode() == Mode.OWN ? Severity.ERROR : Severity.WARNING,
                        path + "/steps/" + action.steps().indexOf(step),
                        "'" + step + "' needs '" + member + "', which is missing",
                        "say it; until then readiness halts such a change");
            } else if (there && !needs) {
                error(
                        "ACTION_MEMBER_UNUSED",
                        path + "/" + member,
                        "says nothing: no step is " + step,
                        "leave it out");
            }
        });
    }

    /** Each step that a later failure would leave done is taken back, or said to stay. */
    private void compensation(Action action, String path) {
        action.compensation()
                .forEach((step, compensation) -> {
                    String at = path + "/compensation/" + step;
                    if (!action.steps().contains(step)) {
                        error(
                                "COMPENSATION_WITHOUT_STEP",
                                at,
                                "'" + step + "' is no step of this action",
                                "name one of " + action.steps());
                    } else if (!compensation.equals(Action.STAYS)
                            && !compensation.equals(Vocabulary.OPPOSITES.get(step))) {
                        error(
                                "COMPENSATION_UNKNOWN",
                                at,
                                "'" + compensation + "' does not take '" + step + "' back",
                                Optional.ofNullable(Vocabulary.OPPOSITES.get(step))
                                                .map("use "::concat)
                                                .orElse("nothing takes it back: say")
                                        + " or "
                                        + Action.STAYS);
                    } else if (!compensation.equals(Action.STAYS)) {
                        charter.domain().systems().stream()
                                .filter(system ->
                                        !Vocabulary.STEPS
                                                .getOrDefault(Vocabulary.kind(system), Set.of())
                                                .contains(compensation))
                                .findFirst()
                                .ifPresent(system ->
                                        error(
                                                "COMPENSATION_UNKNOWN",
                                                at,
                                                "nothing can execute '"
                                                        + compensation
                                                        + "' on "
                                                        + system,
                                                "say " + Action.STAYS));
                    }
                });
        if (action.mode() != Mode.OWN) {
            return;
        }
        for (int n = 0; n < action.steps().size() - 1; n++) {
            String step = action.steps().get(n);
            if (!Vocabulary.LEAVING_NOTHING.contains(step)
                    && !action.compensation().containsKey(step)) {
                error(
                        "OWN_WITHOUT_COMPENSATION",
                        path + "/steps/" + n,
                        "'"
                                + step
                                + "' stays done when a later step fails, and nothing takes it back",
                        Optional.ofNullable(Vocabulary.OPPOSITES.get(step))
                                        .map(each -> "name " + each + " in compensation")
                                        .orElse("choose ASSIST")
                                + ", or say there that it "
                                + Action.STAYS);
            }
        }
    }

    /** What is said must not be wider than what the steps can. */
    private void reversibility(Action action, String path) {
        boolean own = action.mode() == Mode.OWN;
        if (action.reversibility().isEmpty()) {
            if (own) {
                error(
                        "OWN_WITHOUT_REVERSIBILITY",
                        path + "/mode",
                        "a digital employee executes, and it is not said whether that can be undone",
                        "say reversibility: REVERSIBLE, COMPENSABLE or IRREVERSIBLE");
            }
            return;
        }
        Reversibility said = action.reversibility().get();
        boolean never = action.steps().stream().anyMatch(Vocabulary.IRREVERSIBLE::contains);
        if (never && said == Reversibility.REVERSIBLE) {
            error(
                    "REVERSIBILITY_TOO_WIDE",
                    path + "/reversibility",
                    "is REVERSIBLE, and nothing takes back "
                            + action.steps().stream()
                                    .filter(Vocabulary.IRREVERSIBLE::contains)
                                    .toList(),
                    "say IRREVERSIBLE, or COMPENSABLE if other means make it good");
        }
        if (own
                && said == Reversibility.COMPENSABLE
                && action.compensation().values().stream().allMatch(Action.STAYS::equals)) {
            error(
                    "OWN_WITHOUT_COMPENSATION",
                    path + "/reversibility",
                    "is COMPENSABLE, and no step makes anything good",
                    "name steps in compensation, or choose ASSIST");
        }
        if (own
                && said == Reversibility.IRREVERSIBLE
                && charter.stages().stream().noneMatch(Lint::asksSomebody)) {
            error(
                    "OWN_IRREVERSIBLE_WITHOUT_PERSON",
                    path + "/mode",
                    "cannot be undone, and no person looks at it before",
                    "add a stage that asks a person always, or choose ASSIST");
        }
    }

    /** Joining and leaving belong together, and to what is granted. */
    private void grant(Action action, String path) {
        boolean joins = action.steps().contains(Vocabulary.JOIN);
        boolean leaves = action.steps().contains(Vocabulary.LEAVE_AT_EXPIRY);
        if (action.grant().isPresent() || joins || leaves) {
            List<String> pair = List.of(Vocabulary.JOIN, Vocabulary.LEAVE_AT_EXPIRY);
            if (!action.steps().stream().filter(pair::contains).toList().equals(pair)
                    || !action.steps().getLast().equals(Vocabulary.LEAVE_AT_EXPIRY)) {
                error(
                        "GRANT_STEPS",
                        path + "/steps",
                        "does not give something once and, as the last step, take it away again once",
                        "use " + String.join(", then last ", pair));
            }
        }
        if ((joins || leaves) && action.grant().isEmpty()) {
            add(
                    "GRANT_MISSING",
                    action.mode() == Mode.OWN ? Severity.ERROR : Severity.WARNING,
                    path + "/grant",
                    "is missing: it is not said what is given, and for how long",
                    "name the group by id and path, and for how long; until then readiness halts such a change");
        }
        if (action.grant().isPresent() && !charter.proofs().contains(Vocabulary.GRANT_ENDED)) {
            error(
                    "GRANT_WITHOUT_PROOF",
                    "/spec/proof",
                    "does not name " + Vocabulary.GRANT_ENDED + ", which the ledger asks for here",
                    "add it");
        }
    }

    private boolean grants() {
        return charter.domain().actions().stream().anyMatch(each -> each.grant().isPresent());
    }

    private void trackRecord() {
        if (charter.trackRecord().isPresent() && !mayOwn()) {
            warning(
                    "TRACK_RECORD_WITHOUT_OWN",
                    "/spec/trackRecord",
                    "no action has mode OWN: there is nothing to demote from",
                    "leave it out");
        }
    }

    private void readiness() {
        for (int n = 0; n < charter.facts().size(); n++) {
            Charter.Fact fact = charter.facts().get(n);
            String path = "/spec/readiness/facts/" + n;
            if (!Vocabulary.FACTS.contains(fact.name())) {
                boolean own = mayOwn();
                add(
                        "FACT_UNKNOWN",
                        own ? Severity.ERROR : Severity.WARNING,
                        path + "/name",
                        "nothing can judge '" + fact.name() + "': every change is held",
                        "use one of " + Vocabulary.FACTS.stream().sorted().toList());
            }
            if (fact.name().equals(Vocabulary.FRESH) && fact.maxAge().isEmpty()) {
                error(
                        "FACT_WITHOUT_AGE",
                        path + "/maxAge",
                        "is missing: nothing is ever fresh enough",
                        "say how old the last complete reading may be");
            }
            if (Vocabulary.FACTS.contains(fact.name())) {
                gap(fact, path);
            }
            if (fact.name().equals(Vocabulary.CORRELATED)
                    && charter.triggers().stream()
                            .anyMatch(each -> each.event().equals(Charter.Trigger.ORPHAN))) {
                warning(
                        "FACT_NEVER_HOLDS",
                        path + "/name",
                        "an account without a worker id never has '"
                                + fact.name()
                                + "': ORPHAN_FOUND opens no change of it",
                        "ask '" + Vocabulary.EXISTS + "' instead");
            }
        }
    }

    /** What a fact asks for that nothing can do. */
    private void gap(Charter.Fact fact, String path) {
        boolean askable = Vocabulary.ASKABLE.contains(fact.name());
        if (fact.minShare().isPresent() && !askable) {
            error(
                    "THRESHOLD_IMPOSSIBLE",
                    path + "/minShare",
                    fact.name().equals(Vocabulary.EXISTS)
                            ? "every account that was read has '" + fact.name() + "'"
                            : "no account has '" + fact.name() + "': it is of the whole target",
                    "leave it out; maxAge is its threshold");
        }
        if (!fact.onGap().ask().isEmpty() && !askable) {
            error(
                    "GAP_UNASKABLE",
                    path + "/onGap/ask",
                    "no person can supply '" + fact.name() + "'",
                    "leave it out: the change waits for the next complete reading");
        }
        sources(fact, fact.agreesWith(), path + "/agreesWith");
        sources(fact, fact.onGap().enrichFrom(), path + "/onGap/enrichFrom");
        fact.agreesWith().stream()
                .filter(fact.onGap().enrichFrom()::contains)
                .forEach(system ->
                        error(
                                "WITNESS_OF_ITSELF",
                                path + "/agreesWith",
                                system + " fills the gap and would then agree with itself",
                                "let another system agree"));
    }

    private void sources(Charter.Fact fact, List<String> systems, String path) {
        for (int n = 0; n < systems.size(); n++) {
            String system = systems.get(n);
            if (!Vocabulary.ENRICHABLE.contains(fact.name())) {
                error(
                        "SOURCE_IMPOSSIBLE",
                        path + "/" + n,
                        "no other system can say '" + fact.name() + "' of the target",
                        "ask somebody, or halt");
            } else if (!Vocabulary.READ.contains(Vocabulary.kind(system))) {
                error(
                        "SOURCE_UNREAD",
                        path + "/" + n,
                        "nothing reads accounts of " + system,
                        "name a system of the kinds " + Vocabulary.READ.stream().sorted().toList());
            } else if (charter.domain().systems().equals(List.of(system))) {
                error(
                        "SOURCE_IS_TARGET",
                        path + "/" + n,
                        system + " is the target itself",
                        "name another system");
            }
        }
    }

    private boolean mayOwn() {
        return charter.domain().actions().stream().anyMatch(each -> each.mode() == Mode.OWN);
    }

    private void stages() {
        int managers = 0;
        Set<String> named = new HashSet<>();
        int namedNeeded = 0;
        for (int n = 0; n < charter.stages().size(); n++) {
            Stage stage = charter.stages().get(n);
            String path = "/spec/approval/stages/" + n;
            condition(Conditions.Place.ROUTE, stage.when(), path + "/when");
            condition(Conditions.Place.FILTER, stage.filter(), path + "/filter");
            undefined(stage, path);
            quorum(stage, path);
            times(stage, path);
            if (stage.policy().isEmpty() && only(stage, Resolver.Kind.MANAGER)) {
                managers++;
                if (managers > 1) {
                    error(
                            "QUORUM_UNREACHABLE",
                            path,
                            "asks the one manager whom an earlier stage asks; one person approves one stage",
                            "ask others in one of them");
                }
            }
            if (stage.policy().isEmpty() && only(stage, Resolver.Kind.NAMED)) {
                stage.resolvers().forEach(each -> named.addAll(each.names()));
                namedNeeded += stage.quorum().of(names(stage).size());
                if (named.size() < namedNeeded && names(stage).size() >= needed(stage)) {
                    error(
                            "QUORUM_UNREACHABLE",
                            path,
                            "together with earlier stages needs "
                                    + namedNeeded
                                    + " people of the "
                                    + named.size()
                                    + " who are named; one person approves one stage",
                            "name more people");
                }
            }
        }
        boolean person = charter.stages().stream().anyMatch(Lint::asksSomebody);
        if (!person && !charter.domain().protectedEntitlements().isEmpty()) {
            error(
                    "RULE_APPROVES_PROTECTED",
                    "/spec/domain/protectedEntitlements",
                    "may be changed by the approval of rules or passed-over stages alone",
                    "add a stage that asks a person always");
        }
    }

    private void review() {
        for (int n = 0; n < charter.stages().size(); n++) {
            if (charter.stages().get(n).name().equals(Charter.REVIEW)) {
                error(
                        "NAME_RESERVED",
                        "/spec/approval/stages/" + n + "/name",
                        "'" + Charter.REVIEW + "' is what looks at a change afterwards",
                        "give the stage another name");
            }
        }
        if (charter.review().isEmpty()) {
            return;
        }
        Stage review = charter.review().get();
        String path = "/spec/approval/review";
        condition(Conditions.Place.FILTER, review.filter(), path + "/filter");
        undefined(review, path);
        times(review, path);
        if (review.escalation().isEmpty()) {
            error(
                    "ESCALATION_TO_NOBODY",
                    path + "/escalation",
                    "is missing: nobody is asked besides when the review is late",
                    "add an escalation: a review has no other end than a decision");
        }
        if (!charter.proofs().contains(Vocabulary.REVIEWED)) {
            error(
                    "REVIEW_WITHOUT_PROOF",
                    "/spec/proof",
                    "does not name " + Vocabulary.REVIEWED + ", which the ledger asks for here",
                    "add it");
        }
    }

    /** Whether a person must have approved when the stage is over, whatever the facts are. */
    private static boolean asksSomebody(Stage stage) {
        return stage.needsPerson() && stage.when().isEmpty();
    }

    private static boolean only(Stage stage, Resolver.Kind kind) {
        return !stage.resolvers().isEmpty()
                && stage.escalation().isEmpty()
                && stage.resolvers().stream().allMatch(each -> each.kind() == kind);
    }

    private static Set<String> names(Stage stage) {
        Set<String> names = new HashSet<>();
        stage.resolvers().stream()
                .filter(each -> each.kind() == Resolver.Kind.NAMED)
                .forEach(each -> names.addAll(each.names()));
        return names;
    }

    private static int needed(Stage stage) {
        return stage.quorum() instanceof Threshold.Count(int count) ? count : 1;
    }

    private void undefined(Stage stage, String path) {
        stage.deadline()
                .calendar()
                .filter(each -> !charter.calendars().containsKey(each))
                .ifPresent(each ->
                        error(
                                "NAME_UNDEFINED",
                                path + "/deadline/calendar",
                                "'" + each + "' is no calendar of this charter",
                                "define it in approval.calendars"));
        boolean shortForm =
                source.at(path + "/resolver")
                        .filter(each ->
                                each instanceof Source.Scalar scalar
                                        && !scalar.value().equals("policy"))
                        .isPresent();
        if (shortForm && source.at(path + "/resolvers").isPresent()) {
            error(
                    "RESOLVER_TWICE",
                    path + "/resolver",
                    "stands beside resolvers, of which it is the short form",
                    "write it as one of resolvers");
        }
        if (stage.policy().isEmpty() && stage.resolvers().isEmpty()) {
            error("RESOLVER_MISSING", path, "asks nobody", "add resolvers");
        }
        for (int n = 0; n < stage.escalation().size(); n++) {
            undefined(stage.escalation().get(n).to(), path + "/escalation/" + n + "/to");
        }
        undefined(stage.resolvers(), path + "/resolvers");
    }

    private void undefined(List<Resolver> resolvers, String path) {
        for (int n = 0; n < resolvers.size(); n++) {
            Resolver resolver = resolvers.get(n);
            String name = resolver.names().getFirst();
            if (resolver.kind() == Resolver.Kind.ON_CALL && !charter.onCall().containsKey(name)) {
                error(
                        "NAME_UNDEFINED",
                        path + "/" + n + "/onCall",
                        "'" + name + "' is no schedule of this charter",
                        "define it in approval.onCall");
            }
            if (resolver.kind() == Resolver.Kind.OWNER && !ownerIsKnown(name)) {
                error(
                        "OWNER_NEVER_KNOWN",
                        path + "/" + n + "/owner",
                        "nothing says who answers for the "
                                + name
                                + " in "
                                + String.join(", ", charter.domain().systems()),
                        "ask the owner of what some system tells, or a group");
            }
            if (resolver.kind() == Resolver.Kind.PREVIOUS_APPROVERS
                    && charter.stages().stream().noneMatch(each -> each.name().equals(name))) {
                error(
                        "NAME_UNDEFINED",
                        path + "/" + n + "/previousApprovers",
                        "'" + name + "' is no stage of this charter",
                        "name a stage whose approvers are asked again at the account's next change");
            }
        }
    }

    /** Whether the source of some system of the domain says who answers for this. */
    private boolean ownerIsKnown(String what) {
        Set<String> kinds = Vocabulary.OWNERS.getOrDefault(what, Set.of());
        return charter.domain().systems().stream().map(Vocabulary::kind).anyMatch(kinds::contains);
    }

    private void quorum(Stage stage, String path) {
        String at = path + (stage.quorum() instanceof Threshold.Count ? "/quorum" : "/share");
        if (stage.policy().isPresent() && !stage.quorum().equals(new Threshold.Count(1))) {
            error(
                    "QUORUM_UNREACHABLE",
                    at,
                    "is not 1, where a rule decides alone",
                    "write quorum: 1, or ask people");
            return;
        }
        if (stage.policy().isPresent()) {
            return;
        }
        Optional<Integer> most = most(stage.resolvers());
        if (most.isEmpty() || !(stage.quorum() instanceof Threshold.Count(int needed))) {
            return;
        }
        Optional<Integer> later =
                most(stage.escalation().stream().flatMap(each -> each.to().stream()).toList());
        if (needed > most.get()) {
            boolean helped = later.isEmpty() || most.get() + later.get() >= needed;
            boolean previous =
                    stage.resolvers().stream()
                            .anyMatch(each -> each.kind() == Resolver.Kind.PREVIOUS_APPROVERS);
            add(
                    "QUORUM_UNREACHABLE",
                    helped ? Severity.WARNING : Severity.ERROR,
                    at,
                    "asks for "
                            + needed
                            + " of at most "
                            + most.get()
                            + (previous
                                    ? " (nobody approved a change of the account before its first)"
                                    : "")
                            + (helped ? "; it can be met after an escalation only" : ""),
                    "lower it, or ask more people");
        } else if (stage.denyQuorum() instanceof Threshold.Count(int denials)
                && denials > most.get()) {
            error(
                    "DENIAL_UNREACHABLE",
                    path + "/denyQuorum",
                    "asks for " + denials + " denials of at most " + most.get() + " people",
                    "lower it: a stage that nobody can deny is none");
        }
    }

    /** How many people these can give at most; empty: any number. */
    private static Optional<Integer> most(List<Resolver> resolvers) {
        Set<String> named = new HashSet<>();
        int others = 0;
        for (Resolver each : resolvers) {
            switch (each.kind()) {
                case GROUP, ROLE -> {
                    return Optional.empty();
                }
                case NAMED -> named.addAll(each.names());
                case MANAGER, OWNER, ON_CALL -> others++;
                case PREVIOUS_APPROVERS -> {}
            }
        }
        return Optional.of(named.size() + others);
    }

    private void times(Stage stage, String path) {
        Duration within = stage.deadline().within();
        Optional<Calendar> calendar = stage.deadline().calendar().map(charter.calendars()::get);
        Duration day =
                calendar.map(each -> Duration.between(each.from(), each.to())).orElse(WORKING_DAY);
        String at =
                path
                        + (stage.deadline().calendar().isPresent()
                                ? "/deadline/within"
                                : "/expiresAfter");
        if (stage.policy().isEmpty() && !onCall(stage) && within.compareTo(day) < 0) {
            warning(
                    "DEADLINE_SHORT",
                    at,
                    "is shorter than the working day of those who are asked, " + day,
                    "give them a working day at least, or escalate to people on call");
        }
        if (calendar.isEmpty()) {
            for (int n = 0; n < stage.reminders().size(); n++) {
                late(stage.reminders().get(n), within, path + "/reminders/" + n);
            }
            for (int n = 0; n < stage.escalation().size(); n++) {
                late(
                        stage.escalation().get(n).after(),
                        within,
                        path + "/escalation/" + n + "/after");
            }
        }
        for (int n = 1; n < stage.escalation().size(); n++) {
            if (stage.escalation().get(n).after().compareTo(stage.escalation().get(n - 1).after())
                    < 0) {
                error(
                        "ESCALATION_OUT_OF_ORDER",
                        path + "/escalation/" + n + "/after",
                        "is earlier than the step before",
                        "order the steps by time");
            }
        }
        boolean escalates =
                stage.outcome().filter(each -> each == Charter.Outcome.ESCALATE).isPresent();
        if (!escalates
                && stage.escalation().isEmpty()
                && stage.needsPerson()
                && charter.stages().contains(stage)) {
            warning(
                    "ESCALATION_MISSING",
                    path,
                    "names nobody to escalate to: with too few who may decide, it is held, and only the charter's owner and operators are told",
                    "add an escalation");
        }
        if (escalates && stage.escalation().isEmpty()) {
            warning(
                    "ESCALATION_TO_NOBODY",
                    path + "/outcome",
                    "escalates at the deadline, and nobody is named",
                    "add an escalation");
        }
        calendar.filter(each -> !each.from().isBefore(each.to()))
                .ifPresent(each ->
                        error(
                                "CALENDAR_EMPTY",
                                "/spec/approval/calendars/"
                                        + stage.deadline().calendar().orElse(""),
                                "ends before it begins",
                                "let to be after from"));
    }

    /** Whether it asks people who are there at any hour. */
    private static boolean onCall(Stage stage) {
        return !stage.resolvers().isEmpty()
                && stage.resolvers().stream()
                        .allMatch(each -> each.kind() == Resolver.Kind.ON_CALL);
    }

    private void late(Duration after, Duration within, String path) {
        if (after.compareTo(within) >= 0) {
            error(
                    "NEVER_HAPPENS",
                    path,
                    "is not before the deadline, " + within,
                    "let it happen earlier");
        }
    }

    private void duties(Optional<Instant> now) {
        for (int n = 0; n < charter.duties().size(); n++) {
            Charter.Duty duty = charter.duties().get(n);
            String path = "/spec/separationOfDuties/" + n;
            if (duty.demand() instanceof Demand.Apart(String one, String other)) {
                int index = 0;
                for (String part : List.of(one, other)) {
                    if (!Vocabulary.PARTS.contains(part)) {
                        error(
                                "PART_UNKNOWN",
                                path + "/apart/" + index,
                                "'" + part + "' is no part that anyone plays",
                                "use two of " + Vocabulary.PARTS.stream().sorted().toList());
                    }
                    index++;
                }
            }
            switch (duty.demand()) {
                case Demand.Apart _ -> {}
                case Demand.Toxic(Set<String> entitlements) -> seen(entitlements, path + "/toxic");
                case Demand.MustHold(Set<String> when, Set<String> must) -> {
                    seen(when, path + "/when");
                    seen(must, path + "/mustHold");
                }
            }
            for (int m = 0; m < duty.exceptions().size(); m++) {
                Charter.Exemption exemption = duty.exceptions().get(m);
                String at = path + "/exceptions/" + m;
                if (exemption.owner().equals(exemption.subject())) {
                    error(
                            "EXCEPTION_FOR_ITS_OWNER",
                            at + "/owner",
                            "excepts the very person who answers for it",
                            "let another person answer for it");
                }
                if (now.isPresent() && !now.get().isBefore(exemption.until())) {
                    warning(
                            "EXCEPTION_OVER",
                            at + "/until",
                            "is over since " + exemption.until(),
                            "remove it, or decide it anew");
                }
            }
        }
    }

    /** Sources read groups by their paths, roles, and what SCIM calls roles; nothing else. */
    private void seen(Set<String> entitlements, String path) {
        for (String each : entitlements) {
            if (each.startsWith("/") && (each.endsWith("/") || each.contains("//"))) {
                error(
                        "ENTITLEMENT_NEVER_SEEN",
                        path,
                        "'" + each + "' is the path of no group: the rule would never apply",
                        "write it as /group/subgroup");
            }
        }
    }

    private void proofs() {
        for (int n = 0; n < charter.proofs().size(); n++) {
            String proof = charter.proofs().get(n);
            String path = "/spec/proof/" + n;
            if (!Vocabulary.PROOFS.contains(proof)) {
                error(
                        "PROOF_NEVER_PRODUCED",
                        path,
                        "nothing produces '" + proof + "': no change would ever close",
                        "use one of " + Vocabulary.PROOFS.stream().sorted().toList());
            }
            if (proof.equals(Vocabulary.CORROBORATED)) {
                charter.domain().systems().stream()
                        .filter(each -> !Vocabulary.REPORTING.contains(Vocabulary.kind(each)))
                        .findFirst()
                        .ifPresent(system ->
                                error(
                                        "PROOF_NEVER_PRODUCED",
                                        path,
                                        system
                                                + " reports no events of its own: no change there would ever close",
                                        "leave it out, or leave the system to another charter"));
                charter.domain().actions().stream()
                        .filter(each -> Collections.disjoint(each.steps(), Vocabulary.SHOWN))
                        .forEach(action ->
                                error(
                                        "PROOF_NEVER_PRODUCED",
                                        path,
                                        "no step of action "
                                                + action.name()
                                                + " shows in the target's own events: no change of it would ever close",
                                        "leave it out, or use one of "
                                                + Vocabulary.SHOWN.stream().sorted().toList()));
            }
        }
        never(
                Vocabulary.GRANT_ENDED,
                grants(),
                "no action grants anything: no change would ever close");
        never(
                Vocabulary.REVIEWED,
                charter.review().isPresent(),
                "nobody reviews afterwards: no change would ever close");
        if (charter.retentionDays() < RETENTION_DAYS) {
            warning(
                    "RETENTION_SHORT",
                    "/spec/retention",
                    "is shorter than an audit year, " + RETENTION_DAYS + " days",
                    "keep evidence P400D at least");
        }
    }

    private void never(String proof, boolean given, String words) {
        if (!given && charter.proofs().contains(proof)) {
            error(
                    "PROOF_NEVER_PRODUCED",
                    "/spec/proof/" + charter.proofs().indexOf(proof),
                    words,
                    "leave it out");
        }
    }

    private void validity(Optional<Instant> now) {
        Charter.Validity validity = charter.validity();
        validity.from()
                .filter(from -> validity.until().filter(until -> !from.isBefore(until)).isPresent())
                .ifPresent(from ->
                        error(
                                "NEVER_IN_FORCE",
                                "/metadata/effective/until",
                                "is not after from",
                                "let it end later"));
        now.ifPresent(time -> {
            if (validity.sunset().filter(end -> !time.isBefore(end)).isPresent()) {
                error(
                        "SUNSET_PAST",
                        "/metadata/sunset",
                        "is past: the charter takes no proposals",
                        "look at it again and publish a new version");
            }
            if (validity.until().filter(end -> !time.isBefore(end)).isPresent()) {
                error(
                        "NO_MORE_IN_FORCE",
                        "/metadata/effective/until",
                        "is past: the charter takes no proposals",
                        "publish a new version, or remove the file");
            }
        });
    }

    private void condition(Conditions.Place place, Optional<String> text, String path) {
        if (text.isEmpty()) {
            return;
        }
        switch (CONDITIONS.compile(place, text.get())) {
            case Conditions.Compiled.Broken broken ->
                    findings.add(
                            inside(
                                    broken,
                                    source.finding(
                                            "CONDITION_INVALID",
                                            Severity.ERROR,
                                            path,
                                            broken.fault(),
                                            "mend the condition at "
                                                    + broken.line()
                                                    + ":"
                                                    + broken.column()
                                                    + " of its text")));
            case Conditions.Compiled.Good(Condition condition) -> {
                Optional<String> never = possibility().never(condition);
                Optional<String> unknown =
                        place == Conditions.Place.DOMAIN
                                ? Possibility.reads(condition, Vocabulary.UNKNOWN_IN_DOMAIN)
                                : Optional.empty();
                if (unknown.isPresent()) {
                    error(
                            "CONDITION_NEVER_KNOWN",
                            path,
                            "looks at "
                                    + unknown.get()
                                    + ", which nobody knows where the domain is judged: it holds what hangs on it for good",
                            "ask for it in an approval stage, or leave it out");
                } else if (never.isPresent()) {
                    error("CONDITION_NEVER_TRUE", path, never.get(), "mend it or remove it");
                } else if (Possibility.always(condition)) {
                    warning(
                            "CONDITION_ALWAYS_TRUE",
                            path,
                            "is true whatever the facts are",
                            "remove it");
                }
            }
        }
    }

    /** Where in the file the fault is, if the condition is one plain or quoted line. */
    private Finding inside(Conditions.Compiled.Broken broken, Finding at) {
        if (broken.line() > 1) {
            return at;
        }
        return new Finding(
                at.code(),
                at.severity(),
                at.file(),
                at.line(),
                at.column() + broken.column() - 1,
                at.path(),
                at.problem(),
                at.remedy());
    }

    /** What the fields of a change under this charter can be. */
    private Possibility possibility() {
        Map<String, Set<String>> values = new HashMap<>();
        values.put("change.charter", Set.of(charter.name()));
        values.put(
                "change.action",
                charter.domain().actions().stream()
                        .map(Action::name)
                        .collect(java.util.stream.Collectors.toSet()));
        values.put("change.target", Set.copyOf(charter.domain().systems()));
        values.put("change.mode", Set.of("OWN", "ASSIST"));
        values.put("readiness.verdict", Set.of("READY", "ENRICHED"));
        values.put("resource.kind", Set.of("account"));
        return new Possibility(values);
    }

    private void error(String code, String path, String problem, String remedy) {
        add(code, Severity.ERROR, path, problem, remedy);
    }

    private void warning(String code, String path, String problem, String remedy) {
        add(code, Severity.WARNING, path, problem, remedy);
    }

    private void add(String code, Severity severity, String path, String problem, String remedy) {
        findings.add(source.finding(code, severity, path, problem, remedy));
    }
}
