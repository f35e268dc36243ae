package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.audit.Audit;
import dev.remit.ledger.audit.Database;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.audit.Stored;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as it is checked from the inside and from the outside. */
class AuditedLogTest {
    private final InMemoryLedger ledger = new InMemoryLedger();
    private final TrustPolicy policy = ledger.log.witnesses();
    private final Audit audit =
            new Audit(
                    path -> Optional.ofNullable(ledger.publicFiles.get(path)),
                    policy,
                    List.of(),
                    List.of());
    private int sent;

    @TempDir Path folder;

    @Test
    void aSoundLogIsFoundClean() throws Exception {
        grow(70, 300, 600, 1);
        Fsck.Report report = fsck();
        assertThat(report.findings()).isEmpty();
        assertThat(report.leaves()).isEqualTo(971);
        // four signed and settled, and the two public ones
        assertThat(report.checkpoints()).isEqualTo(10);
        assertThat(report.notes()).isEmpty();
    }

    @Test
    void whatAnEarlierQuorumCosignedIsAuditedByIt() {
        grow(70);
        String log = "log %s\n".formatted(InMemoryLedger.KEY.verifier());
        NoteSigner witness =
                NoteSigner.generate(
                        "witness.example/one",
                        NoteKey.Kind.ED25519_COSIGNATURE,
                        new SecureRandom());
        TrustPolicy now =
                TrustPolicy.parse(log + "witness one " + witness.verifier() + "\nquorum one\n");
        for (long until : new long[] {69, 70}) {
            EarlierPolicy then =
                    EarlierPolicy.parse(
                            log + "quorum none\nuntil log.example/acme " + until + "\n");
            assertThat(
                            new Audit(
                                            path ->
                                                    Optional.ofNullable(
                                                            ledger.publicFiles.get(path)),
                                            now,
                                            List.of(then),
                                            List.of())
                                    .follow(Optional.empty())
                                    .outcome())
                    .isEqualTo(until == 70 ? Audit.Outcome.CONSISTENT : Audit.Outcome.NO_QUORUM);
        }
    }

    @Test
    void whatWasWrittenAndNotSignedIsNoFault() throws Exception {
        grow(70);
        Map<String, byte[]> before = new TreeMap<>(ledger.publicFiles);
        grow(500);
        ledger.publicFiles.putAll(
                Map.of(
                        "checkpoint", before.get("checkpoint"),
                        "checkpoint.signed", before.get("checkpoint.signed")));
        write();
        Fsck.Report report = Fsck.run(Stored.in(folder), policy, Optional.empty(), List.of());
        assertThat(report.findings()).isEmpty();
        assertThat(report.leaves()).isEqualTo(70);
    }

    @Test
    void aLedgerThatGoesOnWhileItIsCheckedIsClean() throws Exception {
        grow(70);
        write();
        grow(500);
        Fsck.Report report =
                Fsck.run(Stored.in(folder), policy, Optional.of(database()), List.of());
        assertThat(report.findings()).isEmpty();
        assertThat(report.leaves()).isEqualTo(70);
        assertThat(report.notes()).containsExactly("checkpoint 570: signed, and not public yet");
    }

    @Test
    void aFlippedBitInAnyStoredFileIsFound() throws Exception {
        grow(70, 300, 600, 1);
        Map<String, byte[]> sound = new TreeMap<>(ledger.publicFiles);
        assertThat(sound.keySet())
                .contains(
                        "checkpoint",
                        "checkpoint.signed",
                        "tile/0/000",
                        "tile/0/003.p/203",
                        "tile/1/000.p/3",
                        "tile/entries/000",
                        "tile/entries/000.p/70",
                        "tile/entries/003.p/203");
        for (String path : sound.keySet()) {
            byte[] file = sound.get(path);
            for (int at : new int[] {0, file.length / 2, file.length - 1}) {
                byte[] altered = file.clone();
                altered[at] ^= 0x01;
                ledger.publicFiles.put(path, altered);
                write();
                for (boolean database : new boolean[] {true, false}) {
                    assertThat(
                                    Fsck.run(
                                                    Stored.in(folder),
                                                    policy,
                                                    database
                                                            ? Optional.of(database())
                                                            : Optional.empty(),
                                                    List.of())
                                            .findings())
                            .as(path + " at " + at + ", database " + database)
                            .isNotEmpty();
                }
            }
            ledger.publicFiles.put(path, file);
        }
        assertThat(fsck().findings()).isEmpty();
    }

    @Test
    void aFileThatIsMissingOrStrangeIsFound() throws Exception {
        grow(70, 300, 600);
        Map<String, byte[]> sound = new TreeMap<>(ledger.publicFiles);
        for (String path : List.of("tile/0/000", "tile/1/000.p/3", "tile/entries/001")) {
            ledger.publicFiles.remove(path);
            assertThat(fsck().findings()).extracting(Fsck.Finding::where).contains(path);
            ledger.publicFiles.putAll(sound);
        }
        ledger.publicFiles.put("tile/0/notes", new byte[] {1});
        assertThat(fsck().findings())
                .extracting(Fsck.Finding::where)
                .containsExactly("tile/0/notes");
    }

