package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.adapter.kafka.KafkaLetters;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.wire.v1.AccessViolationEnded;
import dev.remit.wire.v1.AccessViolationFound;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people hold already is held against the rules, and told once. */
class DetectViolationsTest {
    private static final String RULES =
            """
            {"rule":"pay","version":"1","owner":"own","source":"SOX 404","toxic":["/create","/approve"]%s}\
            """;

    private final InMemory world = new InMemory();
    private final Table table = new Table();
    private final DetectViolations detect =
            new DetectViolations(
                    table,
                    world,
                    world,
                    new KafkaLetters(),
                    world,
                    world,
                    new SimpleMeterRegistry(),
                    Duration.ofHours(1));

    @BeforeEach
    void aRuleIsInForceAndAnnHoldsOneOfTheTwo() {
        publish("1", RULES.formatted(""));
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create"));
        holds("W-bob", account("keycloak:acme", "bob", "W-bob", "/create"));
    }

    @Test
    void whoHoldsWhatARuleForbidsInAnySystemIsToldOnceWithRuleFactsAndRemedy() {
        run();
        assertThat(world.sent).isEmpty();

        holds(
                "W-ann",
                account("keycloak:acme", "ann", "W-ann", "/create"),
                account("scim:x", "a1", "W-ann", "/approve/night"));
        run();
        run();
        AccessViolationFound found = one(AccessViolationFound.class);
        assertThat(found.getWorker()).isEqualTo("W-ann");
        assertThat(found.getViolation().getRule()).isEqualTo("pay");
        assertThat(found.getViolation().getSource()).isEqualTo("SOX 404");
        assertThat(found.getViolation().getOwner()).isEqualTo("own");
        assertThat(found.getViolation().getFacts())
                .isEqualTo("this person holds all of /approve, /create");
        assertThat(found.getViolation().getRemedy()).isNotBlank();
        assertThat(found.getAccounts()).hasSize(2);
    }

    @Test
    void whoAnswersForTheRuleTheCharterAndTheMeshIsToldOnceOfAllThatAreFoundTogether() {
        world.people.put(Concern.role("operator"), List.of(Scene.account("op")));
        publish("1", RULES.formatted("").replace("\"own\"", "\"cfo\""));
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        holds("W-bob", account("keycloak:acme", "bob", "W-bob", "/create", "/approve"));
        run();
        run();
        assertThat(all(AccessViolationFound.class)).hasSize(2);
        assertThat(world.notices)
                .extracting(each -> each.kind() + " " + each.person())
                .containsExactlyInAnyOrder(
                        "VIOLATION_FOUND cfo", "VIOLATION_FOUND op", "VIOLATION_FOUND own");
        assertThat(world.notices)
                .extracting(Notices.Notice::change)
                .containsOnly(all(AccessViolationFound.class).getFirst().getViolationId());
    }

    @Test
    void itEndsWhenItIsNoLongerSoAndIsTellableAgain() {
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create"));
        run();
        run();
        AccessViolationEnded ended = one(AccessViolationEnded.class);
        assertThat(ended.getViolationId())
                .isEqualTo(one(AccessViolationFound.class).getViolationId());
        assertThat(ended.getReason()).contains("not held any more");

        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        assertThat(all(AccessViolationFound.class)).hasSize(2);
    }

    @Test
    void ofACharterOfWhichNothingHoldsYetNothingIsFoundOrEnded() {
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        table.charters = List.of();
        publish("2", RULES.formatted(""), ",\"effective\":{\"from\":\"2026-03-01\"}");
        holds("W-bob", account("keycloak:acme", "bob", "W-bob", "/create", "/approve"));
        run();
        assertThat(all(AccessViolationFound.class)).hasSize(1);
        assertThat(all(AccessViolationEnded.class)).isEmpty();
    }

