package dev.remit.ledger.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.handoff.merkle.Merkle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignedNoteTest {
    private static final Instant TIME = Instant.parse("2026-03-01T10:00:00Z");
    private static final String TEXT =
            new Checkpoint("log.example/acme", 7, Merkle.leafHash(new byte[] {1})).text();

    private final List<NoteSigner> signers = new ArrayList<>();

    SignedNoteTest() {
        for (NoteKey.Kind kind : NoteKey.Kind.values()) {
            signers.add(NoteSigner.generate("log.example/acme", kind, new SecureRandom()));
        }
    }

    @Test
    void aCheckpointIsSignedByEachKindOfKeyAndEachVerifies() {
        String note = SignedNote.sign(TEXT, signers, TIME);
        List<SignedNote.Verified> verified = SignedNote.parse(note).verified(keys());
        assertThat(verified).extracting(SignedNote.Verified::key).containsExactlyElementsOf(keys());
        assertThat(verified)
                .extracting(SignedNote.Verified::time)
                .containsExactly(0L, TIME.getEpochSecond(), TIME.getEpochSecond());
        assertThat(SignedNote.parse(note).note()).isEqualTo(note);
    }

    @Test
    void aKeyIsReadAsItIsWrittenAndNeverShowsItsSeed() {
        for (NoteSigner signer : signers) {
            NoteSigner read = NoteSigner.parse(signer.secretText());
            assertThat(read.verifier()).isEqualTo(signer.verifier());
            assertThat(NoteKey.parse(signer.verifier().toString())).isEqualTo(signer.verifier());
            assertThat(signer.toString()).doesNotContain(signer.secretText().substring(30));
            String broken = signer.secretText().substring(0, signer.secretText().length() - 5);
            assertThatThrownBy(() -> NoteSigner.parse(broken))
                    .hasMessageNotContaining(broken.substring(broken.length() - 20));
        }
    }

    @Test
    void anAlteredBitOfTextTimeOrSignatureRefusesTheNoteOfAKnownKey() {
        for (NoteSigner signer : signers) {
            SignedNote note = SignedNote.parse(SignedNote.sign(TEXT, List.of(signer), TIME));
            List<NoteKey> key = List.of(signer.verifier());
            assertThat(note.verified(key)).hasSize(1);
            byte[] line = note.lines().getFirst().bytes();
            for (int at : new int[] {4, 11, 12, 20, line.length / 2, line.length - 1}) {
                byte[] altered = line.clone();
                altered[at] ^= 1;
                SignedNote other =
                        new SignedNote(
                                TEXT,
                                List.of(new SignedNote.Line(signer.verifier().name(), altered)));
                assertThatThrownBy(() -> other.verified(key)).hasMessageContaining("not verify");
            }
            SignedNote other = new SignedNote(TEXT.replace("\n7\n", "\n8\n"), note.lines());
            assertThatThrownBy(() -> other.verified(key)).hasMessageContaining("not verify");
        }
    }

    @Test
    void anMlDsaCosignatureIsBoundToItsSignersName() {
        NoteSigner signer = signers.getLast();
        NoteKey renamed =
                new NoteKey(
                        "other.example",
                        NoteKey.Kind.ML_DSA_44_COSIGNATURE,
                        signer.verifier().key());
        byte[] line =
                SignedNote.parse(SignedNote.sign(TEXT, List.of(signer), TIME))
                        .lines()
                        .getFirst()
                        .bytes();
        assertThat(renamed.verify(TEXT, java.util.Arrays.copyOfRange(line, 4, line.length)))
                .isEmpty();
    }

    @Test
    void linesOfUnknownKeysArePassedOverAndNobodysNoteIsRefused() {
        String note = SignedNote.sign(TEXT, signers, TIME);
        NoteKey stranger =
                NoteSigner.generate("log.example/acme", NoteKey.Kind.ED25519, new SecureRandom())
                        .verifier();
        assertThatThrownBy(() -> SignedNote.parse(note).verified(List.of(stranger)))
                .hasMessageContaining("not signed by");
        assertThat(SignedNote.parse(note).verified(List.of(stranger, keys().getFirst())))
                .hasSize(1);
    }

    @Test
    void theLastBlankLineSeparatesAndSixteenSignaturesAreAccepted() {
        String text = "first\n\nsecond\n";
        String line = signers.getFirst().line(text, TIME);
        String note = text + "\n" + String.join("", Collections.nCopies(16, line));
        assertThat(SignedNote.parse(note).text()).isEqualTo(text);
        assertThat(SignedNote.parse(note).verified(keys())).hasSize(1);
        assertThatThrownBy(() ->
                        SignedNote.parse(
                                text + "\n" + String.join("", Collections.nCopies(101, line))))
                .hasMessageContaining("more than 100");
        for (String name : List.of("a b", "a+b", "a\u00a0b", "a\u2003b", "a\u3000b", "")) {
            String renamed = note.replace("\u2014 log.example/acme ", "\u2014 " + name + " ");
            assertThatThrownBy(() -> SignedNote.parse(renamed)).hasMessageContaining("not read");
        }
    }

    @Test
    void thePublicNotesAreDecidedAsTheySay() throws IOException {
        JsonNode vectors = Vectors.json("c2sp-text/signed_notes.json");
        List<NoteKey> keys = new ArrayList<>();
        for (JsonNode vkey : vectors.path("vkeys_ok")) {
            keys.add(NoteKey.parse(vkey.asText()));
            String text = vkey.asText();
            for (int from = 0; from < text.length(); from++) {
                for (int to = from; to <= text.length(); to++) {
                    String part = text.substring(from, to);
                    if (part.length() < text.length()) {
                        assertThatThrownBy(() -> NoteKey.parse(part))
                                .isInstanceOf(IllegalArgumentException.class);
                    }
                }
            }
        }
        for (JsonNode vkey : vectors.path("vkeys_bad")) {
            assertThatThrownBy(() -> NoteKey.parse(vkey.asText()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (JsonNode vector : vectors.path("verify_ok")) {
            assertThat(
                            SignedNote.parse(vector.path("note").asText()).verified(keys).stream()
                                    .map(each -> each.key().name()))
                    .containsExactlyElementsOf(
                            Vectors.each(vector.path("signers")).stream()
                                    .map(JsonNode::asText)
                                    .toList());
        }
        for (JsonNode vector : vectors.path("reject")) {
            byte[] note =
                    vector.has("note")
                            ? vector.path("note").asText().getBytes(StandardCharsets.UTF_8)
                            : Base64.getDecoder().decode(vector.path("note_b64").asText());
            assertThatThrownBy(() -> SignedNote.parse(note).verified(keys))
                    .as(vector.path("why").asText())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(NoteSigner.parse(vectors.path("skey").path("value").asText()).verifier())
                .isEqualTo(keys.getFirst());
    }

    @Test
    void thePublicCheckpointsAreDecidedAsTheySay() throws IOException {
        JsonNode vectors = Vectors.json("c2sp-text/checkpoint_bodies.json");
        for (JsonNode vector : vectors.path("ok")) {
            // its roots are words, which no SHA-256 tree has: 32 bytes in their place
            String[] lines = vector.path("body").asText().split("\n", -1);
            lines[2] = Merkle.root(List.of()).toString();
            Checkpoint checkpoint = Checkpoint.parse(String.join("\n", lines));
            assertThat(checkpoint.origin()).isEqualTo(vector.path("origin").asText());
            assertThat(checkpoint.size()).isEqualTo(vector.path("size").asLong());
            assertThatThrownBy(() -> Checkpoint.parse(vector.path("body").asText()))
                    .hasMessageContaining("SHA-256");
        }
        for (JsonNode body : vectors.path("reject")) {
            assertThatThrownBy(() -> Checkpoint.parse(body.asText()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void wycheproofsSignaturesAreDecidedAsTheySay() throws IOException {
        assertThat(wycheproof("ed25519_test.json", NoteKey.Kind.ED25519)).isEqualTo(151);
        // those with a context are of no kind that a note has
        assertThat(wycheproof("mldsa_44_verify_test.json", NoteKey.Kind.ML_DSA_44_COSIGNATURE))
                .isEqualTo(173);
    }

    private static int wycheproof(String file, NoteKey.Kind kind) throws IOException {
        HexFormat hex = HexFormat.of();
        List<String> wrong = new ArrayList<>();
        int count = 0;
        for (JsonNode group :
                Vectors.json("wycheproof/testvectors_v1/" + file).path("testGroups")) {
            JsonNode key = group.path("publicKey");
            String bytes = key.isObject() ? key.path("pk").asText() : key.asText();
            for (JsonNode vector : group.path("tests")) {
                if (!vector.path("ctx").asText("").isEmpty()) {
                    continue;
                }
                count++;
                boolean accepted;
                try {
                    accepted =
                            new NoteKey("name", kind, hex.parseHex(bytes))
                                    .verifies(
                                            hex.parseHex(vector.path("msg").asText()),
                                            hex.parseHex(vector.path("sig").asText()));
                } catch (IllegalArgumentException e) {
                    accepted = false;
                }
                if (accepted != vector.path("result").asText().equals("valid")) {
                    wrong.add(vector.path("tcId").asText() + vector.path("comment").asText());
                }
            }
        }
        assertThat(wrong).isEmpty();
        return count;
    }

    private List<NoteKey> keys() {
        return signers.stream().map(NoteSigner::verifier).toList();
    }
}
