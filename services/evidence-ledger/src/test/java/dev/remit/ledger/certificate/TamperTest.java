package dev.remit.ledger.certificate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.passkey.SoftAuthenticator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Every byte and every field of a certificate changed, one with everything in it (a passkey's
 * signature, both kinds of log signatures, witnesses, a timestamp): refused, or shown harmless.
 */
class TamperTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The only members of the file that may be taken out: then that is said. */
    private static final Set<String> WITHHOLDABLE = Set.of("/summary", "/contents");

    /** What the statement holds for convenience only: keys obtained apart go before them. */
    private static final Set<String> CONVENIENT = Set.of("/predicate/trusted", "/predicate/logKey");

    private final byte[] file =
            Certified.leaver(
                            leaver -> {
                                leaver.charter = CertificateTest.SIGNED;
                                leaver.authenticator = SoftAuthenticator.es256();
                            })
                    .file();
    private final List<String> said = Certified.verify(file).lines();

    @Test
    void whatIsTamperedWithHereVerifies() {
        assertThat(Certified.verify(file).holds()).as(String.join("\n", said)).isTrue();
        assertThat(said)
                .anyMatch(line -> line.contains("with their own passkey"))
                .anyMatch(line -> line.contains("cosigned by one, two"))
                .anyMatch(line -> line.contains("the checkpoint existed at"));
    }

    @Test
    void everyChangedByteIsRefused() {
        byte[] undated = Certified.leaver(_ -> {}).undated().file();
        changed(IntStream.range(0, undated.length), undated, Certified.UNDATED, _ -> false);
    }

    /**
     * Every byte of what is not in the other one; of the rest, which costs milliseconds each, some.
     */
    @Test
    void everyChangedByteOfCheckpointAndTimestampIsRefusedOrHarmless() throws Exception {
        JsonNode root = JSON.readTree(file);
        int[] token = place(root.path("timestamp"));
        int[] note = place(root.path("checkpoint"));
        changed(
                IntStream.range(0, file.length)
                        .filter(n ->
                                n % 29 == 0
                                        || (n >= token[0] && n < token[1])
                                        || (n >= note[0] && n < note[1])),
                file,
                Certified.TRUST,
                // nobody signs all of a token: what the verifier says of it is the same then
                n -> n >= token[0] && n < token[1]);
    }

    @Test
    void aFolderIsTheSameCertificate() {
        Map<String, byte[]> folder = FolderForm.of(Certificate.read(file));
        assertThat(FolderForm.file(folder)).isEqualTo(file);
        assertThat(verify(folder).lines()).isEqualTo(said);
        assertThat(folder)
                .containsKeys(
                        "README.txt",
                        "statement.json",
                        "statement.dsse.json",
                        "checkpoint",
                        "checkpoint.tsr",
                        "summary.txt",
                        "charter.json",
                        "trust/log.vkey",
                        "handoffs/01-ChangeProposed.json",
                        "handoffs/01-ChangeProposed.leaf",
                        "handoffs/01-ChangeProposed.tlog-proof");
        assertThat(new String(folder.get("handoffs/01-ChangeProposed.json"), UTF_8))
                .contains("\"message\" :", "\"changeId\"");
        Certificate.Unverified shorter =
                Certificate.read(file).without(type -> !type.equals("ChangeClosed"));
        Map<String, byte[]> withheld = FolderForm.of(shorter);
        assertThat(withheld).doesNotContainKeys("charter.json", "summary.txt");
        assertThat(verify(withheld).finding()).isEqualTo(Finding.WITHHELD);
    }

    @Test
    void everyFileOfAFolderThatIsChangedAddedOrTakenAwayIsRefusedOrSaid() {
        Map<String, byte[]> folder = FolderForm.of(Certificate.read(file));
        List<Map.Entry<String, byte[]>> files = List.copyOf(folder.entrySet());
        files.parallelStream()
                .forEach(each -> {
                    byte[] bytes = each.getValue();
                    IntStream.concat(
                                    IntStream.of(0, bytes.length - 1),
                                    IntStream.range(0, bytes.length).filter(n -> n % 1021 == 7))
                            .forEach(n -> {
                                byte[] changed = bytes.clone();
                                changed[n] ^= (byte) (1 << (n % 8));
                                Verification found = with(folder, each.getKey(), changed);
                                assertThat(
                                                found.finding().isRefusal()
                                                        || (each.getKey().equals("checkpoint.tsr")
                                                                && found.lines().equals(said)))
                                        .as(each.getKey() + ", byte " + n)
                                        .isTrue();
                            });
                    Verification shorter =
                            with(
                                    folder,
                                    each.getKey(),
                                    java.util.Arrays.copyOf(bytes, bytes.length - 1));
                    assertThat(shorter.finding().isRefusal()).as(each.getKey()).isTrue();
                    Map<String, byte[]> less = new TreeMap<>(folder);
                    less.remove(each.getKey());
                    Verification without = verify(less);
                    // the content of a message may be withheld; so may the summary, with its salt
                    assertThat(
                                    without.finding().isRefusal()
                                            || without.finding() == Finding.WITHHELD)
                            .as("without " + each.getKey())
                            .isTrue();
                    Map<String, byte[]> more = new TreeMap<>(folder);
                    more.put(each.getKey() + ".txt", bytes);
                    assertThat(verify(more).checks().getLast().words())
                            .isEqualTo(each.getKey() + ".txt is no part of the certificate");
                });
    }

    private static Verification with(Map<String, byte[]> folder, String path, byte[] bytes) {
        Map<String, byte[]> changed = new TreeMap<>(folder);
        changed.put(path, bytes);
        return verify(changed);
    }

    private static Verification verify(Map<String, byte[]> folder) {
        return VerifyFile.folder(folder, Optional.of(Certified.TRUST));
    }

    private void changed(
            IntStream places,
            byte[] whole,
            CertificateVerifier.Trust trust,
            IntPredicate mayBeHarmless) {
        places.parallel()
                .forEach(n -> {
                    byte[] changed = whole.clone();
                    // another bit from byte to byte, each bit at every eighth
                    changed[n] ^= (byte) (1 << (n % 8));
                    Verification verification =
                            CertificateVerifier.verify(changed, Optional.of(trust));
                    boolean refused =
                            verification.checks().stream()
                                    .anyMatch(check ->
                                            check.finding().isRefusal()
                                                    && !check.words().isBlank());
                    assertThat(
                                    refused
                                            || (mayBeHarmless.test(n)
                                                    && verification.lines().equals(said)))
                            .as("byte " + n + " of " + whole.length)
                            .isTrue();
                });
    }

    /** Where a text stands in the file: its first byte, and the first after it. */
    private int[] place(JsonNode text) {
        String written = text.toString();
        int at = new String(file, StandardCharsets.UTF_8).indexOf(written);
        assertThat(at).isPositive();
        // bytes before it are ASCII; the checkpoint's lines begin with a dash of three bytes
        return new int[] {at, at + written.getBytes(StandardCharsets.UTF_8).length};
    }

    @Test
    void everyShortenedFileIsRefused() {
        for (int length = 0; length < file.length; length += 97) {
            assertThat(Certified.verify(java.util.Arrays.copyOf(file, length)).finding())
                    .isEqualTo(Finding.MALFORMED);
        }
    }

    @Test
    void everyChangedFieldIsRefusedOrSaidToBeWithheld() throws Exception {
        JsonNode root = JSON.readTree(file);
        List<Change> changes = changes(root);
        assertThat(changes).hasSizeGreaterThan(500);
        for (Change change : changes) {
            Verification verification =
                    Certified.verify(CanonicalJson.of(change.node().toString()));
            boolean removed =
                    change.isRemoval()
                            && WITHHOLDABLE.stream().anyMatch(change.path()::startsWith)
                            && verification.finding() == Finding.WITHHELD;
            boolean harmless =
                    change.path().equals("/timestamp") && verification.lines().equals(said);
            assertThat(removed || harmless || verification.finding().isRefusal())
                    .as(change.path() + " gives " + verification.finding())
                    .isTrue();
        }
    }

    @Test
    void whatTheLogItselfStatesWronglyIsRefused() throws Exception {
        Certificate.Unverified whole = Certificate.read(file);
        JsonNode statement = JSON.readTree(whole.statement());
        for (Change change : changes(statement)) {
            byte[] bytes = CanonicalJson.of(change.node().toString());
            ObjectNode forged = (ObjectNode) JSON.readTree(file);
            forged.put("payload", Base64.getEncoder().encodeToString(bytes));
            ((ObjectNode) forged.path("signatures").path(0))
                    .put(
                            "sig",
                            Base64.getEncoder().encodeToString(Certified.LOG.sign(signed(bytes))));
            Verification verification = Certified.verify(CanonicalJson.of(forged.toString()));
            boolean harmless =
                    CONVENIENT.stream().anyMatch(change.path()::startsWith) && verification.holds();
            assertThat(harmless || verification.finding().isRefusal())
                    .as(change.path() + " gives " + verification.finding())
                    .isTrue();
        }
    }

    private static byte[] signed(byte[] statement) {
        return ("DSSEv1 28 application/vnd.in-toto+json "
                        + statement.length
                        + " "
                        + new String(statement, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** One thing changed in a copy. */
    private record Change(String path, boolean isRemoval, JsonNode node) {}

    /** Every text replaced in three ways; every member and element removed; neighbours swapped. */
    private static List<Change> changes(JsonNode root) {
        List<Change> changes = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        collect("", root, paths);
        for (String path : paths) {
            String parent = path.substring(0, path.lastIndexOf('/'));
            String name = path.substring(path.lastIndexOf('/') + 1);
            JsonNode value = root.at(path);
            if (value.isTextual()) {
                String text = value.asText();
                for (String other : List.of("", text + "A", other(text))) {
                    changes.add(
                            new Change(
                                    path,
                                    false,
                                    with(
                                            root,
                                            parent,
                                            node -> set(node, name, TextNode.valueOf(other)))));
                }
            }
            changes.add(
                    new Change(
                            path,
                            true,
                            with(root, parent, node -> set(node, name, NullNode.getInstance()))));
            changes.add(new Change(path, true, with(root, parent, node -> remove(node, name))));
            if (root.at(parent).isArray() && !name.equals("0")) {
                int index = Integer.parseInt(name);
                if (!value.equals(root.at(parent).path(index - 1))) {
                    changes.add(
                            new Change(
                                    path,
                                    false,
                                    with(
                                            root,
                                            parent,
                                            node -> {
                                                ArrayNode array = (ArrayNode) node;
                                                JsonNode one = array.get(index);
                                                array.set(index, array.get(index - 1));
                                                array.set(index - 1, one);
                                            })));
                }
            }
        }
        return changes;
    }

    private static void collect(String path, JsonNode node, List<String> paths) {
        if (!path.isEmpty()) {
            paths.add(path);
        }
        node.properties()
                .forEach(each -> collect(path + "/" + each.getKey(), each.getValue(), paths));
        if (node.isArray()) {
            for (int n = 0; n < node.size(); n++) {
                collect(path + "/" + n, node.get(n), paths);
            }
        }
    }

    /** A text of the same length and alphabet. */
    private static String other(String text) {
        if (text.isEmpty()) {
            return "0";
        }
        int middle = text.length() / 2;
        char c = text.charAt(middle);
        char different = c == '1' ? '2' : Character.isDigit(c) ? '1' : c == 'a' ? 'b' : 'a';
        return text.substring(0, middle) + different + text.substring(middle + 1);
    }

    private static JsonNode with(JsonNode root, String parent, Consumer<JsonNode> change) {
        JsonNode copy = root.deepCopy();
        change.accept(copy.at(parent));
        return copy;
    }

    private static void set(JsonNode node, String name, JsonNode value) {
        if (node instanceof ObjectNode object) {
            object.set(name, value);
        } else {
            ((ArrayNode) node).set(Integer.parseInt(name), value);
        }
    }

    private static void remove(JsonNode node, String name) {
        if (node instanceof ObjectNode object) {
            object.remove(name);
        } else {
            ((ArrayNode) node).remove(Integer.parseInt(name));
        }
    }
}
