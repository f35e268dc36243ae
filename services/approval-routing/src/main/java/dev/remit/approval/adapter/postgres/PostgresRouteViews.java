package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Charters;
import dev.remit.approval.application.People;
import dev.remit.approval.application.RouteViews;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Charter.StepUp;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Inbox;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Risk;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.postgres.Statement;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Routes as they are shown. */
@Singleton
public class PostgresRouteViews implements RouteViews {
    private static final String BEHIND =
            "select "
                    + RouteRow.COLUMNS
                    + " from route where ended_at is null and (state <> 'GRANTED' or held is not null)"
                    + " and (requested_at, change_id) > (cast(?1 as timestamptz), cast(?2 as uuid))";

    private static final String IN_ORDER = " order by requested_at, change_id limit ?3";

    private static final String WAITING_FOR =
            BEHIND + " and decided_by_any @> array[cast(?4 as text)]" + IN_ORDER;

    /** One query for everybody: the index finds each one's. */
    private static final String INBOXES =
            "select person, item.* from unnest(cast(?1 as text[])) as person cross join lateral"
                    + " (select change_id, stage_name, requested_at, expires_at, plan_hash, md5(stages) as revision"
                    + " from route where ended_at is null and decided_by_any @> array[person]"
                    + " order by requested_at, change_id limit ?2) as item order by person, requested_at, change_id";

    private static final String LAG =
            "select least((select min(added_at) from directory_news),"
                    + " (select min(wake_at) from route where ended_at is null and wake_at <= cast(?1 as timestamptz)))";

    /** An account of the people's system goes before one of the same id elsewhere. */
    private static final String LABELS =
            "select id, label from directory_account where system = any(cast(?1 as text[]))"
                    + " and id = any(cast(?2 as text[])) order by system = ?3";

    private final Charters charters;
    private final People people;
    private final String system;

    PostgresRouteViews(
            Charters charters,
            People people,
            @ConfigProperty(name = "remit.people.system") String system) {
        this.charters = charters;
        this.people = people;
        this.system = system;
    }

    @Override
    public Uni<List<View>> open(Place after, int limit) {
        return page(
                new Statement(
                        BEHIND + IN_ORDER,
                        time(after.requestedAt()),
                        after.change(),
                        (long) limit));
    }

    @Override
    public Uni<List<View>> waitingFor(String person, Place after, int limit) {
        return page(
                new Statement(
                        WAITING_FOR,
                        time(after.requestedAt()),
                        after.change(),
                        (long) limit,
                        person));
    }

    private Uni<List<View>> page(Statement statement) {
        return Panache.withSession(() -> statement.entities(RouteRow.class).chain(this::views));
    }

    private static Uni<List<DecisionRow>> decisions(List<RouteRow> rows) {
        return rows.isEmpty()
                ? Uni.createFrom().item(List.of())
                : new Statement(
                                "select * from decision where change_id = any(cast(?1 as uuid[])) order by position",
                                ids(rows, row -> row.changeId))
                        .entities(DecisionRow.class);
    }

    @Override
    public Uni<Map<String, Inbox>> inboxes(Collection<String> people, int most) {
        return Panache.withSession(() ->
                new Statement(INBOXES, texts(people), (long) most)
                        .rows()
                        .map(rows -> {
                            Map<String, List<Inbox.Item>> items = new HashMap<>();
                            people.forEach(each -> items.put(each, new ArrayList<>()));
                            for (Object[] row : rows) {
                                items.computeIfAbsent((String) row[0], _ -> new ArrayList<>())
                                        .add(
                                                new Inbox.Item(
                                                        (UUID) row[1],
                                                        (String) row[2],
                                                        instant(row[3]),
                                                        instant(row[4]),
                                                        (String) row[5],
                                                        (String) row[6]));
                            }
                            Map<String, Inbox> inboxes = new HashMap<>();
                            items.forEach((person, all) -> inboxes.put(person, Inbox.of(all)));
                            return inboxes;
                        }));
    }

    @Override
    public Uni<Duration> lag(Instant now) {
        return Panache.withSession(() ->
                new Statement(LAG, time(now))
                        .optional(Object.class)
                        .map(since ->
                                since.map(at -> Duration.between(instant(at), now))
                                        .filter(Duration::isPositive)
                                        .orElse(Duration.ZERO)));
    }

    @Override
    public Uni<Optional<View>> of(UUID change) {
        return Panache.withSession(() ->
                RouteRow.<RouteRow>findById(change)
                        .map(row -> row == null ? List.<RouteRow>of() : List.of(row))
                        .chain(this::views)
                        .map(views -> views.stream().findFirst()));
    }

    private Uni<List<View>> views(List<RouteRow> rows) {
        return decisions(rows).chain(made -> views(rows, made));
    }

