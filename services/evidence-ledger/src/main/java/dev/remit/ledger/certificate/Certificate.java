package dev.remit.ledger.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.VerifierKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A closure certificate: one file that proves offline how a change ended. A DSSE envelope
 * (secure-systems-lab DSSE v1) around an in-toto Statement v1, and beside it what the statement
 * only commits to. The whole file is canonical JSON (RFC 8785), so that there is exactly one form
 * of it and every changed byte shows.
 *
 * <p>The statement holds leaves of the log and no content: contents and the summary can be taken
 * out of the file, and the statement still verifies.
 *
 * @param statement what the log signs
 * @param checkpoint the signed note that covers every leaf but those of earlier shards, with
 *     whatever cosignatures
 * @param timestamp an RFC 3161 token over the checkpoint
 * @param earlier the last states of those of the log's earlier shards that some leaves are in
 * @param proofs inclusion proofs, one for each leaf
 * @param contents what each leaf commits to; empty where it is withheld or erased
 * @param summary the story in plain words; empty when withheld or erased
 */
public record Certificate(
        Statement statement,
        String checkpoint,
        Optional<byte[]> timestamp,
        List<State> earlier,
        List<List<Hash>> proofs,
        List<Optional<Content>> contents,
        Optional<Summary> summary) {
    /** The predicate's type. */
    public static final String PREDICATE_TYPE = "https://remit.dev/closure-certificate/v2";

    private static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
    static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    /**
     * Writes RFC 8785 of what a certificate holds: objects, lists and texts without control
     * characters.
     */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    /** The last state of a shard of the log, and a token over it. */
    public record State(String checkpoint, Optional<byte[]> timestamp) {}

    /**
     * What the log signs.
     *
     * @param change the change's id
     * @param outcome how it ended
     * @param blindedChange the change under the log's blinding key: what its leaves carry
     * @param log the checkpoint's text, without signatures
     * @param earlier the texts of {@link Certificate#earlier}
     * @param leaves the handoffs by sequence, then what supports them
     * @param summary {@link Summary#commitment}; empty when there is none
     * @param trusted the public keys that sealed what is in it, for convenience
     * @param logKey the log's public key, for convenience
     */
    public record Statement(
            String change,
            String outcome,
            String blindedChange,
            String log,
            List<String> earlier,
            List<Leaf> leaves,
            String summary,
            List<String> trusted,
            String logKey) {}

    /**
     * A leaf of the log.
     *
     * @param origin that of the earlier shard that it is in; empty: of the statement's log
     * @param index its place there, from 0
     * @param text see {@link dev.remit.ledger.log.EvidenceLeaf}
     */
    public record Leaf(String origin, long index, String text) {
        /** The value of one of its lines; empty if it has no such line. */
        public String field(String name) {
            return text.lines()
                    .filter(line -> line.startsWith(name + " "))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst()
                    .orElse("");
        }
    }

    /**
     * A message as it was received: what a leaf commits to.
     *
     * @param headers the envelope
     * @param salt what its leaf hides it with
     */
    public record Content(Map<String, String> headers, byte[] payload, String seal, byte[] salt) {}

    /**
     * The story in plain words.
     *
     * @param salt what its commitment hides it with
     */
    public record Summary(byte[] salt, List<String> lines) {
        public Summary {
            lines = lines.stream().map(line -> line.replaceAll("\\p{Cntrl}", " ")).toList();
        }

        /** SHA-256 of {@code closure-summary/v1}, a zero byte, the salt and the lines. */
        public String commitment() {
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes("closure-summary/v1\0".getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(salt);
            lines.forEach(line -> bytes.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return Hash.sha256(bytes.toByteArray()).toString();
        }
    }

    /** The certificate as its file's bytes, signed with the log's key. */
    public byte[] sign(SigningKey key) {
        byte[] bytes = canonical(json(statement));
        return new Unverified(this, bytes, key.verifier().reference(), key.sign(signedBytes(bytes)))
                .file();
    }

    /** What is read from a file before anything is believed. */
    public record Unverified(
            Certificate certificate, byte[] statement, String keyId, byte[] signature) {
        /** Whether this key signed the statement. */
        public boolean isSignedBy(VerifierKey key) {
            return keyId.equals(key.reference()) && key.verifies(signedBytes(statement), signature);
        }

        /**
         * The same certificate without the contents of these record types, and without the summary,
         * which tells of all of them.
         */
        public Unverified without(Predicate<String> types) {
            List<Optional<Content>> kept = new ArrayList<>();
            for (int n = 0; n < certificate.contents.size(); n++) {
                boolean withheld = types.test(certificate.statement.leaves.get(n).field("type"));
                kept.add(withheld ? Optional.empty() : certificate.contents.get(n));
            }
            return new Unverified(
                    new Certificate(
                            certificate.statement,
                            certificate.checkpoint,
                            certificate.timestamp,
                            certificate.earlier,
                            certificate.proofs,
                            kept,
                            Optional.empty()),
                    statement,
                    keyId,
                    signature);
        }

        /** The file's bytes. */
        public byte[] file() {
            ObjectNode file = JSON.createObjectNode();
            file.put("payloadType", PAYLOAD_TYPE);
            file.put("payload", base64(statement));
            ObjectNode signed = file.putArray("signatures").addObject();
            signed.put("keyid", keyId);
            signed.put("sig", base64(signature));
            file.put("checkpoint", certificate.checkpoint);
            certificate.timestamp.ifPresent(token -> file.put("timestamp", base64(token)));
            if (!certificate.earlier.isEmpty()) {
                ArrayNode earlier = file.putArray("earlier");
                for (State state : certificate.earlier) {
                    ObjectNode node = earlier.addObject().put("checkpoint", state.checkpoint());
                    state.timestamp().ifPresent(token -> node.put("timestamp", base64(token)));
                }
            }
            ArrayNode proofs = file.putArray("proofs");
            for (List<Hash> proof : certificate.proofs) {
                ArrayNode hashes = proofs.addArray();
                proof.forEach(hash -> hashes.add(hash.toString()));
            }
            ArrayNode contents = file.putArray("contents");
            for (Optional<Content> content : certificate.contents) {
                content.ifPresentOrElse(each -> contents.add(json(each)), contents::addNull);
            }
            certificate.summary.ifPresent(summary -> {
                ObjectNode node = file.putObject("summary");
                node.put("salt", base64(summary.salt()));
                summary.lines().forEach(node.putArray("lines")::add);
            });
            return canonical(file);
        }
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming what does not read, or that the file is not in its
     *     one form
     */
    public static Unverified read(byte[] file) {
        JsonNode root = json(file, "the file");
        if (!root.path("payloadType").asText().equals(PAYLOAD_TYPE)) {
            throw new IllegalArgumentException("payloadType: is not " + PAYLOAD_TYPE);
        }
        byte[] bytes = bytes(root, "payload");
        Statement statement = statement(bytes);
        Unverified unverified;
        try {
            JsonNode signature = root.path("signatures").path(0);
            unverified =
                    new Unverified(
                            new Certificate(
                                    statement,
                                    root.path("checkpoint").asText(),
                                    timestamp(root),
                                    list(
                                            root.path("earlier"),
                                            state ->
                                                    new State(
                                                            state.path("checkpoint").asText(),
                                                            timestamp(state))),
                                    list(
                                            root.path("proofs"),
                                            proof -> list(proof, Certificate::hash)),
                                    list(root.path("contents"), Certificate::content),
                                    root.has("summary")
                                            ? Optional.of(
                                                    new Summary(
                                                            bytes(root.path("summary"), "salt"),
                                                            texts(
                                                                    root.path("summary")
                                                                            .path("lines"))))
                                            : Optional.empty()),
                            bytes,
                            signature.path("keyid").asText(),
                            bytes(signature, "sig"));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the file does not read: " + e.getMessage(), e);
        }
        int leaves = unverified.certificate.statement.leaves.size();
        if (unverified.certificate.proofs.size() != leaves
                || unverified.certificate.contents.size() != leaves) {
            throw new IllegalArgumentException("the file has not one proof and one content a leaf");
        }
        if (unverified.certificate.earlier.size()
                != unverified.certificate.statement.earlier.size()) {
            throw new IllegalArgumentException("the file has not one state an earlier shard");
        }
        if (!Arrays.equals(unverified.file(), file)
                || !Arrays.equals(canonical(json(unverified.certificate.statement)), bytes)) {
            throw new IllegalArgumentException(
                    "the file is not in its one form (RFC 8785): some byte was added, removed or changed");
        }
        return unverified;
    }

    private static Optional<byte[]> timestamp(JsonNode state) {
        return state.has("timestamp") ? Optional.of(bytes(state, "timestamp")) : Optional.empty();
    }

    private static byte[] canonical(JsonNode node) {
        try {
            return JSON.writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("holds a text that is not Unicode", e);
        }
    }

    /** DSSE's pre-authentication encoding (DSSE v1, protocol section 2). */
    static byte[] signedBytes(byte[] statement) {
        byte[] head =
                "DSSEv1 %d %s %d "
                        .formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, statement.length)
                        .getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + statement.length);
        System.arraycopy(statement, 0, all, head.length, statement.length);
        return all;
    }

    private static ObjectNode json(Statement statement) {
        ObjectNode node = JSON.createObjectNode();
        node.put("_type", STATEMENT_TYPE);
        ObjectNode subject = node.putArray("subject").addObject();
        subject.put("name", "urn:remit:change:" + statement.change);
        subject.putObject("digest")
                .put("sha256", Hash.sha256(statement.log.getBytes(StandardCharsets.UTF_8)).hex());
        node.put("predicateType", PREDICATE_TYPE);
        ObjectNode predicate = node.putObject("predicate");
        predicate.put("change", statement.change);
        predicate.put("outcome", statement.outcome);
        predicate.put("case", statement.blindedChange);
        predicate.put("log", statement.log);
        ArrayNode leaves = predicate.putArray("leaves");
        for (Leaf leaf : statement.leaves) {
            ObjectNode one = leaves.addObject();
            one.put("index", String.valueOf(leaf.index())).put("leaf", leaf.text());
            if (!leaf.origin().isEmpty()) {
                one.put("log", leaf.origin());
            }
        }
        if (!statement.earlier.isEmpty()) {
            statement.earlier.forEach(predicate.putArray("earlier")::add);
        }
        predicate.put("summary", statement.summary);
        statement.trusted.forEach(predicate.putArray("trusted")::add);
        predicate.put("logKey", statement.logKey);
        return node;
    }

    /**
     * The statement in the bytes that are signed.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Statement statement(byte[] bytes) {
        JsonNode node = json(bytes, "the payload");
        if (!node.path("_type").asText().equals(STATEMENT_TYPE)
                || !node.path("predicateType").asText().equals(PREDICATE_TYPE)) {
            throw new IllegalArgumentException("the payload is not a closure certificate");
        }
        try {
            return statement(node.path("predicate"));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the payload does not read: " + e.getMessage(), e);
        }
    }

    private static Statement statement(JsonNode predicate) {
        return new Statement(
                predicate.path("change").asText(),
                predicate.path("outcome").asText(),
                predicate.path("case").asText(),
                predicate.path("log").asText(),
                texts(predicate.path("earlier")),
                list(
                        predicate.path("leaves"),
                        leaf ->
                                new Leaf(
                                        leaf.path("log").asText(),
                                        Long.parseLong(leaf.path("index").asText()),
                                        leaf.path("leaf").asText())),
                predicate.path("summary").asText(),
                texts(predicate.path("trusted")),
                predicate.path("logKey").asText());
    }

    /** How a content stands in a file. */
    static ObjectNode json(Content content) {
        ObjectNode node = JSON.createObjectNode();
        ObjectNode headers = node.putObject("headers");
        content.headers().forEach(headers::put);
        node.put("payload", base64(content.payload()));
        node.put("seal", content.seal());
        node.put("salt", base64(content.salt()));
        return node;
    }

    static Optional<Content> content(JsonNode node) {
        if (node.isNull()) {
            return Optional.empty();
        }
        Map<String, String> headers = new TreeMap<>();
        node.path("headers")
                .properties()
                .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
        return Optional.of(
                new Content(
                        headers,
                        bytes(node, "payload"),
                        node.path("seal").asText(),
                        bytes(node, "salt")));
    }

    private static Hash hash(JsonNode node) {
        return Hash.parse(node.asText());
    }

    private static List<String> texts(JsonNode array) {
        return list(array, JsonNode::asText);
    }

    private static <T> List<T> list(
            JsonNode array, java.util.function.Function<JsonNode, T> element) {
        List<T> list = new ArrayList<>();
        array.forEach(each -> list.add(element.apply(each)));
        return List.copyOf(list);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] bytes(JsonNode node, String field) {
        try {
            return Base64.getDecoder().decode(node.path(field).asText());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": is not base64", e);
        }
    }

    static JsonNode json(byte[] bytes, String what) {
        try {
            JsonNode node = JSON.readTree(bytes);
            if (node == null || !node.isObject()) {
                throw new IllegalArgumentException(what + " is not a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(what + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(what + " does not read", e);
        }
    }
}
