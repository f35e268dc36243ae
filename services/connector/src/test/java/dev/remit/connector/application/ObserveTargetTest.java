package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.wire.v1.IdentityObserved;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObserveTargetTest {
    private final Memory memory = new Memory();
    private final Feeds feeds = memory.feeds();
    private final ObserveTarget observe = memory.observe(feeds);
    private final Turn turn = memory.turn(feeds, "scim:a");

    @Test
    void whatIsNewOrChangedIsObservedWholeAndWhatIsMissingIsGone() {
        read("scim:a", account("1", true), account("2", true));
        read("scim:a", account("1", false));
        assertThat(seen())
                .containsExactly(
                        "SNAPSHOT 1",
                        "SNAPSHOT 2",
                        "SOURCE_SYNCED scim:a",
                        "SNAPSHOT 1",
                        "REMOVED 2");
        assertThat(memory.meters.counter("remit.accounts.observed", "system", "scim:a").count())
                .isEqualTo(4);
        assertThat(memory.meters.get("remit.source.age").tag("system", "scim:a").timeGauge())
                .isNotNull();
    }

    @Test
    void anUnchangedSystemIsReportedAsReadEveryFifteenSeconds() {
        read("scim:a", account("1", true));
        memory.now = memory.now.plusSeconds(5);
        read("scim:a", account("1", true));
        assertThat(seen()).containsExactly("SNAPSHOT 1", "SOURCE_SYNCED scim:a");
        memory.now = memory.now.plusSeconds(10);
        read("scim:a", account("1", true));
        assertThat(seen())
                .containsExactly("SNAPSHOT 1", "SOURCE_SYNCED scim:a", "SOURCE_SYNCED scim:a");
    }

    @Test
    void theSameIdInTwoSystemsIsTwoAccounts() {
        read("scim:a", account("1", true), account("2", true));
        read("scim:b", account("1", true));
        read("scim:a", account("2", true));
        assertThat(seen())
                .containsExactly(
                        "SNAPSHOT 1",
                        "SNAPSHOT 2",
                        "SOURCE_SYNCED scim:a",
                        "SNAPSHOT 1",
                        "SOURCE_SYNCED scim:b",
                        "REMOVED 1");
    }

    @Test
    void differencesCostStatementsBySliceNotByAccount() {
        int before = memory.statements;
        read("scim:a", many(2001));
        // compare once; ask for a brake; five slices of keep and put; the report that it was read
        assertThat(memory.statements - before).isEqualTo(1 + 1 + 5 * 2 + 1);
    }

    @Test
    void whatIsNotMuchIsToldLittleAtATime() {
        int before = memory.statements;
        read("scim:a", many(120));
        // three slices: changes that come behind one on its way do not wait for long
        assertThat(memory.statements - before).isEqualTo(1 + 1 + 3 * 2 + 1);
    }

    @Test
    void anInterruptedReadIsNotReportedAsReadAndTheNextOneSeesTheRest() {
        memory.commits = 3;
        assertThatThrownBy(() -> read("scim:a", many(1200))).hasMessageContaining("gone");
        assertThat(seen()).hasSize(50).doesNotContain("SOURCE_SYNCED scim:a");

        memory.commits = Integer.MAX_VALUE;
        read("scim:a", many(1200));
        assertThat(seen()).hasSize(1201).doesNotHaveDuplicates().endsWith("SOURCE_SYNCED scim:a");
    }

    @Test
    void aReplicaThatLostItsTurnObservesNothing() {
        memory.now = memory.now.plusSeconds(9);
        memory.turn(memory.feeds(), "scim:a");
        assertThatThrownBy(() -> read("scim:a", account("1", true)))
                .isInstanceOf(Feeds.TurnLost.class);
        assertThat(seen()).isEmpty();
    }

    @Test
    void activitiesAreObservedOnceAndThePositionOnlyGrows() {
        List<Activity> activities = new ArrayList<>();
        IntStream.range(0, 700).forEach(n -> activities.add(activity("e" + n, 1000 + n)));
        observe.activities(turn, "scim:a", activities, 1800).await().indefinitely();
        observe.activities(turn, "scim:a", activities, 1000).await().indefinitely();
        assertThat(seen()).hasSize(700);
        assertThat(observe.position("scim:a").await().indefinitely()).isEqualTo(1800);
    }

    @Test
    void anAccountThatCannotBeAskedAboutKeepsWhatWasReadAndHindersNoOther() {
        Instant since = Instant.parse("2025-01-01T00:00:00Z");
        memory.enabled.addAll(List.of("1", "2", "3"));
        memory.credentials.put("2", Optional.of(since));
        observe.credentials(
                        turn,
                        "scim:a",
                        id ->
                                switch (id) {
                                    case "1" -> Uni.createFrom().item(Optional.empty());
                                    case "2" -> Uni.createFrom().nullItem();
                                    default -> Uni.createFrom().item(Optional.of(since));
                                })
                .await()
                .indefinitely();
        assertThat(memory.credentials)
                .isEqualTo(
                        Map.of(
                                "1", Optional.empty(),
                                "2", Optional.of(since),
                                "3", Optional.of(since)));
    }

    private void read(String system, Account... accounts) {
        observe.accounts(turn, system, List.of(accounts)).await().indefinitely();
    }

    private List<String> seen() {
        return memory.messages(IdentityObserved.class).stream()
                .map(each -> each.getKind() + " " + each.getSubject().getId())
                .toList();
    }

    private static Account[] many(int accounts) {
        return IntStream.range(0, accounts)
                .mapToObj(n -> account("a" + n, true))
                .toArray(Account[]::new);
    }

    private static Account account(String id, boolean enabled) {
        return new Account(id, enabled, "E" + id, null, List.of(), List.of(), "user " + id);
    }

    private static Activity activity(String id, long at) {
        return new Activity(
                id, Instant.ofEpochMilli(at), "1", "UPDATE", "USER", "users/1", "", "", Map.of());
    }
}
