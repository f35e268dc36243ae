package dev.remit.ledger.domain;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Said;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the handoffs of a leaver's change say, in order; a test says what is different. */
final class Told {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    static final UUID CHANGE = new UUID(0, 1);
    static final String TARGET = "keycloak:acme";
    static final Charter.Rule RULE = new Charter.Rule("low", "1", Set.of("READY"));
    static final Decider BY_BOSS = new Decider.Person("boss");
    static final Decider BY_RULE = new Decider.Rule(RULE.actor(), "low", "1");
    static final List<String> PROOFS =
            List.of(
                    "readiness.fit",
                    "approvals.complete",
                    "separation-of-duties",
                    "executed.as-authorized",
                    "read-back.matches",
                    "activity.corroborated");
    static final Story.Terms JUDGED =
            new Story.Terms("core", Optional.of(Duration.ofHours(8)), Optional.empty());

    /** What the target's own feed shows of the execution. */
    static final Story.Activity ACTIVITY =
            new Story.Activity(
                    new UUID(0, 9),
                    TARGET,
                    "account",
                    "UPDATE",
                    "users/account",
                    "executor",
                    NOW,
                    Map.of("enabled", "false"));

    private Told() {}

    /** A proposal. */
    static final class Proposal {
        String charter = "leavers";
        String proposer = "clerk";
        @Nullable String principal = "owner";
        String hash = "change";
        String mode = "OWN";
        String subject = "hr:E1";
    }

    static Story.Proposed proposed(Consumer<Proposal> differently) {
        Proposal it = new Proposal();
        differently.accept(it);
        return new Story.Proposed(
                CHANGE,
                it.charter,
                "hash",
                it.subject,
                TARGET,
                new Story.Actor(it.proposer, Optional.ofNullable(it.principal)),
                it.hash,
                Optional.of(new Story.About("offboard", it.mode, "left")));
    }

    static Story.Proposed proposed() {
        return proposed(_ -> {});
    }

    static Story.Readiness judged(String verdict, Story.Fact... facts) {
        return new Story.Readiness(
                new UUID(0, 2),
                verdict,
                Optional.of("account"),
                Optional.of("plan"),
                "reason",
                List.of(facts),
                Optional.of(JUDGED),
                NOW);
    }

    /** That these, and the rule, may decide the stage. */
    static Story.Requested asked(String... eligible) {
        List<String> all = new ArrayList<>(List.of(eligible));
        all.add(RULE.actor());
        return requested("manager", all);
    }

    static Story.Requested requested(String stage, List<String> eligible, Story.Link... links) {
        return new Story.Requested(
                stage,
                Optional.empty(),
                eligible,
                List.of(links),
                List.of(),
                1,
                1,
                Optional.of(NOW.plusSeconds(60)));
    }

    static Story.Requested held(String stage, String why) {
        return new Story.Requested(
                stage,
                Optional.of(why),
                List.of(),
                List.of(),
                List.of(),
                1,
                1,
                Optional.of(NOW.plusSeconds(60)));
    }

    /** A decision of boss's. */
    static final class Verdict {
        int id = 4;
        String stage = "manager";
        String decision = "APPROVED";
        Decider by = BY_BOSS;
        String plan = "plan";
        @Nullable String onBehalfOf;
        @Nullable String condition;
        Instant at = NOW;
        boolean bindable = true;

        /** Whether it says what it is bound to. */
        boolean binds = true;

        String changeHash = "change";
        String charterHash = "hash";
        String routeHash = "route";
        @Nullable UUID nonce;
        Instant notBefore = NOW;
        Instant expiresAt = NOW.plusSeconds(60);
        @Nullable String worker;
        Story.@Nullable SignIn signIn;
        Story.@Nullable Signed signed;
        Story.@Nullable Amendment amendment;
    }

    static Story.Decision decided(Consumer<Verdict> differently) {
        Verdict it = new Verdict();
        differently.accept(it);
        return new Story.Decision(
                new UUID(0, it.id),
                it.stage,
                it.decision,
                it.by,
                it.plan,
                Optional.ofNullable(it.onBehalfOf),
                Optional.ofNullable(it.condition),
                it.binds
                        ? Optional.of(
                                new Story.Binding(
                                        it.changeHash,
                                        it.charterHash,
                                        it.routeHash,
                                        it.nonce == null ? new UUID(1, it.id) : it.nonce,
                                        it.notBefore,
                                        it.expiresAt,
                                        Optional.ofNullable(it.worker),
                                        Optional.empty()))
                        : Optional.empty(),
                it.bindable,
                Optional.ofNullable(it.signIn),
                it.at,
                Optional.ofNullable(it.signed),
                Optional.ofNullable(it.amendment));
    }

    static Story.Decision decided(String decision, Decider by) {
        return decided(it -> {
            it.decision = decision;
            it.by = by;
        });
    }

    static Story.Decision approved() {
        return decided(_ -> {});
    }

    static Story.Decision approved(Decider by) {
        return decided("APPROVED", by);
    }

    /** An authorization of what boss approved. */
    static final class Grant {
        String plan = "plan";
        List<UUID> approvals = List.of(new UUID(0, 4));
        @Nullable Set<String> held;
        @Nullable Instant ends;
        Set<String> given = Set.of();
        Set<String> taken = Set.of();
        @Nullable List<Story.Keeping> keepings;
        Map<String, Map<String, String>> undone = Map.of();
        List<Story.Trace> traces = List.of(Story.Trace.DISABLED);
        Story.Workers workers = Story.Workers.UNKNOWN;
        Story.@Nullable Mandate mandate = new Story.Mandate(Story.Mode.OWN, List.of());
    }

