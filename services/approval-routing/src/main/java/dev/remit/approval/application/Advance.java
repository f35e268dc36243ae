package dev.remit.approval.application;

import dev.remit.approval.application.Routes.Earlier;
import dev.remit.approval.application.Routes.Loaded;
import dev.remit.approval.application.Routes.Moved;
import dev.remit.approval.application.Routes.Recorded;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Delegation;
import dev.remit.approval.domain.Duties;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.EntitlementFact;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Known;
import dev.remit.approval.domain.LastHolders;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Protections;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Removal;
import dev.remit.approval.domain.Resolution;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes any number of changes one event further: loads, looks up, decides, hands on, stores. The
 * number of port calls is the same for one change and for five hundred.
 */
@Singleton
class Advance {
    private static final Logger LOG = Logger.getLogger(Advance.class);

    /**
     * What happens to a change; its lock is held.
     *
     * @param cause the message that brought the event; null when a person or a clock did
     */
    record Step(UUID change, Event event, @Nullable UUID cause) {}

    /** Who looks after what nobody may decide, beside the charter's owner. */
    static final String OPERATOR = "operator";

    private final Routes routes;
    private final People people;
    private final Charters charters;
    private final Delegations delegations;
    private final Halts halts;
    private final Removals removals;
    private final Letters letters;
    private final Notices notices;
    private final Mirror mirror;
    private final MeterRegistry meters;
    private final Duration patience;
    private final Set<String> executors;

    Advance(
            Routes routes,
            People people,
            Charters charters,
            Delegations delegations,
            Halts halts,
            Removals removals,
            Letters letters,
            Notices notices,
            Mirror mirror,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.approval.patience") Duration patience,
            @ConfigProperty(name = "remit.approval.executors") Optional<List<String>> executors) {
        this.routes = routes;
        this.people = people;
        this.charters = charters;
        this.delegations = delegations;
        this.halts = halts;
        this.removals = removals;
        this.letters = letters;
        this.notices = notices;
        this.mirror = mirror;
        this.meters = meters;
        this.patience = patience;
        this.executors = executors.map(Set::copyOf).orElse(Set.of());
    }

    /** The outcomes, one for each step; two steps of one change follow on each other. */
    Uni<List<Outcome>> all(List<Step> steps, Outbox outbox) {
        return load(steps).chain(found -> all(steps, found, outbox));
    }

    /**
     * The same, of steps whose routes are loaded.
     *
     * @param found by {@link #load}
     */
    Uni<List<Outcome>> all(List<Step> steps, Routes.Found found, Outbox outbox) {
        if (!found.unread().isEmpty()) {
            throw new IllegalStateException("routes do not read: " + found.unread());
        }
        return all(steps, found.routes(), outbox);
    }

    /**
     * The same, of what a timer brings: a route that does not read is set aside, once with a dead
     * letter, and stops no other.
     *
     * @return those that were set aside
     */
    Uni<Set<UUID>> readable(List<Step> steps, Outbox outbox) {
        return steps.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : load(steps)
                        .call(found ->
                                found.unread().isEmpty()
                                        ? Uni.createFrom().voidItem()
                                        : setAside(found.unread(), outbox))
                        .call(found ->
                                all(
                                        steps.stream()
                                                .filter(each ->
                                                        !found.unread().containsKey(each.change()))
                                                .toList(),
                                        found.routes(),
                                        outbox))
                        .map(found -> found.unread().keySet());
    }

    private Uni<Void> setAside(Map<UUID, String> unread, Outbox outbox) {
        unread.forEach((change, why) -> {
            LOG.errorf("the route of change %s is set aside, it does not read: %s", change, why);
            outbox.deadLetter(
                    "ROUTE_UNREADABLE",
                    "route: the kept route does not read here: " + why,
                    "route/" + change,
                    change.toString(),
                    Map.of(),
                    why.getBytes(StandardCharsets.UTF_8));
        });
        return routes.setAside(unread.keySet(), outbox.now());
    }

    /** The routes of the changes of these steps. */
    Uni<Routes.Found> load(List<Step> steps) {
        if (steps.isEmpty()) {
            return Uni.createFrom().item(new Routes.Found(Map.of(), Map.of()));
        }
        Set<UUID> changes = new LinkedHashSet<>();
        steps.forEach(step -> changes.add(step.change()));
        return routes.load(changes);
    }

    private Uni<List<Outcome>> all(List<Step> steps, Map<UUID, Loaded> loaded, Outbox outbox) {
        return steps.isEmpty()
                ? Uni.createFrom().item(List.of())
                : charters.withHashes(hashes(steps, loaded.values()))
                        .chain(lookups ->
                                found(steps, loaded.values(), lookups, outbox.now())
                                        .chain(found ->
                                                decide(steps, loaded, lookups, found, outbox)));
    }