    private Uni<List<View>> views(List<RouteRow> rows, List<DecisionRow> decisions) {
        Map<UUID, List<DecisionRow>> of =
                decisions.stream().collect(Collectors.groupingBy(row -> row.changeId));
        List<Bare> bare =
                rows.stream()
                        .map(row ->
                                new Bare(
                                        row,
                                        Rows.ready(row),
                                        Rows.stages(row),
                                        of.getOrDefault(row.changeId, List.of()).stream()
                                                .map(Rows::decision)
                                                .toList()))
                        .toList();
        return labels(bare)
                .chain(labels ->
                        accounts(bare)
                                .chain(accounts ->
                                        charters.withHashes(
                                                        bare.stream()
                                                                .map(each ->
                                                                        each.ready().charterHash())
                                                                .collect(Collectors.toSet()))
                                                .map(found ->
                                                        bare.stream()
                                                                .map(each ->
                                                                        each.view(
                                                                                found, accounts,
                                                                                labels))
                                                                .toList())));
    }

    /** Those that are to be changed, for what their changes put at stake. */
    private Uni<Map<Concern, List<Account>>> accounts(List<Bare> rows) {
        Set<Concern> targets = rows.stream().map(Bare::target).collect(Collectors.toSet());
        return targets.isEmpty() ? Uni.createFrom().item(Map.of()) : people.behind(targets);
    }

    /** Of routes from before their names were kept with them. */
    private Uni<Map<String, String>> labels(List<Bare> rows) {
        String[] ids =
                rows.stream()
                        .filter(each -> each.ready().labels().isEmpty())
                        .flatMap(Bare::ids)
                        .distinct()
                        .toArray(String[]::new);
        String[] systems =
                Stream.concat(
                                Stream.of(system),
                                rows.stream().map(each -> each.ready().about().target()))
                        .distinct()
                        .toArray(String[]::new);
        return ids.length == 0
                ? Uni.createFrom().item(Map.of())
                : new Statement(LABELS, systems, ids, system)
                        .rows()
                        .map(found -> {
                            Map<String, String> labels = new HashMap<>();
                            found.forEach(row -> labels.put((String) row[0], (String) row[1]));
                            return labels;
                        });
    }

    /** A route as it is kept, before the names and the rules of its stages are looked up. */
    private record Bare(
            RouteRow row, Ready ready, List<OpenStage> stages, List<Decision> decisions) {
        Stream<String> ids() {
            Parties parties = ready.parties();
            return Stream.concat(
                    Stream.concat(
                            Stream.of(parties.proposer(), parties.account()),
                            parties.principal().stream()),
                    decisions.stream()
                            .flatMap(each ->
                                    Stream.concat(each.by().stream(), each.onBehalfOf().stream())));
        }

        Concern target() {
            return Concern.target(ready.about().target(), ready.parties().account());
        }

        private Optional<Risk> risk(
                @Nullable Lookup charter, Map<Concern, List<Account>> accounts) {
            return charter instanceof Lookup.Found(Charter known)
                    ? Risk.of(
                            ready.effect(),
                            known,
                            ready.about().action(),
                            accounts.getOrDefault(target(), List.of()).stream().findFirst())
                    : Optional.empty();
        }

        /** The names at the time: of the change when it came, of each who decided when they did. */
        private Map<String, String> names(Map<String, String> live) {
            Map<String, String> names = new HashMap<>();
            if (ready.labels().isEmpty()) {
                ids().filter(live::containsKey).forEach(id -> names.put(id, live.get(id)));
            }
            names.putAll(ready.labels());
            for (Decision each : decisions) {
                each.by()
                        .ifPresent(
                                id -> each.decider().ifPresent(who -> names.put(id, who.label())));
                each.onBehalfOf()
                        .ifPresent(id ->
                                each.delegator().ifPresent(who -> names.put(id, who.label())));
            }
            for (OpenStage stage : stages) {
                stage.candidates().forEach(each -> names.putIfAbsent(each.id(), each.label()));
            }
            return Map.copyOf(names);
        }

        View view(
                Map<String, Lookup> charters,
                Map<Concern, List<Account>> accounts,
                Map<String, String> labels) {
            return new View(
                    row.changeId,
                    row.state,
                    row.stageName,
                    Optional.ofNullable(row.held),
                    Optional.ofNullable(row.expiresAt).filter(_ -> !row.state.equals("GRANTED")),
                    row.requestedAt,
                    row.planHash,
                    row.plan.length == 0 ? "null" : new String(row.plan, StandardCharsets.UTF_8),
                    ready,
                    stages,
                    stepUps(charters.get(ready.charterHash())),
                    risk(charters.get(ready.charterHash()), accounts),
                    names(labels),
                    decisions);
        }

        private Map<Integer, StepUp> stepUps(@Nullable Lookup charter) {
            Map<Integer, StepUp> asked = new HashMap<>();
            if (charter instanceof Lookup.Found(Charter known)) {
                for (OpenStage stage : stages) {
                    known.stageAt(stage.index())
                            .stepUp()
                            .ifPresent(each -> asked.put(stage.index(), each));
                }
            }
            return asked;
        }
    }
}
