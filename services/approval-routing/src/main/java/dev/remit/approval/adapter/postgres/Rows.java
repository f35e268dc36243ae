package dev.remit.approval.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.application.Reconciliation;
import dev.remit.approval.application.Routes.Recorded;
import dev.remit.approval.domain.Asked;
import dev.remit.approval.domain.Basis;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Fact;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Resolution;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Snapshot;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Between rows and the domain. */
final class Rows {
    /** What a later build keeps beside is passed over, so that an upgrade can be taken back. */
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private static final TypeReference<List<KeptStage>> STAGES = new TypeReference<>() {};

    /** No time moves such a route. */
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private Rows() {}

    /**
     * An open stage as it is kept.
     *
     * @param asked null in rows from before
     */
    record KeptStage(
            int index,
            String name,
            List<String> asks,
            List<KeptCandidate> candidates,
            List<String> dropped,
            int needed,
            int denies,
            int level,
            int reminded,
            boolean extended,
            boolean undetermined,
            @Nullable String question,
            boolean back,
            @Nullable String held,
            String since,
            String until,
            String wake,
            boolean afterwards,
            @Nullable Map<String, String> asked) {}

    /** A candidate as it is kept. */
    record KeptCandidate(
            String id,
            String label,
            boolean eligible,
            String reason,
            String person,
            @Nullable String onBehalfOf,
            @Nullable String observedAt,
            @Nullable KeptBasis basis) {}

    /** What made a candidate be asked, as it is kept. */
    record KeptBasis(String fact, String source, @Nullable String observedAt) {}

    /**
     * What readiness found, as it is kept.
     *
     * @param found null in rows from before
     * @param labels null in rows from before
     * @param workers null in rows from before
     * @param proposerWorker of who proposed the change, when the route began; null if none was
     *     known, and in rows from before
     * @param principalWorker the same of who is responsible for the AI that did
     * @param accountWorker the same of the account that is to be changed
     */
    record KeptFacts(
            Map<String, String> states,
            Map<String, List<String>> owners,
            @Nullable Map<String, KeptFact> found,
            @Nullable Map<String, String> labels,
            @Nullable Map<String, String> workers,
            @Nullable String proposerWorker,
            @Nullable String principalWorker,
            @Nullable String accountWorker) {}

    /** One fact, as it is kept. */
    record KeptFact(@Nullable String value, String source, @Nullable String observedAt) {}

    /**
     * The route that a row keeps.
     *
     * @param all the change's decisions, in order
     */
    static Route route(RouteRow row, List<Decision> all) {
        List<Decision> decisions = Decision.standing(all);
        return switch (row.state) {
            case "UNPLANNED" ->
                    new Route.Unplanned(
                            new Event.Lacking(
                                    row.changeId,
                                    row.change,
                                    row.charterHash,
                                    Messages.parties(row.change, ""),
                                    held(row)),
                            row.requestedAt,
                            row.expiresAt);
            case "CHARTER_UNKNOWN" ->
                    new Route.CharterUnknown(
                            ready(row), held(row), row.requestedAt, row.expiresAt, row.wakeAt);
            case "BARRED" ->
                    new Route.Barred(
                            ready(row),
                            row.nextStage,
                            decisions,
                            held(row),
                            row.requestedAt,
                            row.expiresAt,
                            resolving(row, decisions));
            case "OPEN" -> {
                Route.Course course =
                        new Route.Course(ready(row), stages(row), row.nextStage, decisions);
                yield row.held == null
                        ? new Route.Waiting(course)
                        : new Route.Held(course, row.held);
            }
            case "SCHEDULED" ->
                    new Route.Scheduled(
                            ready(row),
                            decisions,
                            row.requestedAt,
                            JsonPlan.effect(row.plan).notBefore().orElse(row.requestedAt),
                            row.expiresAt,
                            row.wakeAt);
            case "GRANTED" ->
                    new Route.Granted(
                            ready(row),
                            decisions,
                            row.requestedAt,
                            Optional.ofNullable(row.held)
                                    .map(why -> new Route.Wait(why, row.wakeAt)));
            default ->
                    new Route.Ended(
                            Route.End.valueOf(row.state),
                            Objects.requireNonNullElse(row.endedAt, row.expiresAt),
                            Optional.empty());
        };
    }

