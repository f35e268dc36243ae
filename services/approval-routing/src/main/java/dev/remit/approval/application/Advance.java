package dev.remit.approval.application;

import dev.remit.approval.application.Routes.Loaded;
import dev.remit.approval.application.Routes.Moved;
import dev.remit.approval.application.Routes.Recorded;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.Known;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Takes any number of changes one event further: loads, looks up, decides, hands on, stores. The
 * number of port calls is the same for one change and for five hundred.
 */
@Singleton
class Advance {
    /**
     * What happens to a change; its lock is held.
     *
     * @param cause the message that brought the event; null when a person or a clock did
     */
    record Step(UUID change, Event event, @Nullable UUID cause) {}

    private final Routes routes;
    private final People people;
    private final Charters charters;
    private final Letters letters;
    private final MeterRegistry meters;
    private final Duration patience;

    Advance(
            Routes routes,
            People people,
            Charters charters,
            Letters letters,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.approval.patience") Duration patience) {
        this.routes = routes;
        this.people = people;
        this.charters = charters;
        this.letters = letters;
        this.meters = meters;
        this.patience = patience;
    }

    /** The outcomes, one for each step; two steps of one change follow on each other. */
    Uni<List<Outcome>> all(List<Step> steps, Outbox outbox) {
        if (steps.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Set<UUID> changes = new LinkedHashSet<>();
        steps.forEach(step -> changes.add(step.change()));
        return routes.load(changes)
                .chain(loaded ->
                        charters.withHashes(hashes(steps, loaded.values()))
                                .chain(lookups ->
                                        people.behind(concerns(steps, loaded.values(), lookups))
                                                .chain(found ->
                                                        decide(
                                                                steps, loaded, lookups, found,
                                                                outbox))));
    }

    private Uni<List<Outcome>> decide(
            List<Step> steps,
            Map<UUID, Loaded> loaded,
            Map<String, Lookup> lookups,
            Map<Concern, List<Account>> found,
            Outbox outbox) {
        Map<UUID, Loaded> now = new HashMap<>(loaded);
        Map<UUID, Route> moved = new LinkedHashMap<>();
        List<Recorded> decisions = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (Step step : steps) {
            Loaded before =
                    now.getOrDefault(step.change(), new Loaded(new Route.Unrouted(), List.of()));
            Lookup charter =
                    ready(step.event())
                            .or(() -> ready(before.route()))
                            .map(ready -> lookups.get(ready.charterHash()))
                            .orElse(new Lookup.Missing("no charter was named"));
            Outcome outcome =
                    Routing.decide(
                            before.route(),
                            step.event(),
                            new Known(charter, found, outbox.now(), patience));
            outcomes.add(outcome);
            if (!outcome.next().equals(before.route())) {
                moved.put(step.change(), outcome.next());
                List<Recorded> recorded = handOn(step, outcome, before.approvals(), outbox);
                decisions.addAll(recorded);
                now.put(step.change(), new Loaded(outcome.next(), approvals(before, recorded)));
            }
        }
        return moved.isEmpty()
                ? Uni.createFrom().item(outcomes)
                : routes.store(
                                moved.entrySet().stream()
                                        .map(each ->
                                                new Moved(
                                                        each.getKey(),
                                                        each.getValue(),
                                                        !loaded.containsKey(each.getKey())))
                                        .toList(),
                                decisions)
                        .replaceWith(outcomes);
    }

    private List<Recorded> handOn(Step step, Outcome outcome, List<UUID> approvals, Outbox outbox) {
        List<UUID> ids =
                letters.handOn(step.change(), outcome.happened(), approvals, step.cause(), outbox);
        List<Recorded> recorded = new ArrayList<>();
        for (int n = 0; n < ids.size(); n++) {
            if (outcome.happened().get(n) instanceof Happened.Decided decided) {
                recorded.add(new Recorded(ids.get(n), step.change(), decided.decision()));
                count(decided);
            }
        }
        return recorded;
    }

    private void count(Happened.Decided decided) {
        String by =
                decided.policy().isPresent()
                        ? "POLICY"
                        : decided.authentication().isPresent() ? "HUMAN" : "DEADLINE";
        meters.counter(
                        "remit.approval.decisions",
                        "decision",
                        decided.decision().kind().name(),
                        "by",
                        by)
                .increment();
    }

    private static List<UUID> approvals(Loaded before, List<Recorded> recorded) {
        List<UUID> approvals = new ArrayList<>(before.approvals());
        recorded.stream()
                .filter(each -> each.decision().kind() == Decision.Kind.APPROVED)
                .forEach(each -> approvals.add(each.message()));
        return List.copyOf(approvals);
    }

    private static Set<String> hashes(List<Step> steps, Collection<Loaded> loaded) {
        Set<String> hashes = new HashSet<>();
        steps.forEach(step -> ready(step.event()).map(Ready::charterHash).ifPresent(hashes::add));
        loaded.forEach(each -> ready(each.route()).map(Ready::charterHash).ifPresent(hashes::add));
        return hashes;
    }

    /** Whom the charters' stages may ask for these changes, and who tries to decide. */
    private static Set<Concern> concerns(
            List<Step> steps, Collection<Loaded> loaded, Map<String, Lookup> lookups) {
        Set<Concern> concerns = new HashSet<>();
        for (Step step : steps) {
            ready(step.event()).ifPresent(ready -> asked(ready, lookups, concerns));
            if (step.event() instanceof Event.Attempted tried) {
                concerns.add(Concern.account(tried.attempt().by()));
            }
        }
        loaded.forEach(
                each -> ready(each.route()).ifPresent(ready -> asked(ready, lookups, concerns)));
        return concerns;
    }

    private static void asked(Ready ready, Map<String, Lookup> lookups, Set<Concern> concerns) {
        if (lookups.get(ready.charterHash()) instanceof Lookup.Found found) {
            found.charter().stages().forEach(stage -> stage.asks(ready).ifPresent(concerns::add));
        }
    }

    private static Optional<Ready> ready(Event event) {
        return event instanceof Event.Readied readied
                ? Optional.of(readied.ready())
                : Optional.empty();
    }

    private static Optional<Ready> ready(Route route) {
        return switch (route) {
            case Route.CharterUnknown waits -> Optional.of(waits.ready());
            case Route.Open open -> Optional.of(open.stage().ready());
            case Route.Unrouted _ -> Optional.empty();
            case Route.Unplanned _ -> Optional.empty();
            case Route.Ended _ -> Optional.empty();
        };
    }
}
