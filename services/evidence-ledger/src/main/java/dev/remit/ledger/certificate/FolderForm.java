package dev.remit.ledger.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.adapter.kafka.PayloadText;
import dev.remit.ledger.log.TlogProof;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A certificate as a folder that a person can look through: the statement, each message beside its
 * leaf and its proof, the checkpoint, the timestamp, the charter, the summary, the keys. It holds
 * what the one file holds and nothing else: {@link #file} puts that together again, and {@link
 * #check} refuses a folder in which any file is not what the certificate gives, so that no byte of
 * it can be changed unseen, also of what is there only to be read.
 */
public final class FolderForm {
    private static final String STATEMENT = "statement.dsse.json";
    private static final String CHECKPOINT = "checkpoint";
    private static final String TOKEN = ".tsr";
    private static final String TIMESTAMP = CHECKPOINT + TOKEN;
    private static final String SUMMARY = "summary.txt";
    private static final String SALT = "summary.salt";
    private static final String CONTENT = ".json";
    private static final String PROOF = ".tlog-proof";

    /** More than any certificate has: whoever gives a larger folder gives something else. */
    private static final int MOST_FILES = 10_000;

    private static final long MOST_BYTES = 100L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter PRETTY =
            JSON.writer(
                    new DefaultPrettyPrinter()
                            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                            .withArrayIndenter(new DefaultIndenter("  ", "\n")));

    private FolderForm() {}

    /** The files of a certificate, by path. */
    public static Map<String, byte[]> of(Certificate.Unverified unverified) {
        Certificate certificate = unverified.certificate();
        Certificate.Statement statement = certificate.statement();
        Map<String, byte[]> files = new TreeMap<>();
        files.put("README.txt", bytes(readme(statement)));
        ObjectNode envelope = JSON.createObjectNode();
        envelope.put("payloadType", Certificate.PAYLOAD_TYPE);
        envelope.put("payload", Certificate.base64(unverified.statement()));
        envelope.putArray("signatures")
                .addObject()
                .put("keyid", unverified.keyId())
                .put("sig", Certificate.base64(unverified.signature()));
        files.put(STATEMENT, pretty(envelope));
        files.put("statement.json", pretty(unverified.statement()));
        files.put(CHECKPOINT, bytes(certificate.checkpoint()));
        certificate.timestamp().ifPresent(token -> files.put(TIMESTAMP, token));
        Map<String, String> notes = new HashMap<>(Map.of("", certificate.checkpoint()));
        for (int n = 0; n < certificate.earlier().size(); n++) {
            String path = earlier(n);
            Certificate.State state = certificate.earlier().get(n);
            files.put(path, bytes(state.checkpoint()));
            state.timestamp().ifPresent(token -> files.put(path + TOKEN, token));
            notes.put(state.checkpoint().split("\n", 2)[0], state.checkpoint());
        }
        certificate
                .summary()
                .ifPresent(summary -> {
                    files.put(SUMMARY, bytes(String.join("\n", summary.lines())));
                    files.put(SALT, bytes(Certificate.base64(summary.salt())));
                });
        files.put("trust/trust.vkeys", bytes(String.join("\n", statement.trusted()) + "\n"));
        files.put("trust/log.vkey", bytes(statement.logKey() + "\n"));
        List<String> names = names(statement.leaves());
        for (int n = 0; n < names.size(); n++) {
            Certificate.Leaf leaf = statement.leaves().get(n);
            files.put(names.get(n) + ".leaf", bytes(leaf.text()));
            files.put(
                    names.get(n) + PROOF,
                    bytes(
                            new TlogProof(
                                            Optional.empty(),
                                            leaf.index(),
                                            certificate.proofs().get(n),
                                            notes.getOrDefault(leaf.origin(), ""))
                                    .text()));
            if (certificate.contents().get(n).isPresent()) {
                message(names.get(n), certificate.contents().get(n).get(), files);
            }
        }
        return files;
    }

    /** The path of the last state of an earlier shard. */
    private static String earlier(int n) {
        return "earlier/" + (n + 1) + "." + CHECKPOINT;
    }

    private static void message(
            String name, Certificate.Content content, Map<String, byte[]> files) {
        ObjectNode message = Certificate.json(content);
        PayloadText.of(
                        content.headers().getOrDefault("ce_type", ""),
                        content.headers().getOrDefault("ce_dataschema", ""),
                        content.payload())
                .ifPresent(text -> {
                    message.set("message", text);
                    if (text.has("document")) {
                        files.put(
                                "charter.json",
                                pretty(Base64.getDecoder().decode(text.path("document").asText())));
                    }
                });
        files.put(name + CONTENT, pretty(message));
    }

    /**
     * The one file of a folder's files.
     *
     * @throws IllegalArgumentException naming the file that is missing or does not read
     */
    public static byte[] file(Map<String, byte[]> files) {
        JsonNode envelope = Certificate.json(required(files, STATEMENT), STATEMENT);
        JsonNode signature = envelope.path("signatures").path(0);
        byte[] payload = Certificate.bytes(envelope, "payload");
        Certificate.Statement statement = Certificate.statement(payload);
        String checkpoint = text(required(files, CHECKPOINT));
        List<List<Hash>> proofs = new ArrayList<>();
        List<Optional<Certificate.Content>> contents = new ArrayList<>();
        for (String name : names(statement.leaves())) {
            proofs.add(TlogProof.parse(text(required(files, name + PROOF))).hashes());
            byte[] content = files.get(name + CONTENT);
            contents.add(
                    content == null
                            ? Optional.empty()
                            : Certificate.content(Certificate.json(content, name + CONTENT)));
        }
        List<Certificate.State> earlier = new ArrayList<>();
        for (int n = 0; n < statement.earlier().size(); n++) {
            earlier.add(
                    new Certificate.State(
                            text(required(files, earlier(n))),
                            Optional.ofNullable(files.get(earlier(n) + TOKEN))));
        }
        Optional<Certificate.Summary> summary =
                files.containsKey(SUMMARY)
                        ? Optional.of(
                                new Certificate.Summary(
                                        Base64.getDecoder().decode(text(required(files, SALT))),
                                        List.of(text(required(files, SUMMARY)).split("\n", -1))))
                        : Optional.empty();
        return new Certificate.Unverified(
                        new Certificate(
                                statement,
                                checkpoint,
                                Optional.ofNullable(files.get(TIMESTAMP)),
                                earlier,
                                proofs,
                                contents,
                                summary),
                        payload,
                        signature.path("keyid").asText(),
                        Certificate.bytes(signature, "sig"))
                .file();
    }

    /**
     * Compares a folder's files with what the certificate gives.
     *
     * @param file the one that the folder gave, and that was verified: messages are read here
     * @throws IllegalArgumentException naming the file that is missing, is not what the certificate
     *     holds, or is no part of it
     */
    static void check(byte[] file, Map<String, byte[]> files) {
        Map<String, byte[]> expected = of(Certificate.read(file));
        expected.forEach((path, bytes) -> {
            if (!Arrays.equals(required(files, path), bytes)) {
                throw new IllegalArgumentException(path + " is not what the certificate holds");
            }
        });
        files.keySet().stream()
                .filter(path -> !expected.containsKey(path))
                .findFirst()
                .ifPresent(path -> {
                    throw new IllegalArgumentException(path + " is no part of the certificate");
                });
    }

    /**
     * Reads a folder. What is hidden, as file managers leave it behind, is passed over.
     *
     * @throws IllegalArgumentException if it holds what no certificate has
     */
    public static Map<String, byte[]> read(Path folder) throws IOException {
        // the folder itself may be a link, nothing in it
        Path top = folder.toRealPath();
        List<Path> found;
        try (Stream<Path> all = Files.walk(top)) {
            found =
                    all.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                            .filter(each -> !("/" + top.relativize(each)).contains("/."))
                            .limit(MOST_FILES + 1L)
                            .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Map<String, byte[]> files = new TreeMap<>();
        long bytes = 0;
        for (Path each : found) {
            String path = top.relativize(each).toString();
            bytes += Files.size(each);
            if (found.size() > MOST_FILES
                    || bytes > MOST_BYTES
                    || !Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                throw new IllegalArgumentException(path + " is no part of a certificate");
            }
            files.put(path, Files.readAllBytes(each));
        }
        return files;
    }

    /** Writes the files into a folder that is not there yet, or is empty. */
    public static void write(Map<String, byte[]> files, Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> all = Files.list(folder)) {
            if (all.findAny().isPresent()) {
                throw new IOException(folder + " is not empty");
            }
        }
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Path file = folder.resolve(each.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
    }

    /**
     * Where each leaf's files are: handoffs by their place in the chain, what supports them by its
     * place in the statement.
     */
    private static List<String> names(List<Certificate.Leaf> leaves) {
        List<String> names = new ArrayList<>();
        for (int n = 0; n < leaves.size(); n++) {
            // what is not signed yet names no path
            String type = leaves.get(n).field("type");
            boolean isHandoff = !leaves.get(n).field("seq").matches("0?");
            names.add(
                    "%s/%02d-%s"
                            .formatted(
                                    isHandoff ? "handoffs" : "support",
                                    n + 1,
                                    type.matches("[A-Za-z]{1,60}") ? type : "key"));
        }
        return names;
    }

    private static String readme(Certificate.Statement statement) {
        return Stream.of(
                        "Closure certificate of change " + statement.change(),
                        "Stated outcome: " + statement.outcome(),
                        "",
                        "Believe none of this before it was checked, offline, with keys obtained apart from this folder:",
                        "    java -jar remit-verify.jar --trust KEYS FOLDER",
                        "A file here that was changed, added or taken away is refused, or said to be withheld.",
                        "",
                        "summary.txt          what happened, in words (summary.salt hides its commitment)",
                        "handoffs/            each handoff in order: NN-Type.json, the message as it was sealed and, under \"message\", as it reads;",
                        "                     NN-Type.leaf, its leaf in the log; NN-Type.tlog-proof, that the leaf is in it (C2SP tlog-proof)",
                        "support/             the same for what the handoffs rest on: observations, the charter, what the log says of keys",
                        "charter.json         the charter that the change ran under",
                        "statement.dsse.json  what the log signs (DSSE around an in-toto statement); statement.json is its payload",
                        "checkpoint           the state of the log that covers all of it, with its signatures (C2SP signed-note)",
                        "checkpoint.tsr       when that state existed (RFC 3161): openssl ts -verify -in checkpoint.tsr -token_in -data checkpoint -CAfile tsa.pem"
                                + (statement.earlier().isEmpty()
                                        ? ""
                                        : "\nearlier/             the same of earlier shards of the log that something here is in"),
                        "trust/               the keys that the certificate itself names: compare them with those obtained apart",
                        "")
                .collect(Collectors.joining("\n"));
    }

    private static byte[] required(Map<String, byte[]> files, String path) {
        byte[] file = files.get(path);
        if (file == null) {
            throw new IllegalArgumentException(path + " is missing");
        }
        return file;
    }

    private static byte[] pretty(JsonNode node) {
        try {
            return bytes(PRETTY.writeValueAsString(node) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("holds a text that is not Unicode", e);
        }
    }

    /** JSON as people read it; as it is where it is none. */
    private static byte[] pretty(byte[] json) {
        try {
            return pretty(JSON.readTree(json));
        } catch (IOException e) {
            return json;
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