    /** What it waits for beside what is derived from the change and its decisions. */
    private static Set<Concern> resolving(RouteRow row, List<Decision> decisions) {
        Set<Concern> derived = Resolution.concerns(ready(row), decisions);
        return row.asks
                .lines()
                .map(Concern::of)
                .filter(each -> !each.equals(Concern.halts()) && !derived.contains(each))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Makes a row keep this route. */
    static void fill(RouteRow row, Route route) {
        row.state = route.state();
        row.asks = "";
        row.deciders = "";
        row.held = null;
        row.review = null;
        switch (route) {
            case Route.Unrouted _ -> throw new IllegalStateException("nothing to keep");
            case Route.Unplanned(Event.Lacking what, Instant since, Instant until) -> {
                row.change = what.kept();
                row.charterHash = what.charterHash();
                row.account = "";
                row.facts =
                        text(new KeptFacts(Map.of(), Map.of(), null, null, null, null, null, null));
                row.plan = new byte[0];
                row.planHash = "";
                outside(row, what.why(), 0, since, until);
            }
            case Route.CharterUnknown(
                            Ready ready,
                            String why,
                            Instant since,
                            Instant until,
                            Instant wake) -> {
                fill(row, ready);
                row.asks = lines(Stream.of(Concern.charter(ready.charterHash()), Concern.halts()));
                outside(row, why, 0, since, until);
                row.wakeAt = wake;
            }
            case Route.Barred barred -> {
                fill(row, barred.ready());
                row.asks =
                        lines(
                                Stream.concat(
                                        Stream.of(Concern.halts()),
                                        Stream.concat(
                                                Resolution.concerns(
                                                        barred.ready(), barred.decisions())
                                                        .stream(),
                                                barred.asks().stream())));
                outside(row, barred.why(), barred.next(), barred.since(), barred.until());
            }
            case Route.Waiting(Route.Course course) -> fill(row, course);
            case Route.Held(Route.Course course, String why) -> {
                fill(row, course);
                row.held = why;
            }
            case Route.Scheduled scheduled -> {
                fill(row, scheduled.ready());
                outside(row, null, row.nextStage, scheduled.since(), scheduled.until());
                row.wakeAt = scheduled.wake();
                row.asks =
                        lines(
                                Stream.of(
                                        Concern.charter(scheduled.ready().charterHash()),
                                        Concern.halts()));
            }
            case Route.Granted granted -> {
                fill(row, granted.ready());
                outside(
                        row,
                        granted.held().map(Route.Wait::why).orElse(null),
                        row.nextStage,
                        granted.since(),
                        granted.held().map(Route.Wait::wake).orElse(NEVER));
                if (granted.held().isPresent()) {
                    row.asks = lines(Stream.of(Concern.charter(granted.ready().charterHash())));
                }
            }
            case Route.Ended(Route.End _, Instant at, Optional<Route.Course> last) -> {
                last.ifPresent(course -> fill(row, course));
                row.review = null;
                row.asks = "";
                row.deciders = "";
                row.endedAt = at;
            }
        }
    }

    /**
     * Derives what is looked up of a route, whose inbox it is in too, anew from what it is derived
     * from: the stages, and the decisions that were handed over.
     *
     * @return the columns that said something else; {@link Reconciliation#STAGES} for stages that
     *     are lost
     */
    static List<String> mend(RouteRow row, List<Decision> decisions) {
        Route route = route(row, decisions);
        if (route instanceof Route.Open open) {
            Route.Course course = open.course();
            if (course.open().isEmpty()) {
                return List.of(Reconciliation.STAGES);
            }
            route =
                    course.open().stream()
                            .flatMap(each -> each.held().stream())
                            .findFirst()
                            .<Route>map(why -> new Route.Held(course, why))
                            .orElseGet(() -> new Route.Waiting(course));
        }
        Map<String, Object> before = derived(row);
        fill(row, route);
        Map<String, Object> now = derived(row);
        return now.keySet().stream()
                .filter(each -> !Objects.equals(before.get(each), now.get(each)))
                .toList();
    }

    private static Map<String, Object> derived(RouteRow row) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("deciders", row.deciders);
        columns.put("asks", row.asks);
        columns.put("stage_name", row.stageName);
        columns.put("stage", row.stage);
        columns.put("held", row.held);
        columns.put("review", row.review);
        columns.put("requested_at", row.requestedAt);
        columns.put("expires_at", row.expiresAt);
        columns.put("wake_at", row.wakeAt);
        return columns;
    }

    static DecisionRow row(Recorded recorded) {
        Decision decision = recorded.decision();
        DecisionRow row = new DecisionRow();
        row.id = recorded.message();
        row.changeId = recorded.change();
        row.stage = decision.stage();
        row.stageName = decision.stageName();
        row.decidedBy = decision.by().orElse(null);
        row.worker = decision.worker().orElse(null);
        row.onBehalfOf = decision.onBehalfOf().orElse(null);
        row.decision = decision.kind().name();
        row.delegatorWorker = decision.delegatorWorker().orElse(null);
        row.refusal = decision.refusal().orElse(null);
        row.reason = decision.reason();
        row.people =
                text(
                        new KeptPeople(
                                decision.decider().map(Rows::kept).orElse(null),
                                decision.delegator().map(Rows::kept).orElse(null)));
        row.decidedAt = decision.at();
        return row;
    }

