package dev.remit.approval.domain;

import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Charter.Stage;
import dev.remit.approval.domain.Eligibility.Measure;
import dev.remit.approval.domain.Happened.Authorized;
import dev.remit.approval.domain.Happened.Decided;
import dev.remit.approval.domain.Happened.Reassigned;
import dev.remit.approval.domain.Happened.Requested;
import dev.remit.approval.domain.Happened.Standing;
import dev.remit.approval.domain.Route.Barred;
import dev.remit.approval.domain.Route.Course;
import dev.remit.approval.domain.Route.End;
import dev.remit.approval.domain.Route.Ended;
import dev.remit.approval.domain.Route.Granted;
import dev.remit.approval.domain.Route.Held;
import dev.remit.approval.domain.Route.Scheduled;
import dev.remit.approval.domain.Route.Waiting;
import dev.remit.approval.domain.Signing.Signature;
import dev.remit.handoff.passkey.DecisionChallenge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** A route while one event moves it: what is open, what was decided, what is to be handed on. */
final class Progress {
    private final Ready ready;
    private final Charter charter;
    private final Known known;
    private final List<Happened> happened = new ArrayList<>();
    private final List<OpenStage> remind = new ArrayList<>();
    private final List<OpenStage> open;
    private final List<Decision> decisions;
    private int next;
    private List<OpenStage> last;

    Progress(Course course, Charter charter, Known known) {
        this.ready = course.ready();
        this.charter = charter;
        this.known = known;
        this.open = new ArrayList<>(course.open());
        this.decisions = new ArrayList<>(course.decisions());
        this.next = course.next();
        this.last = course.open();
    }

    List<OpenStage> open() {
        return List.copyOf(open);
    }

    /** What a decision at this stage is held against. */
    Measure measure(int index) {
        return new Measure(
                charter,
                Cast.of(ready, charter, decisions, index, known),
                charter.stageAt(index).filter(),
                Scope.of(ready, known),
                known.now());
    }

    List<Decision> votes(int index) {
        return decisions.stream().filter(each -> each.isVote() && each.stage() == index).toList();
    }

    /** Whether this one, or the one they act for, has used their vote at this stage. */
    boolean voted(int index, String by, Optional<Candidate> as) {
        List<Person> deciding = new ArrayList<>(List.of(known.person(by)));
        as.flatMap(Candidate::onBehalfOf).map(known::person).ifPresent(deciding::add);
        return votes(index).stream()
                .flatMap(vote -> voters(vote).stream())
                .anyMatch(voter -> deciding.stream().anyMatch(voter::isSame));
    }

    private List<Person> voters(Decision vote) {
        List<Person> voters = new ArrayList<>();
        vote.by()
                .ifPresent(id ->
                        voters.add(
                                new Person(id, vote.worker().or(() -> known.person(id).worker()))));
        vote.onBehalfOf()
                .map(id ->
                        new Person(id, vote.delegatorWorker().or(() -> known.person(id).worker())))
                .ifPresent(voters::add);
        return voters;
    }

    /** The same attempt of the same person at this stage was refused and recorded before. */
    boolean refusedBefore(int index, String by, String code) {
        return decisions.stream()
                .anyMatch(each ->
                        each.stage() == index
                                && each.by().filter(by::equals).isPresent()
                                && each.refusal().filter(code::equals).isPresent());
    }

    Person person(String id) {
        return known.person(id);
    }

    String charterName() {
        return ready.about().charter();
    }

    /** Of the plan, 0 to 100. */
    Optional<Integer> risk() {
        return Scope.of(ready, known).risk().map(Risk::score);
    }

    UUID nonce(OpenStage stage) {
        return stage.nonce(ready.change());
    }

    /** Opens what is to be opened next, until something is open or nothing is left. */
    Outcome proceed() {
        while (open.isEmpty()) {
            if (next == charter.stages().size()) {
                return authorize();
            }
            openNext();
        }
        return done(state());
    }

