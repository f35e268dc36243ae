package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Topic;
import dev.remit.handoff.loop.Polled;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.audit.Audit;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.audit.Stored;
import dev.remit.ledger.log.OffsetManifest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message that was deleted or skipped before the ledger read it shows in the log. */
class AccountOffsetsTest {
    private static final String PROPOSED = Topic.CHANGE_PROPOSED.topicName();
    private static final String CHARTERS = Topic.CHARTER.topicName();

    private final InMemoryLedger ledger = new InMemoryLedger();
    private int sent;

    @TempDir Path folder;

    @Test
    void whatWasReadIsAccountedForOncePerCheckpoint() throws Exception {
        poll(PROPOSED, 0, 1, 2);
        poll(PROPOSED, 3, 4);
        publish();
        poll(PROPOSED, 5);
        publish();
        List<OffsetManifest.Range> ranges = ranges();
        assertThat(ranges).hasSize(2);
        assertThat(ranges.getFirst())
                .isEqualTo(
                        new OffsetManifest.Range(
                                PROPOSED, 3, 0, 4, 5, chain(PROPOSED, 0, 1, 2, 3, 4), List.of()));
        assertThat(ranges.getLast())
                .isEqualTo(
                        new OffsetManifest.Range(
                                PROPOSED,
                                3,
                                5,
                                5,
                                1,
                                chain(PROPOSED, 0, 1, 2, 3, 4, 5),
                                List.of()));
        assertThat(fsck()).isEmpty();
        assertThat(audit(Optional.empty()).outcome()).isEqualTo(Audit.Outcome.CONSISTENT);
    }