    /** What the routes of these changes would be if they came now; nothing is kept. */
    Uni<List<Forecast>> preview(List<Ready> changes, Instant now) {
        List<Step> steps =
                changes.stream()
                        .map(each -> new Step(each.change(), new Event.Readied(each), null))
                        .toList();
        return charters.withHashes(hashes(steps, List.of()))
                .chain(lookups ->
                        find(steps, List.of(), lookups, now)
                                .map(found ->
                                        changes.stream()
                                                .map(each ->
                                                        Routing.forecast(
                                                                each,
                                                                known(
                                                                        lookups.getOrDefault(
                                                                                each.charterHash(),
                                                                                new Lookup.Missing(
                                                                                        "it was not looked up")),
                                                                        Optional.of(each),
                                                                        found,
                                                                        now)))
                                                .toList()));
    }

    /** The stages that a change under way is still to come to; nothing is kept. */
    Uni<List<Forecast.Stage>> later(
            Ready ready, List<Decision> decisions, List<OpenStage> open, Instant now) {
        List<Step> steps = List.of(new Step(ready.change(), new Event.Readied(ready), null));
        return charters.withHashes(Set.of(ready.charterHash()))
                .chain(lookups ->
                        find(steps, List.of(), lookups, now)
                                .map(found ->
                                        Routing.later(
                                                ready,
                                                decisions,
                                                open,
                                                known(
                                                        lookups.getOrDefault(
                                                                ready.charterHash(),
                                                                new Lookup.Missing(
                                                                        "it was not looked up")),
                                                        Optional.of(ready),
                                                        found,
                                                        now))));
    }

    /** What was looked up for all steps together. */
    private record Found(
            Map<Concern, List<Account>> people,
            Map<String, List<Delegation>> delegations,
            Map<Earlier, Map<String, List<String>>> earlier,
            InForce halted,
            Map<Entitlement, Holders> holders,
            Protections protections,
            Map<String, Map<String, EntitlementFact>> entitlements) {
        Found with(Map<Entitlement, Holders> read) {
            return new Found(people, delegations, earlier, halted, read, protections, entitlements);
        }

        Found with(Protections known) {
            return new Found(people, delegations, earlier, halted, holders, known, entitlements);
        }
    }

    /**
     * What charters in force protect of that which these changes would take is locked from here on,
     * and then looked up: no two of them are authorized beside each other. Of most there is
     * nothing. What is authorized already takes nothing more.
     */
    private Uni<Found> found(
            List<Step> steps, Collection<Loaded> loaded, Map<String, Lookup> lookups, Instant now) {
        Uni<Found> found = find(steps, loaded, lookups, now);
        List<Ready> all = all(steps, toAuthorize(loaded));
        return all.stream().noneMatch(each -> LastHolders.takes(each.effect()))
                ? found
                : Uni.combine()
                        .all()
                        .unis(charters.published(), found)
                        .with((published, each) -> each.with(Protections.of(published, now)))
                        .chain(protecting -> holders(all, lookups, protecting));
    }

    private Uni<Found> holders(List<Ready> all, Map<String, Lookup> lookups, Found found) {
        Set<Entitlement> taken = new HashSet<>();
        Set<Concern> losers = new HashSet<>();
        for (Ready ready : all) {
            if (lookups.get(ready.charterHash()) instanceof Lookup.Found(Charter charter)) {
                Concern target = Concern.target(ready.about().target(), ready.parties().account());
                taken.addAll(
                        LastHolders.taken(
                                ready,
                                charter,
                                found.protections(),
                                found.people().getOrDefault(target, List.of()).stream()
                                        .findFirst()));
                losers.add(target);
            }
        }
        return taken.isEmpty()
                ? Uni.createFrom().item(found)
                : removals.lock(taken, losers.size()).map(found::with);
    }

    private static List<Loaded> toAuthorize(Collection<Loaded> loaded) {
        return loaded.stream()
                .filter(each ->
                        switch (each.route()) {
                            case Route.Granted _ -> false;
                            case Route.Open open -> !open.course().isReview();
                            default -> true;
                        })
                .toList();
    }

    private static List<Ready> all(List<Step> steps, Collection<Loaded> loaded) {
        List<Ready> all = new ArrayList<>();
        steps.forEach(step -> ready(step.event()).ifPresent(all::add));
        loaded.forEach(each -> each.route().underWay().ifPresent(all::add));
        return all;
    }

