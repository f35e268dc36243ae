package dev.remit.ledger.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.SignedNote;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final NoteSigner LOG =
            NoteSigner.generate("log.example/acme", NoteKey.Kind.ED25519, RANDOM);

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Hash> leaves = new ArrayList<>();
    private WitnessServer server;

    @TempDir Path folder;

    WitnessTest() {
        for (int n = 0; n < 40; n++) {
            leaves.add(Merkle.leafHash(new byte[] {(byte) n}));
        }
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aCheckpointThatExtendsTheLastIsCosignedAndKeptForMonitors() throws Exception {
        start(LOG.verifier());
        HttpResponse<String> first = add(request(0, 5));
        assertThat(first.statusCode()).isEqualTo(200);
        HttpResponse<String> second = add(request(5, 17));
        assertThat(second.statusCode()).isEqualTo(200);
        List<NoteKey> keys = keys();
        assertThat(SignedNote.parse(text(17) + "\n" + second.body()).verified(keys))
                .extracting(SignedNote.Verified::time)
                .containsExactly(NOW.getEpochSecond(), NOW.getEpochSecond());
        HttpResponse<String> kept =
                get("/w1/" + WitnessFolder.id("log.example/acme") + "/checkpoint");
        assertThat(kept.statusCode()).isEqualTo(200);
        keys = new ArrayList<>(keys);
        keys.add(LOG.verifier());
        assertThat(SignedNote.parse(kept.body()).verified(keys)).hasSize(3);
        assertThat(Checkpoint.parse(SignedNote.parse(kept.body()).text()).size()).isEqualTo(17);
        // the same again, as after an answer that was lost
        assertThat(add(request(17, 17)).statusCode()).isEqualTo(200);
    }

    @Test
    void whatWasCosignedOutlastsTheProcess() throws Exception {
        start(LOG.verifier());
        add(request(0, 9));
        List<NoteKey> keys = keys();
        server.close();
        start(LOG.verifier());
        assertThat(keys()).isEqualTo(keys);
        HttpResponse<String> again = add(request(0, 12));
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).isEqualTo("9\n");
        assertThat(again.headers().firstValue("Content-Type")).contains("text/x.tlog.size");
        assertThat(add(request(9, 12)).statusCode()).isEqualTo(200);
    }

    @Test
    void twoProcessesNeverHoldOneFolder() throws Exception {
        start(LOG.verifier());
        assertThatThrownBy(() -> start(LOG.verifier()))
                .isInstanceOfAny(
                        IOException.class, java.nio.channels.OverlappingFileLockException.class);
    }

    @Test
    void eachRefusalHasItsStatus() throws Exception {
        start(LOG.verifier());
        assertThat(add(request(0, 5)).statusCode()).isEqualTo(200);
        assertThat(add(request(6, 5)).statusCode()).isEqualTo(400);
        assertThat(add("old 5\n").statusCode()).isEqualTo(400);
        assertThat(add(request(5, 9).replace("old 5", "old 05")).statusCode()).isEqualTo(400);
        assertThat(
                        add(request(5, 9).replace("old 5\n", "old 5\n" + "x".repeat(44) + "\n"))
                                .statusCode())
                .isEqualTo(400);
        String many = (leaves.getFirst() + "\n").repeat(64);
        assertThat(add(request(5, 9).replace("old 5\n", "old 5\n" + many)).statusCode())
                .isEqualTo(400);
        NoteSigner stranger = NoteSigner.generate("log.example/acme", NoteKey.Kind.ED25519, RANDOM);
        assertThat(add(request(5, 9, stranger)).statusCode()).isEqualTo(403);
        assertThat(add(altered(request(5, 9))).statusCode()).isEqualTo(403);
        NoteSigner unknown = NoteSigner.generate("log.example/other", NoteKey.Kind.ED25519, RANDOM);
        String other =
                new AddCheckpoint(
                                0,
                                List.of(),
                                SignedNote.sign(
                                        text(5).replace("acme", "other"), List.of(unknown), NOW))
                        .text();
        assertThat(add(other).statusCode()).isEqualTo(404);
        assertThat(add(request(4, 9)).statusCode()).isEqualTo(409);
        String lessProof = new AddCheckpoint(5, List.of(), note(9, LOG)).text();
        assertThat(add(lessProof).statusCode()).isEqualTo(422);
        // the same size with another root
        leaves.set(2, Merkle.leafHash(new byte[] {77}));
        assertThat(add(request(5, 5)).statusCode()).isEqualTo(422);
        assertThat(add(request(5, 9)).statusCode()).isEqualTo(422);
        assertThat(get("/w1/add-checkpoint").statusCode()).isEqualTo(405);
        assertThat(get("/w1/../w1").statusCode()).isEqualTo(404);
        assertThat(get("/").body()).isEqualTo("witness.example/w1\n");
    }

    @Test
    void aFirstRequestWithAProofIsRefused() throws Exception {
        start(LOG.verifier());
        String request = new AddCheckpoint(0, List.of(leaves.getFirst()), note(5, LOG)).text();
        assertThat(add(request).statusCode()).isEqualTo(422);
    }

    @Test
    void ofTwoHistoriesAskedForAtOnceOnlyOneIsCosigned() throws Exception {
        start(LOG.verifier());
        assertThat(add(request(0, 5)).statusCode()).isEqualTo(200);
        List<Callable<Integer>> requests = new ArrayList<>();
        for (int fork = 0; fork < 16; fork++) {
            leaves.set(5, Merkle.leafHash(new byte[] {(byte) (100 + fork)}));
            String request = request(5, 6);
            requests.add(() -> add(request).statusCode());
        }
        int cosigned = 0;
        try (var askers = Executors.newFixedThreadPool(16)) {
            for (var each : askers.invokeAll(requests)) {
                cosigned += each.get() == 200 ? 1 : 0;
            }
        }
        assertThat(cosigned).isEqualTo(1);
    }

    /** litewitness answers 403 where the log is unknown; the text of today says 404. */
    @Test
    void litewitnesssDialogueIsHeldAsItWas() throws Exception {
        Path script =
                vectors().resolve("litewitness-http/cmd/litewitness/testdata/litewitness.txt");
        String text = Files.readString(script);
        String origin =
                "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
        byte[] key =
                java.util.HexFormat.of()
                        .parseHex(
                                "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f");
        start(vkey(origin, key));
        Matcher steps =
                Pattern.compile(
                                "```\n(.*?)```\nHTTP (\\d+)\n\\[Asserts]\nbody (==|contains) \"(.*?)\"",
                                Pattern.DOTALL)
                        .matcher(text);
        int count = 0;
        while (steps.find()) {
            HttpResponse<String> answer = add(steps.group(1));
            String wanted = steps.group(4).replace("\\n", "\n");
            boolean unknown = wanted.equals("unknown log");
            assertThat(answer.statusCode())
                    .as(steps.group(1))
                    .isEqualTo(unknown ? 404 : Integer.parseInt(steps.group(2)));
            if (steps.group(3).equals("==")) {
                assertThat(answer.body()).isEqualTo(wanted);
            } else {
                assertThat(answer.body())
                        .contains(wanted.replace("example.com/witness", "witness.example/w1"));
            }
            count++;
        }
        assertThat(count).isEqualTo(9);
    }

    private static Path vectors() {
        Path folder =
                Path.of(
                        System.getProperty(
                                "remit.vectors",
                                System.getProperty("remit.top") + "/../shared/vectors"));
        assumeTrue(Files.isDirectory(folder), "no public vectors at " + folder);
        return folder;
    }

    private static NoteKey vkey(String name, byte[] key) {
        byte[] typed = new byte[33];
        typed[0] = 1;
        System.arraycopy(key, 0, typed, 1, 32);
        byte[] head = (name + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + 33);
        System.arraycopy(typed, 0, all, head.length, 33);
        return NoteKey.parse(
                name
                        + "+"
                        + Hash.sha256(all).hex().substring(0, 8)
                        + "+"
                        + Base64.getEncoder().encodeToString(typed));
    }

    private void start(NoteKey log) throws IOException {
        server =
                WitnessServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        folder,
                        List.of("witness.example/w1"),
                        List.of(log),
                        Optional.empty(),
                        () -> NOW);
    }

    private List<NoteKey> keys() throws IOException {
        return new WitnessFolder(WitnessServer.folder(folder, "witness.example/w1"))
                .signers("witness.example/w1").stream().map(NoteSigner::verifier).toList();
    }

    private String text(int size) {
        return new Checkpoint("log.example/acme", size, Merkle.root(leaves.subList(0, size)))
                .text();
    }

    private String note(int size, NoteSigner signer) {
        return SignedNote.sign(text(size), List.of(signer), NOW);
    }

    private String request(int old, int size) {
        return request(old, size, LOG);
    }

    private String request(int old, int size, NoteSigner signer) {
        return new AddCheckpoint(
                        old,
                        old == 0 || old > size
                                ? List.of()
                                : Merkle.consistencyProof(leaves.subList(0, size), old),
                        note(size, signer))
                .text();
    }

    private static String altered(String request) {
        int at = request.lastIndexOf(' ') + 30;
        return request.substring(0, at)
                + (request.charAt(at) == 'A' ? 'B' : 'A')
                + request.substring(at + 1);
    }

    private HttpResponse<String> add(String request) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri("/w1/add-checkpoint"))
                        .POST(HttpRequest.BodyPublishers.ofString(request))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
