package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.audit.Audit;
import dev.remit.ledger.audit.Database;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.audit.Stored;
import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.FolderForm;
import dev.remit.ledger.certificate.Pack;
import dev.remit.ledger.certificate.PackVerifier;
import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.certificate.Verification;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardEnd;
import dev.remit.ledger.log.ShardPeriod;
import dev.remit.ledger.log.ShardStart;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TlogProof;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.Witness;
import dev.remit.ledger.witness.WitnessFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A log that is kept by periods: what happens when one is over. */
class ShardsTest {
    /** As many leaves follow the start of a shard. */
    private static final int KEYS = KeyTrust.of(Leaver.trusted()).size();

    private static final Instant LAST_YEAR = Instant.parse("2026-12-30T00:00:00Z");
    private static final Instant THIS_YEAR = Instant.parse("2027-01-01T00:00:00Z");
    private static final Instant NEXT_YEAR = Instant.parse("2028-03-01T00:00:00Z");

    private final InMemoryLedger ledger = new InMemoryLedger();
    private int sent;

    ShardsTest() {
        at(LAST_YEAR);
    }

    @Test
    void aPeriodThatIsOverEndsItsShardAndTheNextOneCommitsToIt() throws Exception {
        grow(300);
        Map<String, byte[]> before = new TreeMap<>(ledger.publicFiles);
        keep(ShardPeriod.YEAR);
        at(THIS_YEAR);
        grow(20);

        assertThat(shards()).containsExactly(Shard.FIRST, new Shard("2027", 321));
        assertThat(ShardEnd.parse(ledger.leaf(320)).orElseThrow().next())
                .isEqualTo("log.example/acme/2027");
        Checkpoint end = shown("checkpoint");
        assertThat(end.size()).isEqualTo(321);
        assertThat(ShardStart.parse(ledger.leaf(321)).orElseThrow().previous()).isEqualTo(end);
        assertThat(shown("2027/checkpoint").origin()).isEqualTo("log.example/acme/2027");
        assertThat(shown("2027/checkpoint").size()).isEqualTo(1 + KEYS);
        assertThat(KeyTrust.parse(ledger.leaf(322))).as("its keys are in it at once").isPresent();

        // what was public is so still, with the same bytes
        before.keySet().removeIf(path -> path.startsWith("checkpoint"));
        assertThat(ledger.publicFiles).containsAllEntriesOf(before);
        Map<String, byte[]> sealed = first();
        grow(600);
        assertThat(first()).isEqualTo(sealed);
        assertThat(shown("2027/checkpoint").size()).isEqualTo(601 + KEYS);
        assertThat(findings()).isEmpty();

        at(NEXT_YEAR);
        grow(5);
        assertThat(shards()).extracting(Shard::period).containsExactly("", "2027", "2028");
        assertThat(findings()).isEmpty();
        assertThat(ledger.checkpoints())
                .extracting(Checkpoints.Signed::size)
                .doesNotHaveDuplicates();
        Audit.Result audited = audit(Optional.empty());
        assertThat(audited.outcome()).as(audited.words()).isEqualTo(Audit.Outcome.CONSISTENT);
        assertThat(audited.words()).contains("then shard 2027: size", "then shard 2028: size");
        assertThat(audit(audited.seen()).words())
                .startsWith("shard 2028: size " + (1 + KEYS) + ", 0 new");
    }