    /**
     * What was open is lost: every stage is asked anew whose votes are not enough whoever was
     * asked; the last one if all are. Never is one taken for decided because nothing says that it
     * is open. A review is asked anew alone: what it looks at was decided and executed.
     */
    Outcome reopen() {
        if (next > charter.stages().size()) {
            openStage(charter.stages().size());
            return done(state());
        }
        int opened = next;
        for (int index = 0; index < opened; index++) {
            if (!isDecided(index)) {
                openStage(index);
            }
        }
        if (open.isEmpty() && happened.isEmpty() && opened > 0) {
            openStage(opened - 1);
        }
        return proceed();
    }

    private boolean isDecided(int index) {
        long approvals =
                votes(index).stream().filter(each -> each.kind() == Decision.Kind.APPROVED).count();
        boolean passedOver =
                decisions.stream()
                        .anyMatch(each ->
                                each.stage() == index && each.kind() == Decision.Kind.PASSED_OVER);
        return passedOver || approvals >= charter.stageAt(index).quorum().of(1_000_000);
    }

    /** Who looks at the change afterwards is asked. */
    Outcome review() {
        openStage(next);
        next++;
        return done(state());
    }

    /** As it stands, without opening anything. */
    Outcome stay() {
        return done(state());
    }

    Outcome end(End how) {
        return done(
                new Ended(
                        how,
                        known.now(),
                        Optional.of(new Course(ready, last, next, List.copyOf(decisions)))));
    }

    Outcome bar(List<Violation> violations) {
        return bar(violations, known.now(), known.now().plus(known.patience()));
    }

    Outcome bar(List<Violation> violations, Instant since, Instant until) {
        String why = Violation.words(violations);
        happened.add(
                new Requested(
                        "",
                        0,
                        1,
                        List.of(),
                        Optional.of(why),
                        List.of(),
                        violations,
                        ready.planHash(),
                        until));
        return done(
                new Barred(ready, next, List.copyOf(decisions), why, since, until, resolving()));
    }

    /** What else than the change and those who decided it can resolve that it is barred. */
    private Set<Concern> resolving() {
        Set<Concern> all = new HashSet<>();
        LastHolders.taken(ready, charter, known).forEach(each -> all.add(each.concern()));
        Stream.of(
                        known.executors().stream(),
                        charter.agents().values().stream(),
                        Stream.of(charter.owner()).filter(id -> !id.isEmpty()))
                .flatMap(each -> each)
                .map(Concern::account)
                .forEach(all::add);
        return Set.copyOf(all);
    }

    /** Keeps a decision and hands it on. */
    void decided(
            OpenStage at,
            Decision decision,
            String planHash,
            Optional<Authentication> authentication,
            Optional<Policy> policy) {
        decided(at, decision, planHash, authentication, policy, Optional.empty());
    }

    /** Keeps a decision, with its signature, and hands it on. */
    void decided(
            OpenStage at,
            Decision decision,
            String planHash,
            Optional<Authentication> authentication,
            Optional<Policy> policy,
            Optional<Signature> signature) {
        decided(at, decision, planHash, authentication, policy, signature, Optional.empty());
    }

    /**
     * Keeps that the plan is another one now, and hands it on.
     *
     * @param at the stage at which it was amended
     */
    void amended(
            OpenStage at,
            Decision decision,
            Happened.Amendment amendment,
            Authentication authentication,
            Optional<Signature> signature) {
        decided(
                at,
                decision,
                ready.planHash(),
                Optional.of(authentication),
                Optional.empty(),
                signature,
                Optional.of(amendment));
    }

    private void decided(
            OpenStage at,
            Decision plain,
            String planHash,
            Optional<Authentication> authentication,
            Optional<Policy> policy,
            Optional<Signature> signature,
            Optional<Happened.Amendment> amendment) {
        Decision decision = plain.seen(known);
        decisions.add(decision);
        happened.add(
                new Decided(
                        decision,
                        planHash,
                        decision.by().map(_ -> standing(at)),
                        authentication,
                        policy,
                        Optional.empty(),
                        signature,
                        amendment));
    }

