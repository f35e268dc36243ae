package dev.remit.approval.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.application.Routes.Recorded;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Between rows and the domain. */
final class Rows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Candidate>> CANDIDATES = new TypeReference<>() {};

    private Rows() {}

    /**
     * The route that a row keeps.
     *
     * @param decisions the change's decisions, in order
     */
    static Route route(RouteRow row, List<Decision> decisions) {
        return switch (row.state) {
            case "UNPLANNED" ->
                    new Route.Unplanned(
                            new Event.Lacking(row.changeId, row.change, row.charterHash, held(row)),
                            row.requestedAt,
                            row.expiresAt);
            case "CHARTER_UNKNOWN" ->
                    new Route.CharterUnknown(ready(row), held(row), row.requestedAt, row.expiresAt);
            case "OPEN" -> {
                OpenStage stage =
                        new OpenStage(
                                ready(row),
                                row.stage,
                                row.stageName,
                                Optional.ofNullable(row.asks).map(Concern::of),
                                candidates(row),
                                row.requestedAt,
                                row.expiresAt,
                                decisions);
                yield row.held == null ? new Route.Waiting(stage) : new Route.Held(stage, row.held);
            }
            default ->
                    new Route.Ended(
                            Route.End.valueOf(row.state),
                            Objects.requireNonNullElse(row.endedAt, row.expiresAt),
                            Optional.empty());
        };
    }

    /** Makes a row keep this route. */
    static void fill(RouteRow row, Route route) {
        row.state = route.state();
        row.asks = null;
        row.held = null;
        switch (route) {
            case Route.Unrouted _ -> throw new IllegalStateException("nothing to keep");
            case Route.Unplanned(Event.Lacking what, Instant since, Instant until) -> {
                row.change = what.kept();
                row.charterHash = what.charterHash();
                row.account = "";
                row.plan = new byte[0];
                row.planHash = "";
                beforeTheFirstStage(row, what.why(), since, until);
            }
            case Route.CharterUnknown(Ready ready, String why, Instant since, Instant until) -> {
                fill(row, ready);
                row.asks = Concern.charter(ready.charterHash()).text();
                beforeTheFirstStage(row, why, since, until);
            }
            case Route.Waiting(OpenStage stage) -> fill(row, stage);
            case Route.Held(OpenStage stage, String why) -> {
                fill(row, stage);
                row.held = why;
            }
            case Route.Ended(Route.End _, Instant at, Optional<OpenStage> last) -> {
                last.ifPresent(stage -> fill(row, stage));
                row.asks = null;
                row.endedAt = at;
            }
        }
    }

    static DecisionRow row(Recorded recorded) {
        Decision decision = recorded.decision();
        DecisionRow row = new DecisionRow();
        row.id = recorded.message();
        row.changeId = recorded.change();
        row.stage = decision.stage();
        row.stageName = decision.stageName();
        row.decidedBy = decision.by().orElse(null);
        row.decision = decision.kind().name();
        row.refusal = decision.refusal().orElse(null);
        row.reason = decision.reason();
        row.decidedAt = decision.at();
        return row;
    }

    static Decision decision(DecisionRow row) {
        return new Decision(
                row.stage,
                row.stageName,
                Decision.Kind.valueOf(row.decision),
                Optional.ofNullable(row.decidedBy),
                Optional.ofNullable(row.refusal),
                row.reason,
                row.decidedAt);
    }

    static List<Candidate> candidates(RouteRow row) {
        try {
            return List.copyOf(JSON.readValue(row.candidates, CANDIDATES));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept candidates do not read", e);
        }
    }

    static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON", e);
        }
    }

    private static Ready ready(RouteRow row) {
        return new Ready(
                row.changeId,
                row.change,
                row.charterHash,
                Objects.requireNonNullElse(row.verdict, ""),
                Messages.parties(row.change, row.account),
                Optional.ofNullable(row.manager),
                row.plan,
                row.planHash);
    }

    private static void fill(RouteRow row, Ready ready) {
        row.change = ready.kept();
        row.charterHash = ready.charterHash();
        row.verdict = ready.verdict().isEmpty() ? null : ready.verdict();
        row.account = ready.parties().account();
        row.manager = ready.manager().orElse(null);
        row.plan = ready.plan();
        row.planHash = ready.planHash();
    }

    private static void fill(RouteRow row, OpenStage stage) {
        fill(row, stage.ready());
        row.stage = stage.index();
        row.stageName = stage.name();
        row.asks = stage.asks().map(Concern::text).orElse(null);
        row.requestedAt = stage.since();
        row.expiresAt = stage.until();
        row.candidates = text(stage.candidates());
    }

    private static void beforeTheFirstStage(
            RouteRow row, String held, Instant since, Instant until) {
        row.stage = 0;
        row.stageName = "";
        row.candidates = "[]";
        row.held = held;
        row.requestedAt = since;
        row.expiresAt = until;
    }

    private static String held(RouteRow row) {
        return Objects.requireNonNullElse(row.held, "");
    }
}