    @Test
    void anAlteredLeafOrALostEndOfTheDatabaseIsFound() throws Exception {
        grow(70, 300);
        ledger.replaceLeaf(42);
        assertThat(fsck().findings())
                .extracting(Fsck.Finding::where)
                .contains("database, leaves to 69", "database, leaves to 369");
        ledger.forgetFrom(300);
        assertThat(fsck().findings())
                .extracting(Fsck.Finding::what)
                .anyMatch(what -> what.contains("rolled back"));
    }

    @Test
    void anOutsiderFollowsTheLogThroughEveryEntry() throws IOException {
        grow(70);
        Audit.Result first = audit.follow(Optional.empty());
        assertThat(first.outcome()).isEqualTo(Audit.Outcome.CONSISTENT);
        grow(1);
        grow(300, 600);
        Audit.Result second = audit.follow(first.seen());
        assertThat(second.outcome()).isEqualTo(Audit.Outcome.CONSISTENT);
        assertThat(second.words()).startsWith("size 971, 901 new");
        assertThat(audit.follow(second.seen()).words()).startsWith("size 971, 0 new");
        String seenLast = second.seen().orElseThrow();
        int root = seenLast.indexOf('\n') + 1;
        String altered =
                seenLast.substring(0, root)
                        + (seenLast.charAt(root) == 'z' ? 'y' : 'z')
                        + seenLast.substring(root + 1);
        assertThatThrownBy(() -> audit.follow(Optional.of(altered)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anOutsiderFindsAForkASmallerLogOtherEntriesAndAForeignSignature() throws Exception {
        grow(70);
        Optional<String> seen = audit.follow(Optional.empty()).seen();
        Map<String, byte[]> small = new TreeMap<>(ledger.publicFiles);
        grow(300);
        Optional<String> later = audit.follow(seen).seen();
        Map<String, byte[]> sound = new TreeMap<>(ledger.publicFiles);

        ledger.publicFiles.putAll(small);
        assertThat(audit.follow(later).outcome()).isEqualTo(Audit.Outcome.SMALLER);
        ledger.publicFiles.putAll(sound);

        byte[] bundle = sound.get("tile/entries/001.p/114").clone();
        bundle[bundle.length - 3] ^= 1;
        ledger.publicFiles.put("tile/entries/001.p/114", bundle);
        assertThat(audit.follow(seen).outcome()).isEqualTo(Audit.Outcome.OTHER_ENTRIES);
        ledger.publicFiles.remove("tile/entries/001.p/114");
        assertThat(audit.follow(seen).outcome()).isEqualTo(Audit.Outcome.UNREACHABLE);

        // the log's key signs another history
        ledger.publicFiles.clear();
        ledger.rollBackTo(40);
        sent += 1_000;
        grow(400);
        assertThat(audit.follow(seen).outcome()).isEqualTo(Audit.Outcome.FORK);
        assertThat(audit.follow(later).outcome()).isEqualTo(Audit.Outcome.FORK);

        ledger.publicFiles.put(
                "checkpoint",
                new String(sound.get("checkpoint"), StandardCharsets.UTF_8)
                        .replace("\n370\n", "\n371\n")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(audit.follow(seen).outcome()).isEqualTo(Audit.Outcome.NOT_SIGNED);
        ledger.publicFiles.clear();
        assertThat(audit.follow(seen).outcome()).isEqualTo(Audit.Outcome.UNREACHABLE);
    }

    private Fsck.Report fsck() throws IOException, SQLException {
        write();
        return Fsck.run(Stored.in(folder), policy, Optional.of(database()), List.of());
    }

    private Database database() {
        return database(ledger);
    }

    static Database database(InMemoryLedger ledger) {
        return new Database() {
            @Override
            public void leaves(long from, long to, Leaves told) {
                for (long n = from; n < Math.min(to, ledger.logged()); n++) {
                    told.leaf(n, ledger.leaf((int) n));
                }
            }

            @Override
            public List<Shard> shards() {
                return ledger.shards().await().indefinitely().all();
            }

            @Override
            public List<Kept> checkpoints() {
                return ledger.checkpoints().stream()
                        .map(each ->
                                new Kept(
                                        each.size(),
                                        each.note(),
                                        each.settled().map(_ -> each.note()),
                                        each.timestamp()))
                        .toList();
            }

            @Override
            public long size() {
                return ledger.logged();
            }
        };
    }

    private void write() throws IOException {
        try (Stream<Path> old = Files.walk(folder)) {
            for (Path each : old.sorted(Comparator.reverseOrder()).toList()) {
                if (!each.equals(folder)) {
                    Files.delete(each);
                }
            }
        }
        for (Map.Entry<String, byte[]> each : ledger.publicFiles.entrySet()) {
            Path file = folder.resolve(each.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
    }

    private void grow(int... steps) {
        for (int step : steps) {
            List<Received> messages = new ArrayList<>();
            for (int n = 0; n < step; n++) {
                messages.add(new Leaver(10_000 + sent++).activity());
            }
            ledger.receiveFresh(messages);
            ledger.publish.publish(1).await().indefinitely();
        }
    }
}