    /**
     * At most eight queries: what is halted; who approved before, where a charter asks them; who is
     * asked and has a part; who took over as a manager since; who acts for any of them; those; and
     * who answers for accounts of theirs.
     */
    private Uni<Found> find(
            List<Step> steps, Collection<Loaded> loaded, Map<String, Lookup> lookups, Instant now) {
        List<Ready> all = all(steps, loaded);
        Set<Earlier> asked = new HashSet<>();
        for (Ready ready : all) {
            if (lookups.get(ready.charterHash()) instanceof Lookup.Found(Charter charter)
                    && charter.asksPreviousApprovers()) {
                asked.add(earlier(ready));
            }
        }
        return (asked.isEmpty()
                        ? Uni.createFrom().item(Map.<Earlier, Map<String, List<String>>>of())
                        : routes.approvers(asked))
                .chain(earlier -> find(steps, loaded, all, lookups, earlier, now));
    }

    private static Earlier earlier(Ready ready) {
        return new Earlier(ready.parties().account(), ready.about().charter());
    }

    private Uni<Found> find(
            List<Step> steps,
            Collection<Loaded> loaded,
            List<Ready> all,
            Map<String, Lookup> lookups,
            Map<Earlier, Map<String, List<String>>> earlier,
            Instant now) {
        Set<Concern> concerns = concerns(steps, loaded, all, lookups, now);
        earlier.values()
                .forEach(stages ->
                        stages.values()
                                .forEach(ids ->
                                        ids.forEach(id -> concerns.add(Concern.account(id)))));
        return Uni.combine()
                .all()
                .unis(halts.inForce(), told(lookups.values()), people.behind(concerns))
                .asTuple()
                .chain(first ->
                        find(
                                        steps,
                                        behind(all, lookups, first.getItem3(), first.getItem2()),
                                        first.getItem3(),
                                        now)
                                .map(found ->
                                        new Found(
                                                found.people(),
                                                found.delegations(),
                                                earlier,
                                                first.getItem1(),
                                                Map.of(),
                                                Protections.NONE,
                                                first.getItem2())));
    }

    /** People, and who acts for them. */
    private record Acting(
            Map<Concern, List<Account>> people, Map<String, List<Delegation>> delegations) {}

    private Uni<Acting> find(
            List<Step> steps, Set<Concern> behind, Map<Concern, List<Account>> first, Instant now) {
        return more(behind, first)
                .chain(found ->
                        delegations
                                .from(delegators(steps, found), now)
                                .chain(links ->
                                        more(delegates(links, found), found)
                                                .chain(known -> more(Known.owners(known), known))
                                                .map(known -> new Acting(known, links))));
    }

    /** Who took over as a manager, who owns what is changed, whose the account is. */
    private static Set<Concern> behind(
            List<Ready> all,
            Map<String, Lookup> lookups,
            Map<Concern, List<Account>> first,
            Map<String, Map<String, EntitlementFact>> told) {
        Set<Concern> concerns = new HashSet<>();
        for (Ready ready : all) {
            Resolution.newManager(ready, first).map(Concern::worker).ifPresent(concerns::add);
            Duties.otherWorker(ready, first).map(Concern::person).ifPresent(concerns::add);
            if (lookups.get(ready.charterHash()) instanceof Lookup.Found(Charter charter)) {
                charter.all()
                        .flatMap(Charter.Stage::sources)
                        .forEach(source ->
                                concerns.addAll(Resolution.owners(source, ready, first, told)));
            }
        }
        return concerns;
    }

    private static Set<Concern> delegates(
            Map<String, List<Delegation>> links, Map<Concern, List<Account>> found) {
        Set<Concern> delegates = new HashSet<>();
        links.values()
                .forEach(each -> each.forEach(link -> delegates.add(Concern.account(link.to()))));
        delegates.removeAll(found.keySet());
        return delegates;
    }

    /** What systems say of groups and roles, where a charter goes by it. */
    private Uni<Map<String, Map<String, EntitlementFact>>> told(Collection<Lookup> lookups) {
        return lookups.stream()
                        .anyMatch(each ->
                                each instanceof Lookup.Found(Charter charter)
                                        && (charter.judgesAccess() || charter.asksOwners()))
                ? people.entitlements()
                : Uni.createFrom().item(Map.of());
    }

    private Uni<Map<Concern, List<Account>>> more(
            Set<Concern> concerns, Map<Concern, List<Account>> found) {
        if (concerns.isEmpty()) {
            return Uni.createFrom().item(found);
        }
        return people.behind(concerns)
                .map(more -> {
                    Map<Concern, List<Account>> all = new HashMap<>(found);
                    all.putAll(more);
                    return all;
                });
    }