    /**
     * What someone signs who decides this stage like this.
     *
     * @param planHash of the plan as it is then
     */
    DecisionChallenge challenge(
            OpenStage at, Attempt attempt, Optional<String> onBehalfOf, String planHash) {
        return new DecisionChallenge(
                ready.change(),
                at.name(),
                attempt.decision().name(),
                onBehalfOf,
                attempt.reason(),
                planHash,
                ready.about().hash(),
                ready.charterHash(),
                charter.routeHash(),
                nonce(at));
    }

    void replace(OpenStage stage) {
        open.replaceAll(each -> each.index() == stage.index() ? woken(stage) : each);
    }

    void close(OpenStage stage) {
        open.removeIf(each -> each.index() == stage.index());
        last = List.of(stage);
    }

    /** Asks again, for the directory or the decisions say something else now. */
    void refresh(OpenStage before, String why) {
        Stage stage = charter.stageAt(before.index());
        OpenStage now = before;
        if (before.undetermined()) {
            switch (truth(stage)) {
                case UNKNOWN -> {
                    return;
                }
                case FALSE -> {
                    close(before);
                    passedOver(before.index(), stage);
                    return;
                }
                case TRUE -> {}
            }
        }
        now = resolved(now, stage);
        if (now.equals(before)) {
            return;
        }
        open.set(indexOf(before), now);
        if (!sameToAll(before, now)) {
            happened.add(
                    new Reassigned(
                            now.name(),
                            now.needed(),
                            before.candidates(),
                            now.candidates(),
                            now.held(),
                            now.dropped(),
                            why,
                            now.until()));
        }
    }

    /** What slept through a halt is looked at again when something of it is due. */
    void wakeInTime() {
        open.replaceAll(this::woken);
    }

    void refreshOthers(int index) {
        for (OpenStage each : open()) {
            if (each.index() != index) {
                refresh(each, "another stage was approved");
            }
        }
    }

    /**
     * What is due of one stage.
     *
     * @return how the route ends by it; empty if it does not
     */
    Optional<End> due(OpenStage before) {
        Stage stage = charter.stageAt(before.index());
        Instant now = known.now();
        if (!before.afterwards()
                && !now.isBefore(before.until())
                && (stage.lapse() != Charter.Lapse.ESCALATE || before.extended())) {
            return Optional.of(lapse(before, stage));
        }
        if (now.isBefore(before.wake())) {
            return Optional.empty();
        }
        int level = before.level();
        while (level < stage.escalation().size()
                && !now.isBefore(
                        stage.after(before.since(), stage.escalation().get(level).after()))) {
            level++;
        }
        int reminded = before.reminded();
        while (reminded < stage.reminders().size()
                && !now.isBefore(stage.after(before.since(), stage.reminders().get(reminded)))) {
            reminded++;
        }
        boolean longer = !now.isBefore(before.until());
        OpenStage at =
                before.at(
                        longer ? stage.escalation().size() : level,
                        reminded,
                        before.extended() || longer,
                        longer ? stage.after(now, stage.within()) : before.until());
        open.set(indexOf(before), at);
        if (reminded > before.reminded()) {
            remind.add(at);
        }
        int handedOn = happened.size();
        refresh(
                at,
                at.level() > before.level() || longer ? escalated(before) : "the time has come");
        if (longer && happened.size() == handedOn) {
            OpenStage extended = open.get(indexOf(at));
            happened.add(
                    new Reassigned(
                            extended.name(),
                            extended.needed(),
                            extended.candidates(),
                            extended.candidates(),
                            extended.held(),
                            extended.dropped(),
                            escalated(before),
                            extended.until()));
        }
        open.replaceAll(this::woken);
        return Optional.empty();
    }

    private static String escalated(OpenStage stage) {
        return stage.afterwards()
                ? "escalated: the review is open since " + stage.since()
                : "escalated: undecided since " + stage.since();
    }

