package dev.remit.ledger.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.merkle.Merkle;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrustPolicyTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final NoteSigner LOG =
            NoteSigner.generate("log.example/acme", NoteKey.Kind.ED25519, RANDOM);
    private static final Map<String, NoteSigner> WITNESSES =
            Stream.of("x1", "x2", "x3", "y1", "y2")
                    .collect(
                            Collectors.toMap(
                                    name -> name,
                                    name ->
                                            NoteSigner.generate(
                                                    "witness.example/" + name,
                                                    name.startsWith("x")
                                                            ? NoteKey.Kind.ED25519_COSIGNATURE
                                                            : NoteKey.Kind.ML_DSA_44_COSIGNATURE,
                                                    RANDOM)));
    private static final String MEMBERS =
            "# a comment\n\n\tlog "
                    + LOG.verifier()
                    + " https://log.example \n"
                    + WITNESSES.entrySet().stream()
                            .map(each ->
                                    "witness " + each.getKey() + "\t" + each.getValue().verifier())
                            .sorted()
                            .collect(Collectors.joining("\n"))
                    + "\n";
    private static final String TEXT =
            new Checkpoint("log.example/acme", 3, Merkle.leafHash(new byte[0])).text();

    @Test
    void aQuorumOfGroupsIsMetByEnoughOfEach() {
        TrustPolicy policy =
                TrustPolicy.parse(
                        MEMBERS
                                + "group xs 2 x1 x2 x3\ngroup ys any y1 y2\n"
                                + "group both all xs ys\nquorum both\n");
        assertThat(policy.open(note("x1", "x3", "y2")).isWitnessed()).isTrue();
        assertThat(policy.open(note("x1", "x2", "x3")).isWitnessed()).isFalse();
        assertThat(policy.open(note("x1", "y1", "y2")).isWitnessed()).isFalse();
        assertThat(policy.open(note()).isWitnessed()).isFalse();
        assertThat(policy.open(note("y2", "x1")).witnesses()).containsExactly("x1", "y2");
        assertThat(policy.asksForWitnesses()).isTrue();
        assertThat(policy.isMetBy(Set.of("x1", "x2", "y1"))).isTrue();
    }

    @Test
    void aWitnessAloneOrNoneCanBeTheQuorum() {
        assertThat(TrustPolicy.parse(MEMBERS + "quorum y1\n").open(note("y1")).isWitnessed())
                .isTrue();
        TrustPolicy none = TrustPolicy.parse(MEMBERS + "quorum none\n");
        assertThat(none.open(note()).isWitnessed()).isTrue();
        assertThat(none.asksForWitnesses()).isFalse();
    }

    @Test
    void aNoteWithoutTheLogsSignatureIsRefusedHoweverManyWitnessesCosignedIt() {
        TrustPolicy policy = TrustPolicy.parse(MEMBERS + "quorum none\n");
        String note = SignedNote.sign(TEXT, WITNESSES.values(), Instant.EPOCH);
        assertThatThrownBy(() -> policy.open(SignedNote.parse(note)))
                .hasMessageContaining("not signed by log.example/acme");
        String other = TEXT.replace("acme", "other");
        String foreign = SignedNote.sign(other, List.of(LOG), Instant.EPOCH);
        assertThatThrownBy(() -> policy.open(SignedNote.parse(foreign)))
                .hasMessageContaining("of the log log.example/other");
    }

    @Test
    void aCosignatureThatDoesNotVerifyRefusesTheNote() {
        SignedNote note = note("x1");
        byte[] line = note.lines().getLast().bytes();
        line[line.length - 1] ^= 1;
        SignedNote altered =
                new SignedNote(
                        note.text(),
                        List.of(
                                note.lines().getFirst(),
                                new SignedNote.Line("witness.example/x1", line)));
        assertThatThrownBy(() -> TrustPolicy.parse(MEMBERS + "quorum none\n").open(altered))
                .hasMessageContaining("not verify");
    }

    @Test
    void eachRuleOfThePolicyTextRefusesByName() {
        refused("", "no quorum");
        refused("quorum z\n", "z is not defined");
        refused("quorum none\nquorum none\n", "there already");
        refused("group g any x1\ngroup h any x1\nquorum g\n", "x1 is in a group already");
        refused("group g 3 x1 x2\nquorum g\n", "threshold");
        refused("group g 0 x1 x2\nquorum g\n", "threshold");
        refused("group g any later\nquorum g\n", "later is not defined");
        refused("group g any none\nquorum g\n", "none is not defined");
        refused("group x1 any x2\nquorum none\n", "x1 is taken");
        refused("witness none " + WITNESSES.get("x1").verifier() + "\nquorum none\n", "taken");
        refused("witness z " + WITNESSES.get("x1").verifier() + "\nquorum none\n", "twice");
        refused("witness z " + LOG.verifier() + "\nquorum none\n", "cosignatures");
        refused("log " + WITNESSES.get("x1").verifier() + "\nquorum none\n", "kind of a witness");
        refused("log " + LOG.verifier() + "\nquorum none\n", "twice");
        refused("frog x\nquorum none\n", "no keyword");
        refused("quorum none\u0001\n", "control character");
    }

    private static void refused(String rest, String word) {
        assertThatThrownBy(() -> TrustPolicy.parse(MEMBERS + rest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(word);
    }

    private static SignedNote note(String... witnesses) {
        return SignedNote.parse(
                SignedNote.sign(
                        TEXT,
                        Stream.concat(Stream.of(LOG), Stream.of(witnesses).map(WITNESSES::get))
                                .toList(),
                        Instant.EPOCH));
    }
}
