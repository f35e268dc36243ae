package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.postgres.ScratchPostgres;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.DeadLetterAction;
import dev.remit.wire.v1.DeadLetterResolved;
import dev.remit.wire.v1.DeadLettered;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** What is kept of what was set aside, and how it ends. */
class DeadLettersTest {
    @Test
    void whatIsPublishedOfWhatWasSetAsideIsAMessageThatABrokerTakes() {
        byte[] most = new byte[1_048_000];
        assertThat(told("key", Map.of(), most).getPayload().remaining()).isZero();
        assertThat(told("key", Map.of(), most).getReason())
                .isEqualTo("why; its 1048003 bytes are not in this message, connector keeps them");
        assertThat(told("key", Map.of("h", most), new byte[1]).getHeaders()).isEmpty();
        String key = "\u20ac".repeat(most.length / 3);
        assertThat(told(key, Map.of(), new byte[1]).getKey()).isNull();
        assertThat(SealedOutbox.subject(key, "topic[0]@7")).isEqualTo("topic[0]@7");

        assertThat(SealedOutbox.storable("k\0y")).isEqualTo("k\uFFFDy");

        DeadLettered small = told("key", Map.of("h", new byte[3]), new byte[100]);
        assertThat(small.getPayload().remaining()).isEqualTo(100);
        assertThat(small.getHeaders()).containsOnlyKeys("h");
        assertThat(small.getReason()).isEqualTo("why");
        assertThat(small.getKey()).isEqualTo("key");
    }

    private static DeadLettered told(String key, Map<String, byte[]> headers, byte[] payload) {
        return SealedOutbox.told(
                "BAD_SEAL", "why", "topic[0]@7", key, headers, payload, "connector", Instant.EPOCH);
    }

    @Test
    void whatIsDiscardedIsHandedOnAsDoneByAPersonAndWhy() {
        DeadLetterRow row = new DeadLetterRow();
        row.id = new UUID(0, 1);
        row.origin = "hr.csv:7";
        row.state = "DISCARDED";
        Handed outbox = new Handed();
        DeadLetters.resolve(row, DeadLetterAction.DISCARDED, "operator", "a test", "", outbox);

        assertThat(outbox.messages)
                .singleElement()
                .isInstanceOfSatisfying(
                        DeadLetterResolved.class,
                        resolved -> {
                            assertThat(resolved.getDeadLetterId()).isEqualTo(row.id);
                            assertThat(resolved.getAction()).isEqualTo(DeadLetterAction.DISCARDED);
                            assertThat(resolved.getBy().getId()).isEqualTo("operator");
                            assertThat(resolved.getBy().getKind()).isEqualTo(ActorKind.HUMAN);
                            assertThat(resolved.getReason()).isEqualTo("a test");
                        });
        assertThat(row.resolvedBy).isEqualTo("operator");
        assertThat(row.resolution).isEqualTo("a test");
        assertThat(row.resolvedAt).isEqualTo(outbox.now());
    }

    @Test
    void anotherMessageAtTheSamePlaceIsAnotherDeadLetter() {
        assertThat(id("a", "1", "x")).isEqualTo(id("a", "1", "x"));
        assertThat(
                        List.of(
                                id("a", "1", "x"),
                                id("a", "1", "y"),
                                id("a", "2", "x"),
                                id("b", "1", "x")))
                .doesNotHaveDuplicates();
        Map<String, byte[]> none = Map.of();
        assertThat(SealedOutbox.contents("k", none, bytes("ab")))
                .isNotEqualTo(SealedOutbox.contents("ka", none, bytes("b")));
    }

    private static UUID id(String key, String header, String payload) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        headers.put("remit-seal", bytes(header));
        Hash contents = SealedOutbox.contents(key, headers, bytes(payload));
        return SealedOutbox.setAside("connector", "BAD_SEAL", "topic[0]@7", contents);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void pagesRunFromTheNewestToTheOldestAndLeaveNothingOut() throws Exception {
        try (ScratchPostgres postgres = new ScratchPostgres("db/handoff");
                Connection own = postgres.connect()) {
            // several were reported at the very same time
            for (int n = 1; n <= 7; n++) {
                ScratchPostgres.run(
                        own,
                        "insert into handoff_dead_letter (id, code, reason, origin, headers, payload, reported_at, state)"
                                + " values (:id, 'BAD_SEAL', '', 'o', '{}', '', cast(:at as timestamptz), :state)",
                        Map.of(
                                "id",
                                new UUID(0, n),
                                "at",
                                Instant.EPOCH.plusSeconds(n / 3).toString(),
                                "state",
                                n % 2 == 0 ? "OPEN" : "REPLAYED"));
            }
            assertThat(pages(own, "", 2)).containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L);
            assertThat(pages(own, "OPEN", 2)).containsExactly(6L, 4L, 2L);
            assertThat(ScratchPostgres.run(own, DeadLetters.OPEN, Map.of()).getFirst())
                    .containsExactly(3L);
        }
    }

    private static List<Long> pages(Connection own, String state, int limit) throws Exception {
        List<Long> all = new ArrayList<>();
        String before = "";
        while (true) {
            List<Object[]> page =
                    ScratchPostgres.run(
                            own, DeadLetters.LIST, Map.of("1", state, "2", before, "3", limit));
            page.forEach(row -> all.add(((UUID) row[0]).getLeastSignificantBits()));
            if (page.size() < limit) {
                return all;
            }
            before = page.getLast()[0].toString();
        }
    }

    /** What was put into the outbox. */
    private static final class Handed implements Outbox {
        private final List<SpecificRecord> messages = new ArrayList<>();

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public void write(Uni<Void> statements) {
            statements.await().indefinitely();
        }

        @Override
        public void whenEnded(Consumer<Boolean> told) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID newId() {
            return new UUID(0, 9);
        }

        @Override
        public Uni<Void> lock(Collection<UUID> changes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, UUID cause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID publish(
                UUID id, String subject, SpecificRecord message, UUID change, UUID cause) {
            messages.add(message);
            return id;
        }

        @Override
        public void deadLetter(
                String code,
                String reason,
                String origin,
                String key,
                Map<String, byte[]> headers,
                byte[] payload) {
            throw new UnsupportedOperationException();
        }
    }
}