    @Test
    void everyLeafHasAProofInItsShard() {
        keep(ShardPeriod.YEAR);
        grow(300);
        at(THIS_YEAR);
        grow(20);
        at(NEXT_YEAR);
        grow(7);
        ProveEntries prove = new ProveEntries(ledger, new KeptTiles(ledger));
        for (Shard shard : shards()) {
            Checkpoint state = shown(Shard.prefix(shard.period()) + "checkpoint");
            for (int index = 0; index < state.size(); index++) {
                TlogProof proof = prove.inclusion(shard.period(), index);
                assertThat(proof.proves(ledger.leaf((int) shard.first() + index), state))
                        .as(shard + " " + index)
                        .isTrue();
            }
        }
        assertThatThrownBy(() -> prove.inclusion("2029", 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aClockThatGoesBackOpensNoShardAgain() throws Exception {
        keep(ShardPeriod.YEAR);
        grow(3);
        at(THIS_YEAR);
        grow(3);
        List<Shard> shards = shards();
        at(LAST_YEAR);
        grow(3);
        at(THIS_YEAR);
        grow(3);
        assertThat(shards()).isEqualTo(shards);
        assertThat(findings()).isEmpty();
    }

    @Test
    void oneClockAloneEndsNoShard() {
        keep(ShardPeriod.YEAR);
        grow(3);
        List<Shard> shards = shards();
        ledger.now = THIS_YEAR;
        grow(3);
        assertThat(shards()).isEqualTo(shards);
        ledger.stored = THIS_YEAR.minusSeconds(30);
        grow(3);
        assertThat(shards()).hasSize(shards.size() + 1);
    }

    @Test
    void ofTwoReplicasOneBeginsTheShard() throws Exception {
        keep(ShardPeriod.YEAR);
        grow(3);
        at(THIS_YEAR);
        ledger.beforeHold = () -> assertThat(ledger.begin.begin().await().indefinitely()).isTrue();
        assertThat(ledger.begin.begin().await().indefinitely()).isFalse();
        publish();
        assertThat(shards()).extracting(Shard::period).containsExactly("", "2026", "2027");
        assertThat(findings()).isEmpty();
    }

    @Test
    void stoppingAnywhereWhileAShardBeginsIsRepairedByTheNextStart() throws Exception {
        int stop = 1;
        for (boolean stopped = true; stopped; stop++) {
            ShardsTest one = new ShardsTest();
            one.keep(ShardPeriod.YEAR);
            one.grow(258);
            Checkpoint before = one.shown("2026/checkpoint");
            one.at(THIS_YEAR);
            stopped = one.growAndStopAt(stop);
            one.ledger.restart();
            one.ledger.publish.agree().await().indefinitely();
            assertThat(one.findings()).as("stopped before step " + stop).isEmpty();
            one.grow(2);
            one.grow(2);
            assertThat(one.shards())
                    .as("stopped before step " + stop)
                    .extracting(Shard::period)
                    .containsExactly("", "2026", "2027");
            assertThat(one.findings()).as("stopped before step " + stop).isEmpty();
            assertThat(one.shown("2026/checkpoint").size()).isGreaterThan(before.size());
            assertThat(one.audit(Optional.empty()).outcome()).isEqualTo(Audit.Outcome.CONSISTENT);
        }
        // leaves, tiles, states of the old shard and of the new one: many steps were stopped before
        assertThat(stop).isGreaterThan(8);
    }

    @Test
    void nothingIsSignedOfAShardBeforeTheEndOfTheLastOneIsSettled() throws Exception {
        cosigned();
        keep(ShardPeriod.YEAR);
        grow(10);
        ledger.silent.add("one");
        at(THIS_YEAR);
        grow(10);
        grow(10);
        assertThat(shards()).hasSize(3);
        assertThat(ledger.publicFiles).doesNotContainKey("2027/checkpoint.signed");
        // a third period: the second shard has nothing signed and cannot end
        at(NEXT_YEAR);
        grow(10);
        assertThat(shards()).hasSize(3);
        assertThat(findings()).isEmpty();

        ledger.silent.clear();
        at(NEXT_YEAR.plusSeconds(600));
        ledger.restart();
        for (int n = 0; n < 6; n++) {
            grow(1);
        }
        assertThat(shards()).extracting(Shard::period).containsExactly("", "2026", "2027", "2028");
        for (String each : List.of("", "2026/", "2027/", "2028/")) {
            assertThat(
                            ledger.policy
                                    .orElseThrow()
                                    .open(
                                            SignedNote.parse(
                                                    ledger.publicFiles.get(each + "checkpoint")))
                                    .isWitnessed())
                    .as(each)
                    .isTrue();
        }
        assertThat(findings()).isEmpty();
    }

    @Test
    void aDatabaseFromBeforeTheShardBeganIsRefused() {
        keep(ShardPeriod.YEAR);
        grow(10);
        int size = ledger.logged();
        at(THIS_YEAR);
        grow(10);
        ledger.rollBackTo(size);
        ledger.restart();
        assertThatThrownBy(() -> ledger.publish.agree().await().indefinitely())
                .hasMessageContaining("rolled back");
        assertThatThrownBy(() -> ledger.publish.publish(1).await().indefinitely())
                .hasMessageContaining("rolled back");
    }

    @Test
    void aWitnessRemembersEachShardAndStopsADatabaseThatWasRolledBack() {
        cosigned();
        keep(ShardPeriod.YEAR);
        grow(10);
        int size = ledger.logged();
        at(THIS_YEAR);
        grow(10);
        grow(10);
        ledger.rollBackTo(size);
        ledger.publicFiles.clear();
        ledger.restart();
        assertThatThrownBy(() -> ledger.publish.agree().await().indefinitely())
                .hasMessageContaining("witness one cosigned");
    }

    @Test
    void aPeriodMayEndWhileNoWitnessAnswers() throws Exception {
        cosigned();
        grow(3);
        keep(ShardPeriod.YEAR);
        at(THIS_YEAR);
        ledger.begin
                .begin()
                .chain(() -> ledger.publish.publish(1))
                .chain(ledger.publish::settle)
                .await()
                .indefinitely();
        ledger.silent.add("one");
        grow(3);
        at(NEXT_YEAR);
        grow(3);
        assertThat(shown("checkpoint").size()).as("the last that is settled").isEqualTo(4);
        assertThat(ledger.publicFiles).doesNotContainKey("2027/checkpoint");

        ledger.silent.clear();
        for (int minute = 1; minute < 4; minute++) {
            at(NEXT_YEAR.plusSeconds(minute * 60L));
            grow(3);
        }
        assertThat(shards()).extracting(Shard::period).containsExactly("", "2027", "2028");
        assertThat(shown("2028/checkpoint").size())
                .isEqualTo(ledger.logged() - shards().getLast().first());
        assertThat(findings()).isEmpty();
    }

    @Test
    void aCertificateProvesWhatIsInSeveralShards() {
        keep(ShardPeriod.YEAR);
        Leaver leaver = new Leaver(1);
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs().subList(0, 2));
        publish();
        at(THIS_YEAR);
        grow(3);
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        publish();
        at(NEXT_YEAR);
        grow(3);
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
        publish();

        byte[] file =
                ledger.certify.certificate(leaver.change).await().indefinitely().orElseThrow();
        Verification verification = verify(file);
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        Certificate.Unverified read = Certificate.read(file);
        assertThat(read.certificate().earlier()).hasSizeGreaterThan(1);
        ledger.certificates.clear();
        grow(300);
        assertThat(ledger.certify.certificate(leaver.change).await().indefinitely()).contains(file);
        assertThat(FolderForm.file(FolderForm.of(read))).isEqualTo(file);

        // each state of an earlier shard is one that the statement names, signed by the log
        Certificate whole = read.certificate();
        assertThat(
                        verify(
                                        with(
                                                read,
                                                earlier ->
                                                        List.of(
                                                                earlier.getLast(),
                                                                earlier.getFirst())))
                                .finding())
                .isEqualTo(Finding.NOT_INCLUDED);
        assertThat(
                        verify(
                                        with(
                                                read,
                                                earlier -> {
                                                    var other = new ArrayList<>(earlier);
                                                    other.set(
                                                            0,
                                                            new Certificate.State(
                                                                    whole.checkpoint(),
                                                                    Optional.empty()));
                                                    return other;
                                                }))
                                .finding())
                .as("a state of the origin that the leaves are in")
                .isEqualTo(Finding.MALFORMED);
        assertThat(verify(with(read, earlier -> earlier.subList(1, earlier.size()))).finding())
                .isEqualTo(Finding.MALFORMED);
        assertThat(
                        verify(
                                        with(
                                                read,
                                                earlier -> {
                                                    var twice = new ArrayList<>(earlier);
                                                    twice.set(1, earlier.getFirst());
                                                    return twice;
                                                }))
                                .finding())
                .as("two states of one origin")
                .isEqualTo(Finding.MALFORMED);
    }

    @Test
    void aPackLeadsThroughTheEndOfAShard() {
        keep(ShardPeriod.YEAR);
        ledger.receive(List.of(new Leaver(0).published()));
        close(new Leaver(1));
        publish();
        close(new Leaver(2));
        at(THIS_YEAR);
        publish();
        grow(3);
        at(THIS_YEAR.plusSeconds(10));
        close(new Leaver(3));
        publish();
        ExportPack.Exported exported =
                ledger.pack(NEXT_YEAR)
                        .export(
                                LAST_YEAR.minus(Duration.ofDays(1)),
                                THIS_YEAR.plusSeconds(60),
                                Population.ALL)
                        .await()
                        .indefinitely();
        Map<String, byte[]> files = Pack.unzip(((ExportPack.Packed) exported).zip());
        assertThat(files).containsKeys("log/checkpoint-end-1.txt", "log/checkpoint-end-2.txt");
        Verification verification = PackVerifier.verify(files, trust());
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        assertThat(verification.outcome()).startsWith("3 changes");
        assertThat(new String(files.get("changes.csv"), StandardCharsets.UTF_8))
                .contains(",2026/", ",2027/");

        // a liar with the log's key ends a shard in another way, and fits the manifest
        String path = "log/checkpoint-end-1.txt";
        Checkpoint end = ledger.log.open(new String(files.get(path), StandardCharsets.UTF_8));
        Checkpoint other = new Checkpoint(end.origin(), end.size(), Hash.sha256(new byte[1]));
        byte[] forged = ledger.log.sign(other, THIS_YEAR).getBytes(StandardCharsets.UTF_8);
        files.put(
                "manifest.json",
                new String(files.get("manifest.json"), StandardCharsets.UTF_8)
                        .replace(Hash.sha256(files.get(path)).hex(), Hash.sha256(forged).hex())
                        .getBytes(StandardCharsets.UTF_8));
        files.put(path, forged);
        assertThat(PackVerifier.verify(files, trust()).finding()).isEqualTo(Finding.NOT_INCLUDED);

        // all of it in one shard, which has one before
        exported =
                ledger.pack(NEXT_YEAR)
                        .export(THIS_YEAR.plusSeconds(5), THIS_YEAR.plusSeconds(60), Population.ALL)
                        .await()
                        .indefinitely();
        Map<String, byte[]> later = Pack.unzip(((ExportPack.Packed) exported).zip());
        verification = PackVerifier.verify(later, trust());
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();

        // a liar says that the log began there
        Map<String, byte[]> liars = new TreeMap<>(later);
        liars.remove("log/checkpoint-before.txt");
        assertThat(PackVerifier.verify(liars, trust()).checks())
                .anyMatch(check ->
                        check.name().equals("period")
                                && check.finding() == Finding.GAP
                                && check.words().endsWith("which is not where the log began"));
    }

    @Test
    void aShardThatIsLeftOutSwappedCutOrWrittenAgainIsFoundByAnAudit() throws Exception {
        keep(ShardPeriod.YEAR);
        grow(20);
        Optional<String> early = audit(Optional.empty()).seen();
        at(THIS_YEAR);
        grow(20);
        at(NEXT_YEAR);
        grow(20);
        grow(1);
        Map<String, byte[]> sound = new TreeMap<>(ledger.publicFiles);
        assertThat(audit(early).outcome()).isEqualTo(Audit.Outcome.CONSISTENT);

        // left out: the shard after it does not follow the one before it
        InMemoryLedger liar = liar(LAST_YEAR, NEXT_YEAR);
        replace(sound, path -> path.startsWith("2026/"), liar.publicFiles);
        assertThat(audit(early).outcome()).isEqualTo(Audit.Outcome.FORK);
        replace(liar.publicFiles, path -> path.startsWith("2028/"), sound);
        assertThat(audit(Optional.empty()).outcome()).isEqualTo(Audit.Outcome.FORK);
        assertThat(findings()).isNotEmpty();

        // swapped for another of the same name, signed by the log's own key
        replace(sound, path -> path.startsWith("2027/"), liar(LAST_YEAR, THIS_YEAR).publicFiles);
        assertThat(audit(early).outcome()).isEqualTo(Audit.Outcome.FORK);
        assertThat(findings()).isNotEmpty();

        // gone: what was to be read cannot be
        replace(sound, path -> path.startsWith("2027/"), Map.of());
        assertThat(audit(early).words()).contains("the next shard, 2027, is not shown yet");
        assertThat(fsck(Optional.empty()).findings())
                .extracting(Fsck.Finding::where)
                .containsExactly("2028/");
        // with the database it is known which one is elsewhere, and what it ended with
        assertThat(fsck(Optional.of(database())).findings()).isEmpty();
        assertThat(fsck(Optional.of(database())).notes())
                .contains("shard '2027': its files are elsewhere, unchecked");

        // an end that was seen is the end
        replace(sound, path -> path.startsWith("2028/"), Map.of());
        Optional<String> ended = audit(early).seen();
        replace(sound, _ -> false, Map.of());
        assertThat(audit(ended).words()).startsWith("shard 2028: size");
        String shorter =
                ledger.checkpoints().stream()
                        .filter(each -> each.state().origin().endsWith("/2027"))
                        .findFirst()
                        .orElseThrow()
                        .note();
        ledger.publicFiles.put("2027/checkpoint", shorter.getBytes(StandardCharsets.UTF_8));
        assertThat(audit(ended).outcome()).isEqualTo(Audit.Outcome.OTHER_ENTRIES);
    }

    /** Another history of the same log, through these years. */
    private InMemoryLedger liar(Instant... years) {
        ShardsTest other = new ShardsTest();
        other.sent = 5_000;
        other.ledger.log = ledger.log;
        other.keep(ShardPeriod.YEAR);
        for (Instant each : years) {
            other.at(each);
            other.grow(20);
            other.grow(1);
        }
        return other.ledger;
    }

    private void replace(
            Map<String, byte[]> sound, Predicate<String> which, Map<String, byte[]> by) {
        ledger.publicFiles.clear();
        sound.forEach((path, bytes) -> {
            if (!which.test(path)) {
                ledger.publicFiles.put(path, bytes);
            }
        });
        by.forEach((path, bytes) -> {
            if (which.test(path)) {
                ledger.publicFiles.put(path, bytes);
            }
        });
    }

    private static byte[] with(
            Certificate.Unverified read, UnaryOperator<List<Certificate.State>> earlier) {
        Certificate certificate = read.certificate();
        return new Certificate.Unverified(
                        new Certificate(
                                certificate.statement(),
                                certificate.checkpoint(),
                                certificate.timestamp(),
                                earlier.apply(certificate.earlier()),
                                certificate.proofs(),
                                certificate.contents(),
                                certificate.summary()),
                        read.statement(),
                        read.keyId(),
                        read.signature())
                .file();
    }

    private static CertificateVerifier.Trust trust() {
        return new CertificateVerifier.Trust(Leaver.trusted(), InMemoryLedger.KEY.verifier());
    }

    private static Verification verify(byte[] file) {
        return CertificateVerifier.verify(file, Optional.of(trust()));
    }

    private void close(Leaver leaver) {
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
    }

    /** Grows, and fails before a commit or a change of files; whether that one came. */
    private boolean growAndStopAt(int stop) {
        int[] steps = {0};
        Runnable step =
                () -> {
                    if (++steps[0] == stop) {
                        throw new IllegalStateException("stopped");
                    }
                };
        ledger.beforeWrite = step;
        ledger.beforeCommit = step;
        try {
            grow(2);
            return false;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("stopped");
            return true;
        } finally {
            ledger.beforeWrite = () -> {};
            ledger.beforeCommit = null;
        }
    }

    private void keep(ShardPeriod period) {
        ledger.period = period;
        ledger.restart();
    }

    @Test
    void aDatabaseBehindTheNextShardsCheckpointIsRefusedWhileTheShardBeforeIsNotSettled() {
        cosigned();
        keep(ShardPeriod.YEAR);
        grow(10);
        ledger.silent.add("one");
        at(THIS_YEAR);
        grow(10);
        assertThat(shards()).hasSize(3);
        // another replica, on a database that is ahead of this one, has gone on
        Checkpoint ahead =
                new Checkpoint("log.example/acme/2027", 999, Hash.sha256(new byte[] {1}));
        ledger.publicFiles.put(
                "2027/checkpoint.signed",
                ledger.log.sign(ahead, THIS_YEAR).getBytes(StandardCharsets.UTF_8));
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () ->
                        assertThatThrownBy(() -> ledger.publish.publish(1).await().indefinitely())
                                .isInstanceOf(RolledBack.class)
                                .hasMessageContaining("999"));
    }

    private void at(Instant time) {
        ledger.now = time;
        ledger.stored = time;
    }

    private void grow(int number) {
        List<Received> messages = new ArrayList<>();
        for (int n = 0; n < number; n++) {
            messages.add(new Leaver(10_000 + sent++).activity());
        }
        ledger.receiveFresh(messages);
        publish();
    }

    /** As each second; what fails is told. */
    private void publish() {
        ledger.publish
                .publish(1)
                .chain(ledger.begin::begin)
                .chain(() -> ledger.publish.publish(1))
                .chain(ledger.publish::settle)
                .chain(() -> ledger.publish.publish(1))
                .chain(ledger.publish::settle)
                .await()
                .indefinitely();
    }

    private void cosigned() {
        NoteSigner signer =
                NoteSigner.generate(
                        "witness.example/one",
                        NoteKey.Kind.ED25519_COSIGNATURE,
                        new SecureRandom());
        Map<String, String> kept = new HashMap<>();
        ledger.cosigners.put(
                "one",
                new Witness(
                        List.of(signer),
                        List.of(NoteKey.of(InMemoryLedger.KEY.verifier())),
                        new Witness.Cosigned() {
                            @Override
                            public Optional<String> last(String origin) {
                                return named(WitnessFolder.id(origin));
                            }

                            @Override
                            public Optional<String> named(String id) {
                                return Optional.ofNullable(kept.get(id));
                            }

                            @Override
                            public void keep(String origin, String note) {
                                kept.put(WitnessFolder.id(origin), note);
                            }
                        }));
        ledger.policy =
                Optional.of(
                        TrustPolicy.parse(
                                "log %s\nwitness one %s http://one\nquorum one\n"
                                        .formatted(
                                                InMemoryLedger.KEY.verifier(), signer.verifier())));
        ledger.restart();
    }

    private List<Shard> shards() {
        return ledger.shards().await().indefinitely().all();
    }

    private Checkpoint shown(String path) {
        return ledger.log.open(new String(ledger.publicFiles.get(path), StandardCharsets.UTF_8));
    }

    private Map<String, byte[]> first() {
        Map<String, byte[]> files = new TreeMap<>(ledger.publicFiles);
        files.keySet().removeIf(path -> path.startsWith("2"));
        return files;
    }

    private Audit.Result audit(Optional<String> seen) {
        return new Audit(
                        path -> Optional.ofNullable(ledger.publicFiles.get(path)),
                        ledger.log.witnesses(),
                        List.of(),
                        List.of())
                .follow(seen);
    }

    private List<Fsck.Finding> findings() throws Exception {
        return fsck(Optional.of(database())).findings();
    }

    private Fsck.Report fsck(Optional<Database> database) throws Exception {
        return Fsck.run(
                new Stored() {
                    @Override
                    public List<String> list() {
                        return List.copyOf(ledger.publicFiles.keySet());
                    }

                    @Override
                    public Optional<byte[]> read(String path) throws IOException {
                        return Optional.ofNullable(ledger.publicFiles.get(path));
                    }
                },
                ledger.log.witnesses(),
                database,
                List.of());
    }

    private Database database() {
        return AuditedLogTest.database(ledger);
    }
}
