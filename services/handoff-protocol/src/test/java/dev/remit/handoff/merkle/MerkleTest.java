package dev.remit.handoff.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class MerkleTest {
    private static final int MOST = 40;
    private static final List<Hash> LEAVES =
            IntStream.range(0, MOST)
                    .mapToObj(n -> Merkle.leafHash(("leaf " + n).getBytes(StandardCharsets.UTF_8)))
                    .toList();

    @Test
    void theEmptyTreeHasTheHashOfNothingAsItsRoot() {
        assertThat(HexFormat.of().formatHex(Merkle.root(List.of()).bytes()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void aHashHasExactlyThirtyTwoBytes() {
        for (int length : new int[] {0, 31, 33}) {
            assertThatThrownBy(() -> Hash.of(new byte[length]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("32 bytes");
        }
    }

    @Test
    void aHashReadsInOneFormOnly() {
        for (int n = 0; n < 256; n++) {
            byte[] bytes = new byte[Hash.BYTES];
            bytes[Hash.BYTES - 1] = (byte) n;
            Hash hash = Hash.of(bytes);
            assertThat(Hash.parse(hash.toString())).isEqualTo(hash);
        }
        String text = Hash.of(new byte[Hash.BYTES]).toString();
        String stem = text.substring(0, text.length() - 2);
        // the two bits behind the 32 bytes are not zero; no padding; too much of it; other letters
        for (String other :
                List.of(
                        stem + "B=",
                        stem + "D=",
                        stem + "A",
                        stem + "A==",
                        stem + "A= ",
                        "-" + text)) {
            assertThatThrownBy(() -> Hash.parse(other))
                    .as(other)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyLeafOfEverySmallTreeIsProvedAndOnlyAtItsOwnIndex() {
        for (int size = 1; size <= MOST; size++) {
            var leaves = LEAVES.subList(0, size);
            var root = Merkle.root(leaves);
            var proofs = Merkle.inclusionProofs(leaves);
            for (int index = 0; index < size; index++) {
                var proof = Merkle.inclusionProof(leaves, index);
                assertThat(proofs.get(index)).isEqualTo(proof);
                for (int claimed = -1; claimed <= size; claimed++) {
                    assertThat(Merkle.includes(root, size, claimed, leaves.get(index), proof))
                            .as("size %d index %d claimed %d", size, index, claimed)
                            .isEqualTo(claimed == index);
                }
            }
        }
    }

    @Test
    void everySmallTreeIsConsistentWithEachOfItsPrefixesAndWithNoOther() {
        for (int size = 1; size <= MOST; size++) {
            var leaves = LEAVES.subList(0, size);
            var root = Merkle.root(leaves);
            for (int old = 1; old <= size; old++) {
                var proof = Merkle.consistencyProof(leaves, old);
                var oldRoot = Merkle.root(leaves.subList(0, old));
                assertThat(Merkle.isConsistent(oldRoot, old, root, size, proof)).isTrue();
                for (int corrupt = 0; corrupt < proof.size(); corrupt++) {
                    var altered = new ArrayList<>(proof);
                    altered.set(corrupt, Merkle.leafHash(new byte[] {1}));
                    assertThat(Merkle.isConsistent(oldRoot, old, root, size, altered)).isFalse();
                }
                var other = Merkle.leafHash(new byte[] {2});
                assertThat(Merkle.isConsistent(other, old, root, size, proof)).isFalse();
            }
        }
    }

    /** The 518 proofs of transparency-dev/merkle, 36 to accept and 482 to refuse. */
    @Test
    void thePublicVectorsAreDecidedAsTheySay() throws IOException {
        var top = Path.of(System.getProperty("remit.top"));
        var vectors = top.resolve("../shared/vectors/merkle-proofs/testdata");
        assumeTrue(Files.isDirectory(vectors), "no public vectors at ../shared/vectors");
        var json = new ObjectMapper();
        var wrong = new ArrayList<String>();
        int count = 0;
        try (var files = Files.walk(vectors)) {
            for (var file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                var vector = json.readTree(file.toFile());
                boolean accepted = decide(vectors.relativize(file).getName(0).toString(), vector);
                count++;
                if (accepted == vector.path("wantErr").asBoolean()) {
                    wrong.add(vectors.relativize(file) + " accepted=" + accepted);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isEqualTo(518);
    }

    private static boolean decide(String kind, JsonNode v) {
        // nothing at all is no hash: Hash.of refuses it before any proof is looked at
        if (v.path("root").asText("-").isEmpty() || v.path("leafHash").asText("-").isEmpty()) {
            return false;
        }
        var hashes =
                StreamSupport.stream(v.path("proof").spliterator(), false)
                        .map(MerkleTest::hash)
                        .toList();
        return switch (kind) {
            case "inclusion" ->
                    Merkle.includes(
                            hash(v, "root"),
                            v.path("treeSize").asLong(),
                            v.path("leafIdx").asLong(),
                            hash(v, "leafHash"),
                            hashes);
            case "consistency" ->
                    Merkle.isConsistent(
                            hash(v, "root1"),
                            v.path("size1").asLong(),
                            hash(v, "root2"),
                            v.path("size2").asLong(),
                            hashes);
            case "subtreeinclusion" ->
                    Merkle.subtreeIncludes(
                            hash(v, "root"),
                            v.path("start").asLong(),
                            v.path("end").asLong(),
                            v.path("leafIdx").asLong(),
                            hash(v, "leafHash"),
                            hashes);
            case "subtreeconsistency" ->
                    Merkle.subtreeIsConsistent(
                            hash(v, "root1"),
                            v.path("start").asLong(),
                            v.path("end").asLong(),
                            hash(v, "root2"),
                            v.path("size").asLong(),
                            hashes);
            default -> throw new IllegalArgumentException("unknown kind of vector " + kind);
        };
    }

    private static Hash hash(JsonNode vector, String name) {
        return hash(vector.path(name));
    }

    /**
     * Some vectors use short texts as roots or siblings, which no Hash can hold. Hashing those
     * keeps what the vector means: equal stay equal, different stay different.
     */
    private static Hash hash(JsonNode text) {
        var bytes = Base64.getDecoder().decode(text.asText());
        return bytes.length == Hash.BYTES ? Hash.of(bytes) : Merkle.leafHash(bytes);
    }
}
