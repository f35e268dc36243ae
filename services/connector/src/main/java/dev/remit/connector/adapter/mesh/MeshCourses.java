package dev.remit.connector.adapter.mesh;

import dev.remit.connector.application.Courses;
import dev.remit.connector.application.Forecasts.Forecast;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks approval-routing and the ledger. */
@Singleton
class MeshCourses implements Courses {
    private final Neighbours neighbours;

    MeshCourses(Neighbours neighbours) {
        this.neighbours = neighbours;
    }

    @Override
    public Uni<Optional<Route>> route(UUID change, String authorization) {
        return neighbours
                .approval(service -> service.change(authorization, change.toString()))
                .map(told -> read(told, MeshCourses::route));
    }

    @Override
    public Uni<Optional<Story>> story(UUID change, String authorization) {
        return neighbours
                .ledger(service -> service.change(authorization, change.toString()))
                .map(told -> read(told, MeshCourses::story));
    }

    /** What does not read as it should counts as no answer. */
    private static <T> Optional<T> read(Forecast told, Function<Map<String, Object>, T> reader) {
        try {
            return told instanceof Forecast.Answered(Map<String, Object> answer)
                    ? Optional.of(reader.apply(answer))
                    : Optional.empty();
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Route route(Map<String, Object> told) {
        Set<String> decided =
                list(told.get("decisions")).stream()
                        .filter(each -> "APPROVED".equals(each.get("decision")))
                        .map(each -> text(each.get("stage")))
                        .collect(Collectors.toCollection(HashSet::new));
        String stage = text(told.get("stage"));
        decided.remove(stage);
        if (!(told.get("plan") instanceof Map<?, ?> plan)) {
            throw new IllegalArgumentException("no plan");
        }
        return new Route(
                stage,
                decided.size() + 1,
                list(plan.get("steps")).stream()
                        .filter(step -> "leave-group-at-expiry".equals(step.get("name")))
                        .map(step ->
                                Duration.parse(
                                        step.get("after") instanceof Map<?, ?> after
                                                ? text(after.get("expires"))
                                                : ""))
                        .findFirst());
    }

    static Story story(Map<String, Object> told) {
        List<Map<?, ?>> handoffs = list(told.get("handoffs"));
        return new Story(
                handoffs.stream()
                        .filter(each -> "ExecutionAuthorized".equals(each.get("type")))
                        .map(each -> Instant.parse(text(each.get("time"))))
                        .findFirst(),
                handoffs.stream()
                        .filter(each ->
                                !"ChangeExecuted".equals(each.get("type")) || succeeded(each))
                        .map(each -> text(each.get("type")))
                        .collect(Collectors.toSet()),
                told.get("missing") instanceof Collection<?> missing
                        ? missing.stream().map(String::valueOf).collect(Collectors.toSet())
                        : Set.of());
    }

    /** What failed or was taken back was not done; the ledger's summary begins with the outcome. */
    private static boolean succeeded(Map<?, ?> executed) {
        return text(executed.get("summary")).startsWith("SUCCEEDED:");
    }

    private static List<Map<?, ?>> list(@Nullable Object value) {
        return value instanceof Collection<?> all
                ? all.stream()
                        .filter(Map.class::isInstance)
                        .<Map<?, ?>>map(each -> (Map<?, ?>) each)
                        .toList()
                : List.of();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