    @Test
    void anAccountThatBelongsToNobodyIsLookedAtAndNamed() {
        Account batch = account("keycloak:acme", "batch", "", "/create", "/approve");
        Account nobodys =
                new Account(
                        batch.system(),
                        batch.id(),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        batch.groups(),
                        List.of(),
                        "batch",
                        Instant.EPOCH);
        world.people.put(Concern.target("keycloak:acme", "batch"), List.of(nobodys));
        table.workers.add("keycloak:acme batch");
        run();
        run();
        AccessViolationFound found = one(AccessViolationFound.class);
        assertThat(found.getWorker()).isEqualTo("keycloak:acme batch");
        assertThat(found.getAccounts())
                .singleElement()
                .satisfies(each -> assertThat(each.getId()).isEqualTo("batch"));
        assertThat(found.getViolation().getFacts())
                .isEqualTo("this account, which belongs to nobody, holds all of /approve, /create");

        Account anns = account("keycloak:acme", "batch", "W-ann", "/create", "/approve");
        world.people.put(Concern.target("keycloak:acme", "batch"), List.of(anns));
        holds("W-ann", anns);
        run();
        assertThat(one(AccessViolationEnded.class).getWorker()).isEqualTo("keycloak:acme batch");
        assertThat(all(AccessViolationFound.class).getLast().getWorker()).isEqualTo("W-ann");
    }

    @Test
    void anAccountThatIsGoneHoldsNothing() {
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        world.people.remove(Concern.person("W-ann"));
        run();
        assertThat(all(AccessViolationEnded.class)).hasSize(1);
    }

    @Test
    void anExceptionSparesUntilItsEnd() {
        publish(
                "2",
                RULES.formatted(
                        ",\"exceptions\":[{\"subject\":\"W-ann\",\"control\":\"each payment is looked at\",\"owner\":\"cfo\",\"until\":\"2026-02-01T00:00:00Z\"}]"));
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        assertThat(world.sent).isEmpty();
        world.now = Instant.parse("2026-02-01T00:00:00Z");
        run();
        assertThat(all(AccessViolationFound.class)).hasSize(1);
    }

    @Test
    void aRuleThatIsNotInForceAnyMoreEndsItAndACharterThatDoesNotReadEndsNothing() {
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        table.charters = List.of(new AccessViolations.Published("leavers", "3", "unread"));
        run();
        assertThat(all(AccessViolationEnded.class)).isEmpty();
        publish("4", "");
        run();
        assertThat(one(AccessViolationEnded.class).getReason())
                .isEqualTo("the rule is not in force any more");
    }

    @Test
    void aVersionThatDoesNotHoldYetEndsNothing() {
        holds("W-ann", account("keycloak:acme", "ann", "W-ann", "/create", "/approve"));
        run();
        publish("2", "", ",\"effective\":{\"from\":\"2026-03-01\"}");
        run();
        assertThat(all(AccessViolationEnded.class)).isEmpty();
        holds("W-bob", account("keycloak:acme", "bob", "W-bob", "/create", "/approve"));
        run();
        assertThat(all(AccessViolationFound.class))
                .as("the version before it finds anew until then")
                .extracting(each -> each.getWorker() + " " + each.getCharter().getVersion())
                .containsExactly("W-ann 1", "W-bob 1");
        holds("W-bob", account("keycloak:acme", "bob", "W-bob", "/create"));
        run();
        one(AccessViolationEnded.class);
        world.sent.removeIf(each -> each.message() instanceof AccessViolationEnded);
        world.now = Instant.parse("2026-03-01T00:00:00Z");
        run();
        assertThat(one(AccessViolationEnded.class).getReason())
                .isEqualTo("the rule is not in force any more");
    }

    @Test
    void manyPeopleAreLookedAtInPages() {
        for (int n = 0; n < 1200; n++) {
            String worker = "X-%04d".formatted(n);
            holds(worker, account("keycloak:acme", "x" + n, worker, "/create", "/approve"));
        }
        run();
        assertThat(all(AccessViolationFound.class)).hasSize(1200);
        assertThat(table.pages).isEqualTo(3);
        assertThat(table.run.looked()).isEqualTo(1202);
    }