    private End lapse(OpenStage at, Stage stage) {
        close(at);
        record Lapsed(End end, Decision.Kind kind) {}
        Lapsed lapsed =
                switch (stage.lapse()) {
                    case EXPIRE, ESCALATE -> new Lapsed(End.EXPIRED, Decision.Kind.EXPIRED);
                    case DENY -> new Lapsed(End.DENIED, Decision.Kind.DENIED);
                    case HALT -> new Lapsed(End.HALTED, Decision.Kind.HALTED);
                };
        happened.add(
                ofNobody(
                        at.index(),
                        at.name(),
                        lapsed.kind(),
                        "nobody decided in time",
                        ready.planHash(),
                        known.now()));
        return lapsed.end();
    }

    static Decided ofNobody(
            int stage,
            String stageName,
            Decision.Kind kind,
            String reason,
            String planHash,
            Instant now) {
        return new Decided(
                new Decision(
                        stage,
                        stageName,
                        kind,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        reason,
                        now),
                planHash,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Opens the next stage and all that stand alongside it. */
    private void openNext() {
        int first = next;
        do {
            openStage(next);
            next++;
        } while (next < charter.stages().size() && charter.stageAt(next).alongside());
        if (first < next && open.size() > 1) {
            open.replaceAll(this::woken);
        }
    }

    private void openStage(int index) {
        Stage stage = charter.stageAt(index);
        Condition.Truth asked = truth(stage);
        if (asked == Condition.Truth.FALSE) {
            passedOver(index, stage);
            return;
        }
        Optional<Policy> rule =
                stage.policy()
                        .filter(_ -> asked == Condition.Truth.TRUE)
                        .filter(policy -> policy.approves(ready.verdict()));
        OpenStage empty = empty(index, stage, asked == Condition.Truth.UNKNOWN);
        OpenStage at =
                rule.map(policy -> ruled(empty, policy))
                        .orElseGet(() -> empty.undetermined() ? empty : resolved(empty, stage));
        happened.add(
                new Requested(
                        stage.name(),
                        at.needed(),
                        at.denies(),
                        at.candidates(),
                        at.held(),
                        at.dropped(),
                        List.of(),
                        ready.planHash(),
                        at.until(),
                        Duties.spared(ready, charter, decisions, known)));
        if (rule.isEmpty()) {
            open.add(woken(at));
            return;
        }
        last = List.of(at);
        decided(
                at,
                new Decision(
                        index,
                        stage.name(),
                        Decision.Kind.APPROVED,
                        Optional.of(rule.get().id()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "the readiness verdict is " + ready.verdict(),
                        known.now()),
                ready.planHash(),
                Optional.empty(),
                rule);
    }

    private Condition.Truth truth(Stage stage) {
        return stage.when()
                .map(each -> each.over(Scope.of(ready, known)))
                .orElse(Condition.Truth.TRUE);
    }

    private void passedOver(int index, Stage stage) {
        String text = stage.when().map(Condition::text).orElse("");
        Decided plain =
                ofNobody(
                        index,
                        stage.name(),
                        Decision.Kind.PASSED_OVER,
                        "its condition is false: " + text + riskInWords(),
                        ready.planHash(),
                        known.now());
        decisions.add(plain.decision());
        happened.add(
                new Decided(
                        plain.decision(),
                        plain.planHash(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(text)));
    }

    /** In the record of a stage that was passed over for its condition: what the risk was. */
    private String riskInWords() {
        return Scope.of(ready, known)
                .risk()
                .map(each -> " (risk %d: %s)".formatted(each.score(), each.words()))
                .orElse("");
    }

    private OpenStage empty(int index, Stage stage, boolean undetermined) {
        Instant until = stage.after(known.now(), stage.within());
        return new OpenStage(
                index,
                stage.name(),
                Resolution.concerns(ready, List.of()),
                List.of(),
                List.of(),
                stage.quorum().of(0),
                stage.denials().of(0),
                0,
                0,
                false,
                undetermined,
                Optional.empty(),
                false,
                undetermined
                        ? Optional.of(
                                "stage %s: its condition cannot be evaluated: %s"
                                        .formatted(
                                                stage.name(),
                                                stage.when().map(Condition::text).orElse("")))
                        : Optional.empty(),
                known.now(),
                until,
                until,
                charter.isReview(index));
    }

    private static OpenStage ruled(OpenStage at, Policy rule) {
        return new OpenStage(
                at.index(),
                at.name(),
                Set.of(),
                List.of(
                        new Candidate(
                                rule.id(),
                                rule.name() + "@" + rule.version(),
                                true,
                                "rule of the charter",
                                rule.id(),
                                Optional.empty(),
                                Optional.empty())),
                List.of(),
                1,
                1,
                0,
                0,
                false,
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                at.since(),
                at.until(),
                at.until(),
                false);
    }

    /** Whom the stage asks now; too few, and the next step of its escalation is asked at once. */
    private OpenStage resolved(OpenStage at, Stage stage) {
        Measure measure = measure(at.index());
        int level = at.level();
        while (true) {
            Resolution resolution = Resolution.of(stage, level, ready, known, measure, at.asked());
            OpenStage found = counted(at, stage, level, resolution);
            if (found.held().isEmpty() || level == stage.escalation().size()) {
                return woken(held(found));
            }
            level++;
        }
    }

    /** Nobody decides what is done to an account that became somebody else's meanwhile. */
    private OpenStage held(OpenStage at) {
        return at.afterwards()
                ? at
                : Duties.ofAccount(ready, known)
                        .map(each -> at.holding(Violation.words(List.of(each))))
                        .orElse(at);
    }

    private OpenStage counted(OpenStage at, Stage stage, int level, Resolution resolution) {
        List<Decision> votes = votes(at.index());
        long approvals =
                votes.stream().filter(each -> each.kind() == Decision.Kind.APPROVED).count();
        Set<String> asked = new HashSet<>();
        Set<String> able = new HashSet<>();
        for (Candidate each : resolution.candidates()) {
            if (each.eligible() && each.onBehalfOf().isEmpty()) {
                asked.add(each.id());
                able.add(each.person());
            }
        }
        votes.forEach(each -> asked.add(each.onBehalfOf().or(each::by).orElse("")));
        int needed =
                Math.max(stage.quorum().of(asked.size()), (int) Math.min(approvals + 1, 1_000_000));
        long canStill =
                able.stream()
                        .filter(person -> votes.stream().noneMatch(each -> isOf(each, person)))
                        .count();
        Set<Concern> asks = new HashSet<>(resolution.asks());
        asks.addAll(Resolution.concerns(ready, List.of()));
        return new OpenStage(
                at.index(),
                at.name(),
                Set.copyOf(asks),
                resolution.candidates(),
                resolution.dropped(),
                needed,
                stage.denials().of(asked.size()),
                level,
                at.reminded(),
                at.extended(),
                false,
                at.question(),
                at.back(),
                resolution.isPartial() && stage.quorum() instanceof Threshold.Share
                        ? Optional.of(
                                "stage %s needs a share of more people than can be asked"
                                        .formatted(stage.name()))
                        : held(stage, needed, approvals + canStill),
                at.since(),
                at.until(),
                at.wake(),
                at.afterwards(),
                at.asked().with(resolution.candidates(), known));
    }

    private boolean isOf(Decision vote, String person) {
        return voters(vote).stream().map(Person::key).anyMatch(person::equals);
    }

    private Optional<String> held(Stage stage, int needed, long able) {
        if (able >= needed) {
            return Optional.empty();
        }
        return Optional.of(
                stage.policy().isPresent() && stage.asks().isEmpty()
                        ? "stage %s: its rule does not approve the verdict %s, and it asks nobody else"
                                .formatted(stage.name(), ready.verdict())
                        : "stage %s needs %d and finds %d who may decide"
                                .formatted(stage.name(), needed, able));
    }

    /** When something of this stage is due next. */
    private OpenStage woken(OpenStage at) {
        Stage stage = charter.stageAt(at.index());
        Instant wake = at.until();
        if (at.level() < stage.escalation().size()) {
            wake = earlier(wake, at, stage, stage.escalation().get(at.level()).after());
        }
        if (at.reminded() < stage.reminders().size()) {
            wake = earlier(wake, at, stage, stage.reminders().get(at.reminded()));
        }
        for (Source source : stage.sources(at.level()).toList()) {
            if (source instanceof Source.OnCall(String _, Rota rota)) {
                Instant turn = rota.turnsAfter(known.now());
                wake = turn.isBefore(wake) ? turn : wake;
            }
        }
        return at.waking(wake);
    }

    private static Instant earlier(Instant wake, OpenStage at, Stage stage, Duration after) {
        Instant due = stage.after(at.since(), after);
        return due.isBefore(wake) ? due : wake;
    }

    /** Every rule about duties that the change breaks, whoever approves it. */
    List<Violation> duties() {
        List<Violation> found = new ArrayList<>(Duties.ofActors(ready, charter, known));
        found.addAll(Duties.ofAccess(ready, charter, known));
        return found;
    }

    /** Every rule that forbids what is to be done next, while no stage is open. */
    List<Violation> violations() {
        List<Violation> found = duties();
        if (next == charter.stages().size()) {
            found.addAll(Duties.ofApprovals(ready, charter, decisions, known));
            found.addAll(LastHolders.violations(ready, charter, known));
        }
        return found;
    }

    private Outcome authorize() {
        List<Violation> violations = violations();
        if (!violations.isEmpty()) {
            return bar(violations);
        }
        Optional<Instant> start = ready.effect().notBefore().filter(known.now()::isBefore);
        if (start.isPresent()) {
            return done(
                    new Scheduled(
                            ready,
                            List.copyOf(decisions),
                            known.now(),
                            start.get(),
                            start.get().plus(known.patience()),
                            start.get()));
        }
        Instant until = known.now().plus(charter.authorizationExpiresAfter());
        ModeDecision mode = ModeDecision.of(ready, charter, List.copyOf(decisions), known);
        // those of a route that began before they were kept are looked up now
        Parties who = ready.parties().seen(ready.about().target(), known);
        happened.add(
                new Authorized(
                        ready,
                        until,
                        charter.judgesAccess()
                                ? Duties.heldAfterwards(ready, known).map(List::copyOf)
                                : Optional.empty(),
                        mode,
                        LastHolders.removals(ready, charter, known, until, !mode.isOwn()),
                        LastHolders.keepings(ready, charter, known),
                        decisions.stream()
                                .filter(each -> each.kind() == Decision.Kind.APPROVED)
                                .sorted(Comparator.comparingInt(Decision::stage))
                                .flatMap(each -> each.by().stream())
                                .distinct()
                                .toList(),
                        BarredExecutor.of(ready, charter, decisions, known),
                        charter.domain().proofs(),
                        Duties.spared(ready, charter, decisions, known),
                        new Happened.Workers(who.proposerWorker(), who.principalWorker())));
        return charter.review().isPresent()
                ? done(new Granted(ready, List.copyOf(decisions), known.now()))
                : end(End.APPROVED);
    }

    private Standing standing(OpenStage at) {
        return new Standing(
                ready.about().hash(),
                ready.charterHash(),
                charter.routeHash(),
                nonce(at),
                at.since(),
                at.until(),
                risk());
    }

    private Route state() {
        Course course = new Course(ready, List.copyOf(open), next, List.copyOf(decisions));
        return open.stream()
                .flatMap(each -> each.held().stream())
                .findFirst()
                .<Route>map(why -> new Held(course, why))
                .orElseGet(() -> new Waiting(course));
    }

    private Outcome done(Route state) {
        return new Outcome(state, List.copyOf(happened), Optional.empty(), List.copyOf(remind));
    }

    private int indexOf(OpenStage stage) {
        for (int n = 0; n < open.size(); n++) {
            if (open.get(n).index() == stage.index()) {
                return n;
            }
        }
        throw new IllegalStateException("stage " + stage.name() + " is not open");
    }

    private static boolean sameToAll(OpenStage before, OpenStage now) {
        if (before.candidates().size() != now.candidates().size()
                || before.needed() != now.needed()
                || !before.held().equals(now.held())
                || !before.until().equals(now.until())) {
            return false;
        }
        for (int n = 0; n < now.candidates().size(); n++) {
            if (!before.candidates().get(n).isAs(now.candidates().get(n))) {
                return false;
            }
        }
        return true;
    }
}
