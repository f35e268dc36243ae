package dev.remit.ledger.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TlogProofTest {
    @Test
    void thePublicProofTextsAreDecidedAsTheySay() throws IOException {
        JsonNode vectors = Vectors.json("c2sp-text/tlog_proof_text.json");
        for (JsonNode vector : vectors.path("marshal")) {
            String text = vector.path("text").asText();
            TlogProof proof =
                    new TlogProof(
                            Optional.ofNullable(vector.get("extra"))
                                    .map(extra -> extra.asText().getBytes(StandardCharsets.UTF_8)),
                            vector.path("index").asLong(),
                            Vectors.each(vector.path("hashes")).stream()
                                    .map(hash -> Hash.parse(hash.asText()))
                                    .toList(),
                            vector.path("checkpoint").asText());
            assertThat(proof.text()).isEqualTo(text);
            assertThat(TlogProof.parse(text).text()).isEqualTo(text);
        }
        for (JsonNode text : vectors.path("reject")) {
            assertThatThrownBy(() -> TlogProof.parse(text.asText()))
                    .as(text.asText())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theDerivedProofsOfAnotherLogHoldAndNoneHoldsForAnotherLeafOrIndex() throws IOException {
        JsonNode vectors = Vectors.json("c2sp-text/derived_tlog_proofs.json");
        TrustPolicy policy = TrustPolicy.of(List.of(NoteKey.parse(vectors.path("vkey").asText())));
        assertThat(vectors.path("cases")).hasSize(120);
        for (JsonNode vector : vectors.path("cases")) {
            TlogProof proof = TlogProof.parse(vector.path("tlog_proof").asText());
            TrustPolicy.Opened opened = policy.open(SignedNote.parse(proof.checkpoint()));
            byte[] leaf = vector.path("entry_utf8").asText().getBytes(StandardCharsets.UTF_8);
            assertThat(opened.isWitnessed()).isTrue();
            assertThat(opened.checkpoint().size()).isEqualTo(vector.path("size").asLong());
            assertThat(proof.proves(leaf, opened.checkpoint())).isTrue();
            assertThat(proof.proves(new byte[] {9}, opened.checkpoint())).isFalse();
            assertThat(
                            new TlogProof(
                                            proof.extra(),
                                            proof.index() + 1,
                                            proof.hashes(),
                                            proof.checkpoint())
                                    .proves(leaf, opened.checkpoint()))
                    .isFalse();
        }
    }

    @Test
    void theDerivedTreesHaveTheseRootsAndTiles() throws IOException {
        Map<String, byte[]> stored = new TreeMap<>();
        Tree.Tiles tiles =
                (level, index, width) -> {
                    for (int wide = width; wide <= Tile.FULL; wide++) {
                        byte[] tile = stored.get(new Tile(level, index, wide).path());
                        if (tile != null) {
                            return tile;
                        }
                    }
                    throw new IllegalStateException("no tile " + level + "/" + index);
                };
        long size = 0;
        for (JsonNode vector : Vectors.json("c2sp-text/derived_roots_leaf_n.json").path("roots")) {
            long next = vector.path("size").asLong();
            List<Hash> leaves = leaves(size, next);
            new Tree(tiles, size)
                    .append(leaves)
                    .forEach((tile, bytes) -> stored.put(tile.path(), bytes));
            size = next;
            assertThat(new Tree(tiles, size).root().toString())
                    .isEqualTo(vector.path("root").asText());
        }
        new Tree(tiles, size)
                .append(leaves(size, 70_000))
                .forEach((tile, bytes) -> stored.put(tile.path(), bytes));
        JsonNode large = Vectors.json("c2sp-text/derived_tiles_70000.json");
        assertThat(new Tree(tiles, 70_000).root().toString())
                .isEqualTo(large.path("root").asText());
        for (int level = 0; level < 3; level++) {
            JsonNode wanted = large.path("levels").path("L" + level);
            var full = new java.io.ByteArrayOutputStream();
            for (int n = 0; n < wanted.path("full").asInt(); n++) {
                full.writeBytes(stored.get(new Tile(level, n, Tile.FULL).path()));
            }
            assertThat(Hash.sha256(full.toByteArray()).hex())
                    .isEqualTo(wanted.path("sha256_of_concat_full").asText());
            Tile partial =
                    new Tile(
                            level,
                            wanted.path("full").asInt(),
                            wanted.path("partial_width").asInt());
            assertThat(Hash.sha256(stored.get(partial.path())).hex())
                    .isEqualTo(wanted.path("sha256_partial").asText());
        }
    }

    @Test
    void thePublicHashesAreThese() throws IOException {
        JsonNode vectors = Vectors.json("c2sp-text/rfc6962_hashes.json");
        assertThat(Merkle.root(List.of()).hex()).isEqualTo(vectors.path("empty_root").asText());
        assertThat(Merkle.leafHash(new byte[0]).hex())
                .isEqualTo(vectors.path("leaf_of_empty").asText());
        assertThat(
                        Merkle.leafHash(
                                        vectors.path("leaf")
                                                .path("data_utf8")
                                                .asText()
                                                .getBytes(StandardCharsets.UTF_8))
                                .hex())
                .isEqualTo(vectors.path("leaf").path("hash").asText());
    }

    @Test
    void thePublicTilePathsAreReadAndWrittenAsTheySay() throws IOException {
        JsonNode vectors = Vectors.json("c2sp-text/tile_paths.json");
        for (JsonNode vector : vectors.path("tilePath")) {
            int partial = vector.path("partial").asInt();
            Tile tile =
                    new Tile(
                            vector.path("level").asInt(),
                            vector.path("index").asLong(),
                            partial == 0 ? Tile.FULL : partial);
            assertThat(tile.path()).isEqualTo(vector.path("path").asText());
            assertThat(Tile.parse(tile.path())).isEqualTo(tile);
        }
        for (JsonNode vector : vectors.path("entriesPathForLogIndex")) {
            long seq = vector.path("seq").asLong();
            long size = vector.path("size").asLong();
            long index = seq / Tile.FULL;
            int width = (int) Math.min(Tile.FULL, size - index * Tile.FULL);
            assertThat(new Tile(Tile.ENTRIES, index, width).path())
                    .isEqualTo(vector.path("path").asText());
        }
        for (JsonNode vector : vectors.path("parse_ok")) {
            int partial = vector.path("partial").asInt();
            assertThat(
                            Tile.parse(
                                    "tile/"
                                            + vector.path("level").asText()
                                            + "/"
                                            + vector.path("path").asText()))
                    .isEqualTo(
                            new Tile(
                                    vector.path("level").asInt(),
                                    vector.path("index").asLong(),
                                    partial == 0 ? Tile.FULL : partial));
        }
        for (JsonNode vector : vectors.path("parse_fail")) {
            String path = "tile/" + vector.get(0).asText() + "/" + vector.get(1).asText();
            assertThatThrownBy(() -> Tile.parse(path)).hasMessageContaining("no tile");
        }
    }

    private static List<Hash> leaves(long from, long to) {
        List<Hash> leaves = new ArrayList<>();
        for (long n = from; n < to; n++) {
            leaves.add(Merkle.leafHash(("leaf " + n).getBytes(StandardCharsets.US_ASCII)));
        }
        return leaves;
    }
}
