package dev.remit.ledger.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.VerifierKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A closure certificate: one file that proves offline how a change ended. A DSSE envelope
 * (secure-systems-lab DSSE v1) around an in-toto Statement v1, the whole file in canonical JSON
 * (RFC 8785), so that there is exactly one form of it and every changed byte shows.
 *
 * @param change the change's id
 * @param outcome how it ended
 * @param words the story in plain words, a line each
 * @param blindedChange the change under the log's blinding key: what its leaves carry
 * @param messages the handoffs by sequence, then what supports them
 * @param checkpoint the signed note that covers every message
 * @param trusted the services' public keys, for convenience
 * @param logKey the log's public key, for convenience
 */
public record Certificate(
        String change,
        String outcome,
        List<String> words,
        String blindedChange,
        List<Message> messages,
        String checkpoint,
        List<String> trusted,
        String logKey) {
    /** The predicate's type. */
    public static final String PREDICATE_TYPE = "https://remit.dev/closure-certificate/v1";

    private static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
    private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A message as it was received, and its place in the log.
     *
     * @param headers the envelope
     * @param key what the seal was made with
     * @param policy hash of the keys that the ledger trusted then
     * @param salt what its leaf hides it with
     * @param proof inclusion proof against the checkpoint
     */
    public record Message(
            String topic,
            Map<String, String> headers,
            byte[] payload,
            String key,
            String seal,
            String policy,
            byte[] salt,
            long leafIndex,
            List<Hash> proof) {}

    /** The certificate as its file's bytes, signed with the log's key. */
    public byte[] sign(SigningKey key) {
        byte[] statement = CanonicalJson.of(statement().toString());
        ObjectNode file = JSON.createObjectNode();
        file.put("payloadType", PAYLOAD_TYPE);
        file.put("payload", Base64.getEncoder().encodeToString(statement));
        ObjectNode signature = file.putArray("signatures").addObject();
        signature.put("keyid", key.verifier().reference());
        signature.put("sig", Base64.getEncoder().encodeToString(key.sign(signedBytes(statement))));
        return CanonicalJson.of(file.toString());
    }

    /** What is read from a file before anything is believed. */
    public record Unverified(
            Certificate certificate, byte[] statement, String keyId, byte[] signature) {
        /** Whether this key signed the statement. */
        public boolean isSignedBy(VerifierKey key) {
            return keyId.equals(key.reference()) && key.verifies(signedBytes(statement), signature);
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
        if (!java.util.Arrays.equals(
                CanonicalJson.of(new String(file, StandardCharsets.UTF_8)), file)) {
            throw new IllegalArgumentException(
                    "the file is not in canonical form (RFC 8785): some byte was added, removed or changed");
        }
        if (root.size() != 3
                || root.path("signatures").size() != 1
                || root.path("signatures").path(0).size() != 2) {
            throw new IllegalArgumentException(
                    "the file is not a DSSE envelope with one signature");
        }
        if (!root.path("payloadType").asText().equals(PAYLOAD_TYPE)) {
            throw new IllegalArgumentException("payloadType: is not " + PAYLOAD_TYPE);
        }
        byte[] statement = base64(root, "payload");
        JsonNode signature = root.path("signatures").path(0);
        JsonNode node = json(statement, "the payload");
        if (!node.path("_type").asText().equals(STATEMENT_TYPE)
                || !node.path("predicateType").asText().equals(PREDICATE_TYPE)) {
            throw new IllegalArgumentException("the payload is not a closure certificate");
        }
        Certificate certificate;
        try {
            certificate = of(node.path("predicate"));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the predicate does not read: " + e.getMessage(), e);
        }
        return new Unverified(
                certificate, statement, signature.path("keyid").asText(), base64(signature, "sig"));
    }

    private static byte[] signedBytes(byte[] statement) {
        byte[] head =
                "DSSEv1 %d %s %d "
                        .formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, statement.length)
                        .getBytes(StandardCharsets.UTF_8);
        byte[] all = java.util.Arrays.copyOf(head, head.length + statement.length);
        System.arraycopy(statement, 0, all, head.length, statement.length);
        return all;
    }

    private ObjectNode statement() {
        ObjectNode statement = JSON.createObjectNode();
        statement.put("_type", STATEMENT_TYPE);
        ObjectNode subject = statement.putArray("subject").addObject();
        subject.put("name", "urn:remit:change:" + change);
        subject.putObject("digest")
                .put("sha256", Hash.sha256(checkpoint.getBytes(StandardCharsets.UTF_8)).hex());
        statement.put("predicateType", PREDICATE_TYPE);
        ObjectNode predicate = statement.putObject("predicate");
        predicate.put("change", change);
        predicate.put("outcome", outcome);
        words.forEach(predicate.putArray("words")::add);
        predicate.put("case", blindedChange);
        ArrayNode all = predicate.putArray("messages");
        for (Message message : messages) {
            ObjectNode node = all.addObject();
            node.put("topic", message.topic());
            ObjectNode headers = node.putObject("headers");
            message.headers().forEach(headers::put);
            node.put("payload", Base64.getEncoder().encodeToString(message.payload()));
            node.put("key", message.key());
            node.put("seal", message.seal());
            node.put("policy", message.policy());
            node.put("salt", Base64.getEncoder().encodeToString(message.salt()));
            node.put("leafIndex", String.valueOf(message.leafIndex()));
            ArrayNode proof = node.putArray("proof");
            message.proof().forEach(hash -> proof.add(hash.toString()));
        }
        predicate.put("checkpoint", checkpoint);
        trusted.forEach(predicate.putArray("trusted")::add);
        predicate.put("logKey", logKey);
        return statement;
    }

    private static Certificate of(JsonNode predicate) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode node : predicate.path("messages")) {
            Map<String, String> headers = new TreeMap<>();
            node.path("headers")
                    .properties()
                    .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
            List<Hash> proof = new ArrayList<>();
            node.path("proof").forEach(hash -> proof.add(Hash.parse(hash.asText())));
            messages.add(
                    new Message(
                            node.path("topic").asText(),
                            headers,
                            base64(node, "payload"),
                            node.path("key").asText(),
                            node.path("seal").asText(),
                            node.path("policy").asText(),
                            base64(node, "salt"),
                            Long.parseLong(node.path("leafIndex").asText()),
                            proof));
        }
        return new Certificate(
                predicate.path("change").asText(),
                predicate.path("outcome").asText(),
                texts(predicate.path("words")),
                predicate.path("case").asText(),
                messages,
                predicate.path("checkpoint").asText(),
                texts(predicate.path("trusted")),
                predicate.path("logKey").asText());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static byte[] base64(JsonNode node, String field) {
        String text = node.path(field).asText();
        byte[] bytes = Base64.getDecoder().decode(text);
        if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException(
                    field + ": is not in the one base64 form of its bytes");
        }
        return bytes;
    }

    private static JsonNode json(byte[] bytes, String what) {
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