    static Story.Authorized authorized(Consumer<Grant> differently) {
        Grant it = new Grant();
        differently.accept(it);
        return new Story.Authorized(
                AUTHORIZATION,
                "account",
                it.plan,
                it.plan,
                it.approvals,
                NOW,
                NOW.plusSeconds(60),
                Optional.ofNullable(it.held),
                Optional.ofNullable(it.ends),
                it.given,
                it.taken,
                Optional.ofNullable(it.keepings),
                it.undone,
                it.traces,
                it.workers,
                Optional.ofNullable(it.mandate));
    }

    static Story.GrantEnded ended(String plan, Instant due, Instant at) {
        return new Story.GrantEnded(new UUID(0, 7), AUTHORIZATION, "executor", plan, true, due, at);
    }

    static Story.Authorized authorized() {
        return authorized(_ -> {});
    }

    static final UUID AUTHORIZATION = new UUID(0, 8);

    /** What the executor reports. */
    static final class Report {
        UUID authorization = AUTHORIZATION;
        String executor = "executor";
        String outcome = "SUCCEEDED";
        String plan = "plan";
        boolean readBack = true;
        String reason = "reason";
        Instant startedAt = NOW;
        boolean byPerson;
        @Nullable String worker;
        List<Story.Result> results = List.of();
        Story.@Nullable Remainder remainder;
    }

    static Story.Executed executed(Consumer<Report> differently) {
        Report it = new Report();
        differently.accept(it);
        return new Story.Executed(
                new UUID(0, 6),
                it.authorization,
                it.executor,
                it.outcome,
                it.plan,
                it.readBack,
                it.reason,
                it.startedAt,
                it.byPerson,
                Optional.ofNullable(it.worker),
                it.results,
                Optional.ofNullable(it.remainder));
    }

    static Story.Executed executed() {
        return executed(_ -> {});
    }

    /** A charter whose one stage is the manager's. */
    static final class Rules {
        List<Charter.Stage> stages = List.of(stage("manager"));
        List<String> proofs = PROOFS;
        List<Charter.Duty> duties = List.of();
        Charter.@Nullable Stage review;
        Set<String> protects = Set.of();
        Map<String, String> agents = Map.of();
        List<Charter.Required> needs = List.of();
    }

    static Charter charter(Consumer<Rules> differently) {
        Rules it = new Rules();
        differently.accept(it);
        return new Charter(
                "leavers",
                "1",
                "hash",
                it.stages,
                it.proofs,
                it.duties,
                "charter-owner",
                "route",
                Optional.ofNullable(it.review),
                Optional.empty(),
                it.protects,
                it.agents,
                it.needs,
                Optional.of(Duration.ofHours(2)));
    }

    static Charter charter() {
        return charter(_ -> {});
    }

    static Charter charter(Charter.Stage... stages) {
        return charter(it -> it.stages = List.of(stages));
    }

    /** A stage that is always asked, counts heads, and ends at the first denial. */
    static final class Course {
        int quorum = 1;
        double share;
        int denials = 1;
        @Nullable String when;
        Charter.@Nullable Rule rule;
        boolean signed;
        Charter.@Nullable StepUp stepUp;
    }

    static Charter.Stage stage(String name, Consumer<Course> differently) {
        Course it = new Course();
        differently.accept(it);
        return new Charter.Stage(
                name,
                it.quorum,
                it.share,
                it.denials,
                0,
                Optional.ofNullable(it.when),
                Optional.ofNullable(it.rule),
                it.signed,
                Optional.ofNullable(it.stepUp));
    }

    static Charter.Stage stage(String name) {
        return stage(name, _ -> {});
    }

    /** A whole change, from its proposal to its execution. */
    static Said[] whole(Said asked, Said decided) {
        return new Said[] {proposed(), judged("READY"), asked, decided, authorized(), executed()};
    }

    static Said[] whole() {
        return whole(asked("boss"), approved());
    }

    /** The same, and one of its handoffs says something else. */
    static Said[] with(int sequence, Said other) {
        Said[] all = whole();
        all[sequence - 1] = other;
        return all;
    }

    /** Steps in order, a second after another; step n has the id n. */
    static Story story(Said... said) {
        List<Story.Step> steps = new ArrayList<>();
        Hash last = null;
        for (int n = 1; n <= said.length; n++) {
            Hash hash =
                    Hash.sha256((last + said[n - 1].toString()).getBytes(StandardCharsets.UTF_8));
            steps.add(
                    new Story.Step(
                            n,
                            new UUID(0, n),
                            "T",
                            "service",
                            NOW.plusSeconds(n),
                            hash,
                            last,
                            said[n - 1]));
            last = hash;
        }
        return Story.untold(CHANGE).with(steps);
    }

    static Closure closure(Charter charter, Said... said) {
        return Closure.of(story(said).seen(List.of(ACTIVITY)), Optional.of(charter));
    }

    /** The names of the proofs that are missing; none if it has ended. */
    static List<String> missing(Charter charter, Said... said) {
        return closure(charter, said) instanceof Closure.Open open
                ? open.missing().stream().map(Closure.Missing::name).toList()
                : List.of();
    }

    /** What is said to be missing. */
    static String words(Charter charter, Said... said) {
        return closure(charter, said) instanceof Closure.Open open
                ? String.join("; ", open.missing().stream().map(Closure.Missing::words).toList())
                : "";
    }
}