    private static Set<String> delegators(List<Step> steps, Map<Concern, List<Account>> found) {
        Set<String> ids = new HashSet<>();
        found.values().forEach(each -> each.forEach(account -> ids.add(account.id())));
        for (Step step : steps) {
            if (step.event() instanceof Event.Attempted tried) {
                tried.attempt().onBehalfOf().ifPresent(ids::add);
            }
        }
        return ids;
    }

    /** Read only where it matters: for a charter that ends. A preview keeps no change. */
    private static Optional<Instant> proposedAt(Lookup charter, Optional<Ready> ready) {
        return charter instanceof Lookup.Found(Charter found) && found.until().isPresent()
                ? ready.map(Ready::kept).filter(kept -> kept.length > 0).map(KeptChange::proposedAt)
                : Optional.empty();
    }

    private static Set<String> scopes(Ready ready) {
        return ready.kept().length > 0
                ? Scopes.of(ready.kept())
                : Set.of(
                        Scopes.MESH,
                        Scopes.charter(ready.about().charter()),
                        Scopes.version(ready.charterHash()));
    }

    private Known known(Lookup charter, Optional<Ready> ready, Found found, Instant now) {
        return new Known(
                charter,
                found.people(),
                found.delegations(),
                ready.map(Advance::earlier).map(found.earlier()::get).orElse(Map.of()),
                executors,
                now,
                proposedAt(charter, ready).orElse(now),
                patience,
                ready.flatMap(each -> found.halted().over(() -> scopes(each))).map(Halt::words),
                ready.flatMap(each ->
                                found.halted()
                                        .over(() -> Set.of(Scopes.own(each.about().charter()))))
                        .map(Halt::words),
                found.holders(),
                found.protections(),
                found.entitlements());
    }

    private Uni<List<Outcome>> decide(
            List<Step> steps,
            Map<UUID, Loaded> loaded,
            Map<String, Lookup> lookups,
            Found found,
            Outbox outbox) {
        Map<UUID, Loaded> now = new HashMap<>(loaded);
        Map<UUID, Route> moved = new LinkedHashMap<>();
        List<Recorded> decisions = new ArrayList<>();
        List<Notices.Notice> notes = new ArrayList<>();
        List<Mirror.Event> shown = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        List<Removal> taken = new ArrayList<>();
        Map<Entitlement, Holders> holders = new HashMap<>(found.holders());
        for (Step step : steps) {
            Loaded before =
                    now.getOrDefault(step.change(), new Loaded(new Route.Unrouted(), List.of()));
            Optional<Ready> about = ready(step.event()).or(() -> before.route().underWay());
            Lookup charter =
                    about.map(ready -> lookups.get(ready.charterHash()))
                            .orElse(new Lookup.Missing("no charter was named"));
            Outcome outcome =
                    Routing.decide(
                            before.route(),
                            step.event(),
                            known(charter, about, found.with(holders), outbox.now()));
            outcomes.add(outcome);
            if (!outcome.next().equals(before.route())) {
                moved.put(step.change(), outcome.next());
                List<Recorded> recorded = handOn(step, outcome, before.approvals(), outbox);
                decisions.addAll(recorded);
                for (Removal each : removals(outcome)) {
                    taken.add(each);
                    holders.computeIfPresent(each.entitlement(), (_, all) -> all.without(each));
                }
                notes.addAll(
                        Notices.of(
                                step.change(),
                                before.route(),
                                outcome,
                                proposer(step.event(), about),
                                () -> guardians(charter, found.people()),
                                outbox.now()));
                shown.addAll(Mirror.of(step.change(), before.route(), outcome, outbox.now()));
                now.put(step.change(), new Loaded(outcome.next(), approvals(before, recorded)));
            }
        }
        outbox.write(taken, removals::add);
        outbox.write(notes, notices::add);
        outbox.write(shown, mirror::add);
        return store(moved, loaded.keySet(), decisions, outbox).replaceWith(outcomes);
    }

