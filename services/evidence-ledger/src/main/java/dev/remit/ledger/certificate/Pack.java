package dev.remit.ledger.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The evidence of a period, as files: every certificate of the population, every leaf that the log
 * got in the period, so that the population's completeness can be recomputed, and indexes for
 * people and for tools. The same evidence always makes the same bytes.
 *
 * @param from the population is what the log signed from this time on
 * @param to until before this time
 * @param population which of them
 * @param before the last checkpoint before {@code from}; empty when there was none
 * @param through the last checkpoint before {@code to}
 * @param ends the last states of the log's shards that ended in between, oldest first
 * @param first the place of the first leaf among all of the log's
 * @param frontier the roots of the full subtrees of the log at {@code before}, from the left
 * @param leaves what the log got since then, in order
 * @param certificates of the changes whose closure is among the leaves, by closing leaf
 */
public record Pack(
        Instant from,
        Instant to,
        Population population,
        String before,
        String through,
        List<String> ends,
        long first,
        List<Hash> frontier,
        List<byte[]> leaves,
        List<byte[]> certificates) {
    static final String FORMAT = "https://remit.dev/evidence-pack/v2";

    /** The format in which each control counted every completed change. */
    static final String FORMAT_V1 = "https://remit.dev/evidence-pack/v1";

    static final String MANIFEST = "manifest.json";
    static final String CHANGES = "changes.csv";
    static final String CONTROLS = "controls.csv";
    static final String OSCAL = "oscal-assessment-results.json";
    static final String BEFORE = "log/checkpoint-before.txt";
    static final String THROUGH = "log/checkpoint.txt";
    static final String ENDS = "log/checkpoint-end-";
    static final String FRONTIER = "log/frontier.txt";
    static final String LEAVES = "log/leaves.bundle";
    static final String CERTIFICATES = "certificates/";

    static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    /** The earliest time that a zip file can say, so that it says nothing. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final int MOST_BYTES = 1 << 30;

    /** A certificate with what its verification found. */
    record Verified(byte[] file, Certificate certificate, Verification verification) {
        String name() {
            return CERTIFICATES + certificate.statement().change() + ".json";
        }
    }

    /**
     * The files by path.
     *
     * @param printed makes a PDF of a report
     */
    public Map<String, byte[]> files(
            CertificateVerifier.Trust trust, Function<PackReport, byte[]> printed) {
        List<Verified> verified = new ArrayList<>();
        for (byte[] each : certificates) {
            verified.add(
                    new Verified(
                            each,
                            Certificate.read(each).certificate(),
                            CertificateVerifier.verify(each, Optional.of(trust))));
        }
        Map<String, byte[]> files = new TreeMap<>();
        verified.forEach(each -> files.put(each.name(), each.file()));
        if (!before.isEmpty()) {
            files.put(BEFORE, bytes(before));
        }
        files.put(THROUGH, bytes(through));
        for (int n = 0; n < ends.size(); n++) {
            files.put(end(n), bytes(ends.get(n)));
        }
        files.put(FRONTIER, bytes(lines(frontier.stream().map(Hash::toString).toList())));
        files.put(LEAVES, bundle(leaves));
        files.put(CHANGES, bytes(PackTables.changes(verified)));
        files.put(CONTROLS, bytes(PackTables.controls(verified)));
        String log = trust.log().name();
        files.put("report.pdf", printed.apply(PackReport.of(this, log, verified)));
        files.put("README.txt", bytes(readme(verified)));
        files.put(OSCAL, bytes(new AssessmentResults(this, verified, files).text()));
        files.put(MANIFEST, manifest(log, verified, files));
        return files;
    }

    /** The files in one zip file, in the order of their paths. */
    public static byte[] zip(Map<String, byte[]> files) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> each : new TreeMap<>(files).entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                entry.setTimeLocal(NO_TIME);
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * The files in a zip file.
     *
     * @throws IllegalArgumentException if it does not read, or is larger than a gigabyte
     */
    public static Map<String, byte[]> unzip(byte[] zip) {
        Map<String, byte[]> files = new TreeMap<>();
        long left = MOST_BYTES;
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] content = in.readNBytes((int) left);
                left -= content.length;
                if (left <= 0) {
                    throw new IllegalArgumentException("pack: holds more than a gigabyte");
                }
                if (files.put(entry.getName(), content) != null) {
                    throw new IllegalArgumentException("pack: " + entry.getName() + " is twice");
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("pack: does not read: " + e.getMessage(), e);
        }
        return files;
    }

    /** The path of the last state of the n-th shard that ended. */
    static String end(int n) {
        return ENDS + (n + 1) + ".txt";
    }

    /** Places of the closures among the leaves that no certificate is of. */
    List<String> outside(String log, List<Verified> verified) {
        return PackVerifier.outside(
                leaves,
                PackVerifier.places(
                        log,
                        before.isEmpty() ? Optional.empty() : Optional.of(state(before)),
                        ends.stream().map(Pack::state).toList(),
                        state(through),
                        leaves.size()),
                verified);
    }

    /** What a checkpoint says, unverified. */
    static Checkpoint state(String note) {
        return Checkpoint.parse(SignedNote.parse(note).text());
    }

    private byte[] manifest(String log, List<Verified> verified, Map<String, byte[]> files) {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("format", FORMAT);
        manifest.put("from", from.toString());
        manifest.put("to", to.toString());
        population.write(manifest);
        manifest.put(
                "population",
                "every change whose ChangeClosed is a leaf that the log signed for the first time at or after 'from' and before 'to'"
                        + (population.isAll() ? "" : ", of " + population.words()));
        manifest.put("query", query());
        manifest.put("changes", String.valueOf(verified.size()));
        manifest.put("leaves", String.valueOf(leaves.size()));
        ArrayNode outside = manifest.putArray("closuresOutside");
        outside(log, verified).forEach(outside::add);
        ObjectNode hashes = manifest.putObject("sha256");
        files.forEach((path, content) -> hashes.put(path, Hash.sha256(content).hex()));
        return bytes(pretty(manifest));
    }

    /** How the ledger's database gives the same population. */
    private String query() {
        return query(population, first, first + leaves.size());
    }

    static String query(Population population, long first, long last) {
        return "select change_id from change where closing_leaf >= "
                + first
                + " and closing_leaf < "
                + last
                + population.sql()
                + " order by closing_leaf";
    }

    private String readme(List<Verified> verified) {
        return """
        Evidence of identity changes, %s to %s%s
        %d changes, %d leaves of the log.

        report.pdf                     what follows, to read and print
        manifest.json                  the population, its query, the hash of every file
        changes.csv                    a line a change
        controls.csv                   a line a control: which changes it is about, how many of them show it
        oscal-assessment-results.json  the same for tools that read OSCAL
        certificates/                  a certificate a change; each verifies by itself
        log/                           the log's signed states and every leaf between them

        Check all of it offline, with the keys obtained apart from this pack:
          java -jar remit-verify.jar --trust DIR PACK.zip
        That recomputes the log's root over all leaves of the period: no closure is left out. Where the population
        is not every change of the period, the closures outside it are only counted; whether they are is the log's word.
        What controls.csv says is counted anew from the certificates.
        """
                .formatted(
                        from,
                        to,
                        population.isAll() ? "" : ", " + population.words(),
                        verified.size(),
                        leaves.size());
    }

    static String pretty(JsonNode node) {
        return node.toPrettyString().replace("\r\n", "\n") + "\n";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String lines(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /** As an entry bundle of C2SP tlog-tiles: length in two bytes, then the leaf. */
    static byte[] bundle(List<byte[]> leaves) {
        var bytes = new ByteArrayOutputStream();
        for (byte[] leaf : leaves) {
            bytes.write(leaf.length >> 8);
            bytes.write(leaf.length);
            bytes.writeBytes(leaf);
        }
        return bytes.toByteArray();
    }

    /**
     * The leaves in a bundle.
     *
     * @throws IllegalArgumentException if it is cut off
     */
    static List<byte[]> unbundle(byte[] bundle) {
        List<byte[]> leaves = new ArrayList<>();
        for (int at = 0; at < bundle.length; ) {
            int length =
                    at + 2 > bundle.length
                            ? -1
                            : ((bundle[at] & 0xff) << 8) | (bundle[at + 1] & 0xff);
            if (length < 0 || at + 2 + length > bundle.length) {
                throw new IllegalArgumentException(LEAVES + ": is cut off");
            }
            leaves.add(java.util.Arrays.copyOfRange(bundle, at + 2, at + 2 + length));
            at += 2 + length;
        }
        return leaves;
    }
}
