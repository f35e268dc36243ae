package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.fault.MeshCheck;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import dev.remit.stack.Requests;
import dev.remit.stack.Tokens;
import dev.remit.wire.Messages;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Two processes of each service share its database and its work. The second of those that propose,
 * judge and execute keeps to the first released schemas, as a replica of before would. One of each
 * dies in turn, and its other goes on; then inboxes and outboxes are pruned, and everything comes
 * again.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplicasIT {
    private static final String OLD = "v1";
    private static final int AT_ONCE = 6;

    /** Its Kafka session ends after 6 s, not after Kafka's own 45; the rest is work and waiting. */
    private static final Duration TAKEN_OVER = Duration.ofSeconds(26);

    private static final List<Handoff> BY_BOTH =
            List.of(Handoff.CHANGE_PROPOSED, Handoff.READINESS_JUDGED, Handoff.CHANGE_EXECUTED);

    /**
     * Those whose second keeps to the first schemas. The charter's rule needs what an old
     * approval-routing cannot say; an old ledger cannot read who decided, and proves nothing then.
     */
    private static final Set<Service> WRITERS =
            Set.of(Service.CONNECTOR, Service.DATA_READINESS, Service.EXECUTOR);

    private static final Map<UUID, String> CHANGES = new TreeMap<>();
    private static Mesh mesh;

    @BeforeAll
    static void start() throws Exception {
        mesh = new Mesh("replicas", true);
        mesh.up();
        mesh.upTwice(service ->
                WRITERS.contains(service) ? Map.of("remit.schemas.version", OLD) : Map.of());
        mesh.charter("fault-test.yaml");
    }

    @AfterAll
    static void stop() throws Exception {
        mesh.stack.down();
    }

    @Test
    @Order(1)
    void whenOneOfTwoDiesTheOtherGoesOn() throws Exception {
        Map<String, String> accounts = accounts();
        List<String> workers = new ArrayList<>(new TreeMap<>(accounts).keySet());
        CompletableFuture<Void> back = CompletableFuture.completedFuture(null);
        boolean second = true;
        Duration quickest = Duration.ofDays(1);
        for (Service service : Service.values()) {
            second = !second;
            String victim = second ? Mesh.second(service) : service.id();
            back.get();
            for (int n = 0; n < AT_ONCE; n++) {
                String worker = workers.removeFirst();
                boolean bySecond = n % 2 == 0;
                UUID change =
                        UUID.fromString(Mesh.until(() -> propose(worker, bySecond), "a proposal"));
                CHANGES.put(change, accounts.get(worker));
            }

            mesh.stack.kill(victim);
            long since = System.nanoTime();

            int expected = CHANGES.size();
            Mesh.until(
                    () -> completed() == expected ? Optional.of(true) : Optional.empty(),
                    expected + " closed changes after the end of " + victim);
            Duration took = Duration.ofNanos(System.nanoTime() - since);
            System.out.printf("%s died; all closed after %.1f s%n", victim, took.toMillis() / 1e3);
            assertThat(took).as("what " + victim + " left").isLessThan(TAKEN_OVER.multipliedBy(3));
            quickest = took.compareTo(quickest) < 0 ? took : quickest;
            back = CompletableFuture.runAsync(() -> start(victim));
        }
        back.get();
        assertThat(quickest).isLessThan(TAKEN_OVER);
    }

    @Test
    @Order(2)
    void nothingIsLostAndNothingHappenedTwice() throws Exception {
        assertHolds();
    }

    @Test
    @Order(3)
    void oldAndNewWroteSideBySide() throws Exception {
        for (Handoff handoff : BY_BOTH) {
            assertThat(mesh.dataschemas(handoff))
                    .as(handoff.recordName())
                    .containsExactlyInAnyOrder(
                            handoff.dataschema(),
                            Handoff.dataschema(Messages.asOf(OLD, handoff.schema())));
        }
    }

    @Test
    @Order(4)
    void whatWasPrunedIsKnownWhenItComesAgain() throws Exception {
        List<Service> pruning =
                List.of(
                        Service.CONNECTOR,
                        Service.DATA_READINESS,
                        Service.APPROVAL_ROUTING,
                        Service.EXECUTOR);
        for (Service service : pruning) {
            mesh.stack.kill(Mesh.second(service));
            mesh.stack.kill(service.id());
            mesh.stack.configure(
                    service.id(),
                    Map.of(
                            "remit.clock.offset", "PT48H",
                            "remit.inbox.keep", "P1D",
                            "remit.outbox.keep", "P1D",
                            "remit.prune.every", "1s"));
        }
        CompletableFuture.allOf(
                        pruning.stream()
                                .map(service ->
                                        CompletableFuture.runAsync(() -> start(service.id())))
                                .toArray(CompletableFuture[]::new))
                .get();
        Mesh.until(
                () -> {
                    long left = 0;
                    for (Service service : pruning) {
                        left +=
                                Databases.count(
                                        mesh.home,
                                        service,
                                        "select (select count(*) from handoff_inbox where received_at < now())"
                                                + " + (select count(*) from handoff_outbox where payload <> ''"
                                                + " and created_at < now() - interval '5 seconds')");
                    }
                    return left == 0 ? Optional.of(true) : Optional.empty();
                },
                "empty inboxes and outboxes");
        assertThat(
                        Databases.count(
                                mesh.home,
                                Service.CONNECTOR,
                                "select count(*) from handoff_outbox where payload = ''"
                                        + " and substring(cast(id as text), 15, 1) <> '5'"))
                .as("kept ids that are not derived")
                .isZero();

        int again = mesh.redeliver();
        System.out.println(again + " messages come again");

        Mesh.until(
                () -> mesh.lag() == 0 ? Optional.of(true) : Optional.empty(),
                "the end of everything that came again");
        assertThat(assertHolds().redelivered()).isGreaterThanOrEqualTo(again);
    }

    private static MeshCheck.Report assertHolds() throws Exception {
        MeshCheck.Report report =
                Mesh.until(
                        () ->
                                Optional.of(new MeshCheck(mesh.home, Set.of()).check(CHANGES))
                                        .filter(each -> each.lost().isEmpty()),
                        "a quiet mesh with nothing lost");
        System.out.println("checked from outside: " + report);
        assertThat(report.duplicated()).isEmpty();
        assertThat(report.unverified()).isEmpty();
        assertThat(report.closed()).isEqualTo(CHANGES.size());
        assertThat(report.effects()).isEqualTo(CHANGES.size());
        return report;
    }

    private static Map<String, String> accounts() throws Exception {
        List<String> workers = new ArrayList<>();
        for (int n = 0; n < AT_ONCE * Service.values().length; n++) {
            workers.add("R%03d".formatted(n));
        }
        Map<String, String> accounts = Accounts.addAll(mesh.home, workers, "E1001");
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.DATA_READINESS,
                                                "select count(*) from directory_account where worker_id like 'R%'")
                                        == workers.size()
                                ? Optional.of(true)
                                : Optional.empty(),
                "the accounts");
        return accounts;
    }

    private static long completed() throws Exception {
        return Databases.count(
                mesh.home,
                Service.EVIDENCE_LEDGER,
                "select count(*) from change where outcome = 'COMPLETED'");
    }

    private static void start(String part) {
        try {
            mesh.stack.start(part);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same key at either process: a proposal whose answer got lost is not made twice. */
    private static Optional<String> propose(String worker, boolean bySecond) throws Exception {
        String url =
                bySecond
                        ? mesh.seconds.get(Service.CONNECTOR) + "/changes"
                        : mesh.url("connector", "/changes");
        Requests.Answer answer =
                Requests.send(
                        "POST",
                        url,
                        Tokens.of(mesh.home, "remit-cli", "offboarding.owner"),
                        Mesh.text(
                                Map.of(
                                        "charter",
                                        "fault-test",
                                        "subject",
                                        Map.of("system", "hr", "id", worker),
                                        "target",
                                        "keycloak:acme",
                                        "action",
                                        "offboard",
                                        "reason",
                                        "replicas")),
                        Map.of("Idempotency-Key", "replicas-" + worker));
        return answer.status() == 202
                ? Optional.of(answer.json().path("changeId").asText())
                : Optional.empty();
    }
}