    /** Where a route is known its row is read before it is written, and so waited for. */
    private Uni<Void> store(
            Map<UUID, Route> moved, Set<UUID> known, List<Recorded> decisions, Outbox outbox) {
        if (moved.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Uni<Void> stored =
                routes.store(
                        moved.entrySet().stream()
                                .map(each ->
                                        new Moved(
                                                each.getKey(),
                                                each.getValue(),
                                                !known.contains(each.getKey())))
                                .toList(),
                        decisions);
        if (moved.keySet().stream().anyMatch(known::contains)) {
            return stored;
        }
        outbox.write(stored);
        return Uni.createFrom().voidItem();
    }

    /** The person who is to know what became of it: who proposed it, or is responsible for that. */
    private static Optional<String> proposer(Event event, Optional<Ready> about) {
        return (event instanceof Event.Lacking what
                        ? Optional.of(what.parties())
                        : about.map(Ready::parties))
                .map(each -> each.principal().orElse(each.proposer()));
    }

    /** The charter's owner, if it is known, and the operators. */
    static Set<String> guardians(Lookup lookup, Map<Concern, List<Account>> people) {
        Set<String> ids = new LinkedHashSet<>();
        if (lookup instanceof Lookup.Found(Charter charter) && !charter.owner().isEmpty()) {
            ids.add(charter.owner());
        }
        people.getOrDefault(Concern.role(OPERATOR), List.of()).stream()
                .filter(Account::enabled)
                .map(Account::id)
                .forEach(ids::add);
        return ids;
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

    private static List<Removal> removals(Outcome outcome) {
        return outcome.happened().stream()
                .filter(Happened.Authorized.class::isInstance)
                .flatMap(each -> ((Happened.Authorized) each).removals().stream())
                .toList();
    }

    private void count(Happened.Decided decided) {
        String by =
                decided.policy().isPresent()
                        ? "POLICY"
                        : decided.decision().by().isPresent()
                                ? "HUMAN"
                                : decided.condition().isPresent() ? "CONDITION" : "DEADLINE";
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
        for (Recorded each : recorded) {
            switch (each.decision().kind()) {
                case APPROVED -> approvals.add(each.message());
                // nobody has approved what it was amended to
                case AMENDED -> approvals.clear();
                default -> {}
            }
        }
        return List.copyOf(approvals);
    }

    private static Set<String> hashes(List<Step> steps, Collection<Loaded> loaded) {
        Set<String> hashes = new HashSet<>();
        steps.forEach(step -> ready(step.event()).map(Ready::charterHash).ifPresent(hashes::add));
        loaded.forEach(
                each -> each.route().underWay().map(Ready::charterHash).ifPresent(hashes::add));
        return hashes;
    }

    /** Whom the charters' stages may ask for these changes, who has a part, and who tries. */
    private Set<Concern> concerns(
            List<Step> steps,
            Collection<Loaded> loaded,
            List<Ready> all,
            Map<String, Lookup> lookups,
            Instant now) {
        Set<Concern> concerns = new HashSet<>();
        for (Ready ready : all) {
            concerns.addAll(Resolution.concerns(ready, List.of()));
            if (lookups.get(ready.charterHash()) instanceof Lookup.Found(Charter charter)) {
                charter.all()
                        .flatMap(Charter.Stage::sources)
                        .forEach(
                                source -> concerns.addAll(Resolution.concerns(source, ready, now)));
                charter.agents().values().forEach(id -> concerns.add(Concern.account(id)));
                if (!charter.owner().isEmpty()) {
                    concerns.add(Concern.account(charter.owner()));
                }
            }
        }
        for (Loaded each : loaded) {
            each.route()
                    .underWay()
                    .ifPresent(ready ->
                            concerns.addAll(Resolution.concerns(ready, each.route().decisions())));
        }
        for (Step step : steps) {
            switch (step.event()) {
                case Event.Attempted(Attempt attempt, _, _, _, _) -> {
                    concerns.add(Concern.account(attempt.by()));
                    attempt.onBehalfOf().map(Concern::account).ifPresent(concerns::add);
                }
                case Event.Resubmitted again -> concerns.add(Concern.account(again.by()));
                case Event.Answered answered -> concerns.add(Concern.account(answered.by()));
                case Event.Withdrawn withdrawn -> concerns.add(Concern.account(withdrawn.by()));
                case Event.Executed executed -> concerns.add(Concern.account(executed.by()));
                case Event.Readied _,
                        Event.Lacking _,
                        Event.GrantEnded _,
                        Event.News _,
                        Event.Deadline _ -> {}
            }
        }
        if (!all.isEmpty()
                || steps.stream().anyMatch(each -> each.event() instanceof Event.Lacking)) {
            concerns.add(Concern.role(OPERATOR));
        }
        if (!concerns.isEmpty()) {
            executors.forEach(id -> concerns.add(Concern.account(id)));
        }
        return concerns;
    }

    private static Optional<Ready> ready(Event event) {
        return event instanceof Event.Readied readied
                ? Optional.of(readied.ready())
                : Optional.empty();
    }
}