    private void publish(String version, String rules) {
        publish(version, rules, "");
    }

    private void publish(String version, String rules, String effective) {
        String document =
                """
                {"metadata":{"owner":"own"%s},"spec":{"approval":{"role":"approver","stages":[
                 {"name":"s","resolvers":[{"role":"approver"}],"quorum":1,"expiresAfter":"PT1H"}]},
                 "separationOfDuties":[%s],"execution":{"authorizationExpiresAfter":"PT1H"}}}\
                """
                        .formatted(effective, rules);
        world.charters.put("hash-" + version, new Lookup.Found(JsonCharter.read(document)));
        List<AccessViolations.Published> all = new ArrayList<>();
        all.add(new AccessViolations.Published("leavers", version, "hash-" + version));
        if (!effective.isEmpty()) {
            all.addAll(table.charters);
        }
        table.charters = List.copyOf(all);
    }

    private void holds(String worker, Account... accounts) {
        world.people.put(Concern.person(worker), List.of(accounts));
        table.workers.add(worker);
    }

    private void run() {
        detect.begin().await().indefinitely();
        detect.look().await().indefinitely();
        world.now = world.now.plusSeconds(60);
    }

    private <T> T one(Class<T> kind) {
        assertThat(all(kind)).hasSize(1);
        return all(kind).getFirst();
    }

    private <T> List<T> all(Class<T> kind) {
        return world.sent.stream()
                .map(InMemory.Sent::message)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    private static Account account(String system, String id, String worker, String... groups) {
        return new Account(
                system,
                id,
                true,
                Optional.of(worker),
                Optional.empty(),
                List.of(groups).stream().map(path -> new Account.Group(path, path)).toList(),
                List.of(),
                id,
                Instant.EPOCH);
    }

    /** The port in memory. */
    private static final class Table implements AccessViolations {
        final TreeSet<String> workers = new TreeSet<>();
        final Map<UUID, Found> standing = new LinkedHashMap<>();
        List<Published> charters = List.of();
        Run run = new Run(Optional.empty(), Optional.empty(), Instant.EPOCH, 0);
        int pages;
        private String through = "";
        private long looking;

        @Override
        public Uni<Optional<Page>> next(Instant now, int limit) {
            if (now.isBefore(run.due())) {
                return Uni.createFrom().item(Optional.empty());
            }
            List<String> next = workers.tailSet(through, false).stream().limit(limit).toList();
            return Uni.createFrom().item(Optional.of(new Page(next, next.size() < limit)));
        }

        @Override
        public Uni<List<Published>> charters() {
            return Uni.createFrom().item(charters);
        }

        @Override
        public Uni<List<Standing>> standing(Collection<String> of) {
            return Uni.createFrom()
                    .item(
                            standing.values().stream()
                                    .filter(each -> of.contains(each.worker()))
                                    .map(each -> new Standing(each.id(), each.key()))
                                    .toList());
        }

        @Override
        public Uni<Void> store(List<Found> found, List<Ended> ended, Instant now) {
            found.forEach(each -> standing.put(each.id(), each));
            ended.forEach(each -> standing.remove(each.violation().id()));
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> done(Page page, Instant now, Duration every) {
            pages++;
            looking += page.workers().size();
            through = page.last() ? "" : page.workers().getLast();
            if (page.last()) {
                run = new Run(Optional.of(now), Optional.of(now), now.plus(every), looking);
                looking = 0;
            }
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Run> begin(Instant now) {
            run = new Run(run.started(), run.finished(), now, run.looked());
            return run();
        }

        @Override
        public Uni<Run> run() {
            return Uni.createFrom().item(run);
        }

        @Override
        public Uni<List<Kept>> list(boolean all, Optional<UUID> after, int limit) {
            return Uni.createFrom().item(new ArrayList<>());
        }

        @Override
        public Uni<Long> count() {
            return Uni.createFrom().item((long) standing.size());
        }
    }
}