    @Test
    void whatIsReadAgainIsNotCountedAgain() throws Exception {
        poll(PROPOSED, 0, 1, 2);
        publish();
        poll(PROPOSED, 1, 2, 3);
        publish();
        poll(PROPOSED, 2, 3);
        publish();
        assertThat(ranges())
                .extracting(OffsetManifest.Range::from, OffsetManifest.Range::to)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0L, 2L),
                        org.assertj.core.groups.Tuple.tuple(3L, 3L));
        assertThat(ranges().getLast().chain()).isEqualTo(chain(PROPOSED, 0, 1, 2, 3));
        assertThat(fsck()).isEmpty();
    }

    @Test
    void aMessageThatWasNotThereToBeReadIsFoundFromInsideAndOutside() throws Exception {
        poll(PROPOSED, 0, 1, 2);
        publish();
        Audit.Result before = audit(Optional.empty());
        assertThat(before.outcome()).isEqualTo(Audit.Outcome.CONSISTENT);
        // within a poll, and between two
        poll(PROPOSED, 3, 6);
        poll(PROPOSED, 8);
        publish();
        assertThat(fsck())
                .hasSize(2)
                .anyMatch(what -> what.startsWith(PROPOSED + "-3 held nothing from offset 4 to 5"))
                .anyMatch(what -> what.startsWith(PROPOSED + "-3 held nothing from offset 7 to 7"));
        Audit.Result after = audit(before.seen());
        assertThat(after.outcome()).isEqualTo(Audit.Outcome.UNREAD);
        assertThat(after.words()).contains("held nothing from offset 4 to 5");
        // the next audit goes on: what was said is said once
        poll(PROPOSED, 9);
        publish();
        assertThat(audit(after.seen()).outcome()).isEqualTo(Audit.Outcome.CONSISTENT);
    }

    @Test
    void aCompactedTopicMayHaveHoles() throws Exception {
        poll(CHARTERS, 2, 7);
        publish();
        assertThat(fsck()).isEmpty();
        assertThat(run().notes())
                .anyMatch(note -> note.endsWith(CHARTERS + "-3 is accounted for from offset 2 on"))
                .anyMatch(note -> note.endsWith("held nothing from offset 3 to 6: compacted"));
    }

    @Test
    void aManifestThatLeavesOffsetsOutOrSaysThemTwiceIsFound() throws Exception {
        poll(PROPOSED, 0, 1);
        publish();
        Audit.Result before = audit(Optional.empty());
        log(new OffsetManifest.Range(PROPOSED, 3, 4, 5, 2, chain(PROPOSED, 0), List.of()));
        log(new OffsetManifest.Range(PROPOSED, 3, 5, 6, 2, chain(PROPOSED, 0), List.of()));
        log(new OffsetManifest.Range(PROPOSED, 3, 7, 9, 2, chain(PROPOSED, 0), List.of()));
        publish();
        assertThat(fsck())
                .containsExactly(
                        "nothing accounts for " + PROPOSED + "-3 from offset 2 to 3",
                        PROPOSED + "-3 is accounted for from offset 5 on, which was so to 5 before",
                        PROPOSED
                                + "-3, offsets 7 to 9: says that 2 records were read, and of the others nothing");
        assertThat(audit(before.seen()).words()).contains("from offset 2 to 3");
    }

    @Test
    void aManifestThatDoesNotReadIsFound() throws Exception {
        grow();
        ledger.append(
                        new java.util.UUID(0, 9),
                        OffsetManifest.TYPE,
                        "offset-manifest/v1\nread x\n".getBytes(StandardCharsets.UTF_8),
                        Leaver.NOW)
                .await()
                .indefinitely();
        publish();
        assertThat(fsck()).containsExactly("manifest: 'read x' does not read");
    }

    @Test
    void veryManyHolesFitInOneLeaf() throws Exception {
        poll(PROPOSED, LongStream.range(0, 500).map(each -> 2 * each).toArray());
        publish();
        assertThat(ranges().getFirst().holes()).hasSize(10);
        assertThat(fsck()).hasSize(10).noneMatch(what -> what.contains("of the others nothing"));
    }

    private void poll(String topic, long... offsets) {
        grow();
        ledger.offsets
                .polled(
                        LongStream.of(offsets)
                                .mapToObj(each -> new Polled(topic, 3, each, hash(each)))
                                .toList())
                .await()
                .indefinitely();
    }

    /** One message, so that there is something to publish. */
    private void grow() {
        ledger.receiveFresh(List.of(new Leaver(sent++).handoffs().getFirst()));
    }

    private void log(OffsetManifest.Range range) {
        ledger.append(
                        new java.util.UUID(0, range.from()),
                        OffsetManifest.TYPE,
                        new OffsetManifest(List.of(range)).leaf(),
                        Leaver.NOW)
                .await()
                .indefinitely();
        grow();
    }

    private void publish() {
        ledger.publish.publish().await().indefinitely();
    }

    private static Hash hash(long offset) {
        return Hash.sha256(new byte[] {(byte) offset});
    }

    private static Hash chain(String topic, long... offsets) {
        Hash chain = OffsetManifest.start(topic, 3);
        for (long each : offsets) {
            chain = OffsetManifest.next(chain, each, hash(each));
        }
        return chain;
    }

    private List<OffsetManifest.Range> ranges() {
        List<OffsetManifest.Range> ranges = new ArrayList<>();
        for (int n = 0; n < ledger.logged(); n++) {
            OffsetManifest.parse(ledger.leaf(n)).ifPresent(each -> ranges.addAll(each.ranges()));
        }
        return ranges;
    }

    private Audit.Result audit(Optional<String> seen) {
        return new Audit(
                        path -> Optional.ofNullable(ledger.publicFiles.get(path)),
                        ledger.log.witnesses(),
                        List.of(),
                        List.of())
                .follow(seen);
    }

    private List<String> fsck() throws Exception {
        return run().findings().stream().map(Fsck.Finding::what).toList();
    }

    private Fsck.Report run() throws Exception {
        for (Map.Entry<String, byte[]> file : ledger.publicFiles.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return Fsck.run(Stored.in(folder), ledger.log.witnesses(), Optional.empty(), List.of());
    }
}