    static Decision decision(DecisionRow row) {
        return new Decision(
                row.stage,
                row.stageName,
                Decision.Kind.valueOf(row.decision),
                Optional.ofNullable(row.decidedBy),
                Optional.ofNullable(row.worker),
                Optional.ofNullable(row.onBehalfOf),
                Optional.ofNullable(row.delegatorWorker),
                Optional.ofNullable(row.refusal),
                row.reason,
                row.decidedAt,
                Optional.ofNullable(people(row).decider()).map(Rows::snapshot),
                Optional.ofNullable(people(row).delegator()).map(Rows::snapshot));
    }

    /** Who decided, and in whose place, as they were at the time; as it is kept. */
    record KeptPeople(@Nullable KeptPerson decider, @Nullable KeptPerson delegator) {}

    /** Someone as they were. */
    record KeptPerson(String label, List<String> roles, List<String> units) {}

    private static KeptPerson kept(Snapshot snapshot) {
        return new KeptPerson(snapshot.label(), snapshot.roles(), snapshot.units());
    }

    private static Snapshot snapshot(KeptPerson kept) {
        return new Snapshot(kept.label(), List.copyOf(kept.roles()), List.copyOf(kept.units()));
    }

    private static KeptPeople people(DecisionRow row) {
        try {
            return JSON.readValue(row.people, KeptPeople.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept people do not read", e);
        }
    }

    static List<OpenStage> stages(RouteRow row) {
        try {
            return JSON.readValue(row.stages, STAGES).stream().map(Rows::stage).toList();
        } catch (JsonProcessingException | RuntimeException e) {
            // lost: they are asked anew, see Progress
            return List.of();
        }
    }

    static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON", e);
        }
    }

    private static OpenStage stage(KeptStage kept) {
        return new OpenStage(
                kept.index(),
                kept.name(),
                kept.asks().stream().map(Concern::of).collect(Collectors.toUnmodifiableSet()),
                kept.candidates().stream().map(Rows::candidate).toList(),
                List.copyOf(kept.dropped()),
                kept.needed(),
                kept.denies(),
                kept.level(),
                kept.reminded(),
                kept.extended(),
                kept.undetermined(),
                Optional.ofNullable(kept.question()),
                kept.back(),
                Optional.ofNullable(kept.held()),
                Instant.parse(kept.since()),
                Instant.parse(kept.until()),
                Instant.parse(kept.wake()),
                kept.afterwards(),
                kept.asked() == null ? Asked.NOBODY : new Asked(Map.copyOf(kept.asked())));
    }

    private static KeptStage kept(OpenStage stage) {
        return new KeptStage(
                stage.index(),
                stage.name(),
                stage.asks().stream().map(Concern::text).sorted().toList(),
                stage.candidates().stream()
                        .map(each ->
                                new KeptCandidate(
                                        each.id(),
                                        each.label(),
                                        each.eligible(),
                                        each.reason(),
                                        each.person(),
                                        each.onBehalfOf().orElse(null),
                                        each.observedAt().map(Instant::toString).orElse(null),
                                        each.basis().map(Rows::kept).orElse(null)))
                        .toList(),
                stage.dropped(),
                stage.needed(),
                stage.denies(),
                stage.level(),
                stage.reminded(),
                stage.extended(),
                stage.undetermined(),
                stage.question().orElse(null),
                stage.back(),
                stage.held().orElse(null),
                stage.since().toString(),
                stage.until().toString(),
                stage.wake().toString(),
                stage.afterwards(),
                new TreeMap<>(stage.asked().workers()));
    }

    private static Candidate candidate(KeptCandidate kept) {
        return new Candidate(
                kept.id(),
                kept.label(),
                kept.eligible(),
                kept.reason(),
                kept.person(),
                Optional.ofNullable(kept.onBehalfOf()),
                Optional.ofNullable(kept.observedAt()).map(Instant::parse),
                Optional.ofNullable(kept.basis())
                        .map(each ->
                                new Basis(
                                        each.fact(),
                                        each.source(),
                                        Optional.ofNullable(each.observedAt())
                                                .map(Instant::parse))));
    }

    private static KeptBasis kept(Basis basis) {
        return new KeptBasis(
                basis.fact(),
                basis.source(),
                basis.observedAt().map(Instant::toString).orElse(null));
    }

    private static Map<String, Fact> found(@Nullable Map<String, KeptFact> kept) {
        Map<String, Fact> found = new HashMap<>();
        if (kept != null) {
            kept.forEach((name, each) ->
                    found.put(
                            name,
                            new Fact(
                                    Optional.ofNullable(each.value()),
                                    each.source(),
                                    Optional.ofNullable(each.observedAt()).map(Instant::parse))));
        }
        return Map.copyOf(found);
    }

    private static Map<String, KeptFact> keptFacts(Map<String, Fact> found) {
        Map<String, KeptFact> kept = new TreeMap<>();
        found.forEach((name, each) ->
                kept.put(
                        name,
                        new KeptFact(
                                each.value().orElse(null),
                                each.source(),
                                each.observedAt().map(Instant::toString).orElse(null))));
        return kept;
    }

    /** The change that it routes. */
    static Ready ready(RouteRow row) {
        KeptFacts facts;
        try {
            facts = JSON.readValue(row.facts, KeptFacts.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept facts do not read", e);
        }
        return new Ready(
                row.changeId,
                row.change,
                Messages.about(row.change),
                row.charterHash,
                Objects.requireNonNullElse(row.verdict, ""),
                Map.copyOf(facts.states()),
                found(facts.found()),
                facts.labels() == null ? Map.of() : Map.copyOf(facts.labels()),
                facts.workers() == null ? Map.of() : Map.copyOf(facts.workers()),
                Map.copyOf(facts.owners()),
                Messages.parties(row.change, row.account)
                        .executedBy(
                                Optional.ofNullable(row.executedBy),
                                Optional.ofNullable(row.executedWorker))
                        .proposedBy(
                                Optional.ofNullable(facts.proposerWorker()),
                                Optional.ofNullable(facts.principalWorker()),
                                Optional.ofNullable(facts.accountWorker())),
                Optional.ofNullable(row.manager),
                Optional.ofNullable(row.managerWorker),
                row.plan,
                row.planHash,
                JsonPlan.effect(row.plan));
    }

    private static void fill(RouteRow row, Ready ready) {
        row.change = ready.kept();
        row.charterHash = ready.charterHash();
        row.verdict = ready.verdict().isEmpty() ? null : ready.verdict();
        row.facts =
                text(
                        new KeptFacts(
                                ready.facts(),
                                ready.owners(),
                                keptFacts(ready.found()),
                                ready.labels(),
                                ready.workers(),
                                ready.parties().proposerWorker().orElse(null),
                                ready.parties().principalWorker().orElse(null),
                                ready.parties().accountWorker().orElse(null)));
        row.account = ready.parties().account();
        row.executedBy = ready.parties().executor().orElse(null);
        row.executedWorker = ready.parties().executorWorker().orElse(null);
        row.manager = ready.manager().orElse(null);
        row.managerWorker = ready.managerWorker().orElse(null);
        row.plan = ready.plan();
        row.planHash = ready.planHash();
    }

    private static void fill(RouteRow row, Route.Course course) {
        fill(row, course.ready());
        row.nextStage = course.next();
        if (course.open().isEmpty()) {
            // everything was passed over at once: nothing was ever open
            outside(row, null, course.next(), Instant.EPOCH, Instant.EPOCH);
            return;
        }
        OpenStage first = course.open().getFirst();
        row.stage = first.index();
        row.stageName = first.name();
        row.review = !first.afterwards() ? null : first.overdue() ? "OVERDUE" : "OPEN";
        row.stages = text(course.open().stream().map(Rows::kept).toList());
        row.asks =
                lines(
                        Stream.concat(
                                Stream.of(Concern.halts()),
                                course.open().stream().flatMap(each -> each.asks().stream())));
        row.deciders =
                course.open().stream()
                        .flatMap(each -> each.deciders(course.decisions()).stream())
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining("\n"));
        row.requestedAt = earliest(course, OpenStage::since);
        row.expiresAt = earliest(course, OpenStage::until);
        row.wakeAt = earliest(course, OpenStage::wake);
    }

    private static Instant earliest(Route.Course course, Function<OpenStage, Instant> part) {
        return course.open().stream().map(part).min(Comparator.naturalOrder()).orElseThrow();
    }

    private static void outside(
            RouteRow row, @Nullable String held, int next, Instant since, Instant until) {
        row.stage = 0;
        row.stageName = "";
        row.nextStage = next;
        row.stages = "[]";
        row.held = held;
        row.requestedAt = since;
        row.expiresAt = until;
        row.wakeAt = until;
    }

    private static String lines(Stream<Concern> concerns) {
        Set<String> all = concerns.map(Concern::text).collect(Collectors.toSet());
        return all.stream().sorted().collect(Collectors.joining("\n"));
    }

    private static String held(RouteRow row) {
        return Objects.requireNonNullElse(row.held, "");
    }
}
