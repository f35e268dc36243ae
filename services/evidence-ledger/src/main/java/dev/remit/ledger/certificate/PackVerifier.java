package dev.remit.ledger.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.certificate.Verification.Check;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardStart;
import dev.remit.ledger.log.SignedNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks a pack offline: every certificate, and that the population is complete. For that it
 * recomputes the log's root at the end of the period from its state at the beginning and every leaf
 * since: a closure that is left out would change it.
 */
public final class PackVerifier {
    /** How far the witnesses' clocks may be from the ledger's. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private static final Pattern RANGE =
            Pattern.compile(">= ([0-9]{1,18}) and closing_leaf < ([0-9]{1,18})");

    private final Map<String, byte[]> files;
    private final CertificateVerifier.Trust trust;
    private final List<Check> checks = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    private PackVerifier(Map<String, byte[]> files, CertificateVerifier.Trust trust) {
        this.files = files;
        this.trust = trust;
    }

    /** Verifies the files of a pack with keys obtained apart from it. */
    public static Verification verify(Map<String, byte[]> files, CertificateVerifier.Trust trust) {
        return new PackVerifier(files, trust).run();
    }

    private Verification run() {
        String outcome = "";
        try {
            JsonNode manifest = manifest();
            boolean isFirst = isFirstFormat(manifest);
            List<Pack.Verified> certificates = certificates();
            completeness(manifest, certificates, isFirst);
            if (isFirst) {
                hold(
                        "controls",
                        "NOTE: an older pack: its controls count every completed change, of whatever kind");
            } else {
                query(manifest);
                changes(certificates);
                controls(certificates);
                mapping();
                assessment(certificates);
            }
            outcome =
                    certificates.size()
                            + " changes, "
                            + manifest.path("from").asText()
                            + " to "
                            + manifest.path("to").asText();
        } catch (IllegalArgumentException e) {
            add("pack", Finding.MALFORMED, String.valueOf(e.getMessage()));
        }
        return new Verification(List.copyOf(checks), List.copyOf(words), outcome);
    }

    private JsonNode manifest() {
        JsonNode manifest;
        try {
            manifest = Pack.JSON.readTree(file(Pack.MANIFEST));
        } catch (IOException e) {
            throw new IllegalArgumentException(Pack.MANIFEST + ": is not JSON", e);
        }
        Set<String> wrong = new TreeSet<>(files.keySet());
        wrong.remove(Pack.MANIFEST);
        manifest.path("sha256")
                .properties()
                .forEach(each -> {
                    byte[] content = files.get(each.getKey());
                    if (content != null
                            && Hash.sha256(content).hex().equals(each.getValue().asText())) {
                        wrong.remove(each.getKey());
                    } else {
                        wrong.add(each.getKey());
                    }
                });
        check(
                "manifest",
                wrong.isEmpty(),
                Finding.MALFORMED,
                files.size() - 1 + " files, each as the manifest says",
                "not as the manifest says: " + String.join(", ", wrong));
        return manifest;
    }

    private static boolean isFirstFormat(JsonNode manifest) {
        String format = manifest.path("format").asText();
        if (!format.equals(Pack.FORMAT) && !format.equals(Pack.FORMAT_V1)) {
            throw new IllegalArgumentException(
                    Pack.MANIFEST + ": is of the format '" + format + "', which is not known here");
        }
        return format.equals(Pack.FORMAT_V1);
    }

    private List<Pack.Verified> certificates() {
        List<Pack.Verified> verified = new ArrayList<>();
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            if (each.getKey().startsWith(Pack.CERTIFICATES)) {
                Verification verification =
                        CertificateVerifier.verify(each.getValue(), Optional.of(trust));
                if (!verification.holds()) {
                    add(
                            "certificate",
                            verification.finding(),
                            each.getKey() + ": " + verification.finding().title());
                }
                Pack.Verified found =
                        new Pack.Verified(
                                each.getValue(),
                                Certificate.read(each.getValue()).certificate(),
                                verification);
                if (!each.getKey().equals(found.name())) {
                    add(
                            "certificate",
                            Finding.MALFORMED,
                            each.getKey()
                                    + ": is of change "
                                    + found.certificate().statement().change());
                }
                verified.add(found);
                words.addAll(verification.words().stream().limit(1).toList());
            }
        }
        long hold = verified.stream().filter(each -> each.verification().holds()).count();
        check(
                "certificates",
                hold == verified.size(),
                Finding.WITHHELD,
                hold + " certificates, all verified anew",
                hold + " of " + verified.size() + " certificates verified in full");
        return verified;
    }

    private void completeness(
            JsonNode manifest, List<Pack.Verified> certificates, boolean isFirst) {
        List<byte[]> leaves = Pack.unbundle(file(Pack.LEAVES));
        List<Hash> frontier =
                new String(file(Pack.FRONTIER), StandardCharsets.UTF_8)
                        .lines()
                        .map(Hash::parse)
                        .toList();
        State through = open(Pack.THROUGH);
        Optional<State> before =
                files.containsKey(Pack.BEFORE) ? Optional.of(open(Pack.BEFORE)) : Optional.empty();
        List<Checkpoint> ends = new ArrayList<>();
        while (files.containsKey(Pack.end(ends.size()))) {
            ends.add(open(Pack.end(ends.size())).checkpoint());
        }
        period(manifest, before, through);
        Checkpoint first = ends.isEmpty() ? through.checkpoint() : ends.getFirst();
        if (before.isEmpty() && !first.origin().equals(trust.log().name())) {
            add(
                    "period",
                    Finding.GAP,
                    "begins with " + first.origin() + ", which is not where the log began");
        }
        completeness(
                manifest,
                before.map(State::checkpoint),
                frontier,
                leaves,
                ends,
                through.checkpoint(),
                certificates,
                isFirst);
    }

    private void completeness(
            JsonNode manifest,
            Optional<Checkpoint> before,
            List<Hash> frontier,
            List<byte[]> leaves,
            List<Checkpoint> ends,
            Checkpoint through,
            List<Pack.Verified> certificates,
            boolean isFirst) {
        check(
                "completeness",
                leads(before, frontier, leaves, ends, through),
                Finding.NOT_INCLUDED,
                leaves.size()
                        + " leaves lead from the log's signed state of size "
                        + before.map(Checkpoint::size).orElse(0L)
                        + " to that of size "
                        + through.size()
                        + (ends.isEmpty() ? "" : ", through shards that ended: " + ends.size()),
                "the leaves are not what the log got between its two signed states");
        List<String> places = places(trust.log().name(), before, ends, through, leaves.size());
        population(
                manifest,
                isFirst ? "closuresUnderOtherCharters" : "closuresOutside",
                closures(leaves),
                outside(leaves, places, certificates),
                certificates);
        within(new HashSet<>(places), certificates);
    }

    /**
     * Whether what is there is of the population, and what is not there is stated to be outside.
     */
    private void population(
            JsonNode manifest,
            String member,
            int closures,
            List<String> left,
            List<Pack.Verified> certificates) {
        Population population = Population.read(manifest);
        Set<String> stated = new TreeSet<>();
        manifest.path(member).forEach(each -> stated.add(each.asText()));
        Set<String> outside = new TreeSet<>(left);
        check(
                "population",
                stated.equals(outside) && (!population.isAll() || outside.isEmpty()),
                Finding.GAP,
                "every closure of the period has its certificate here"
                        + (population.isAll()
                                ? ""
                                : ", or is stated to be outside the population ("
                                        + population.words()
                                        + "): "
                                        + outside.size()
                                        + " of "
                                        + closures),
                "closures without a certificate: leaves " + String.join(", ", outside));
        List<String> strangers =
                certificates.stream()
                        .filter(each -> !population.mayHold(each))
                        .map(each -> each.certificate().statement().change())
                        .toList();
        if (!strangers.isEmpty()) {
            add(
                    "population",
                    Finding.NOT_PROVED,
                    "not of the population ("
                            + population.words()
                            + "): changes "
                            + String.join(", ", strangers));
        }
    }

    /** Whether each was closed in the period: a certificate of another would count twice. */
    private void within(Set<String> places, List<Pack.Verified> certificates) {
        List<String> others =
                certificates.stream()
                        .filter(each -> !places.contains(closing(each.certificate())))
                        .map(each -> each.certificate().statement().change())
                        .toList();
        if (!others.isEmpty()) {
            add(
                    "population",
                    Finding.NOT_PROVED,
                    "not closed in this period: changes " + String.join(", ", others));
        }
    }

    /**
     * Whether the query for the ledger's database asks for this population, and this many leaves.
     */
    private void query(JsonNode manifest) {
        String said = manifest.path("query").asText();
        Matcher range = RANGE.matcher(said);
        boolean fits = false;
        if (range.find()) {
            long first = Long.parseLong(range.group(1));
            long last = Long.parseLong(range.group(2));
            fits =
                    last - first == Pack.unbundle(file(Pack.LEAVES)).size()
                            && said.equals(Pack.query(Population.read(manifest), first, last));
        }
        check(
                "query",
                fits,
                Finding.NOT_PROVED,
                "the manifest's query asks for this population",
                "the manifest's query asks for another population: " + said);
    }

    /** Whether the table of changes says what the certificates show. */
    private void changes(List<Pack.Verified> certificates) {
        Set<String> wrong = read(Pack.CHANGES, table -> PackTables.differing(table, certificates));
        check(
                "changes",
                wrong.isEmpty(),
                Finding.NOT_PROVED,
                "each line says what its certificate shows",
                Pack.CHANGES
                        + " says other than these certificates show of: "
                        + String.join(", ", wrong));
    }

    /** Whether the table of controls says what the certificates show. */
    private void controls(List<Pack.Verified> certificates) {
        List<String> wrong =
                read(Pack.CONTROLS, table -> PackTables.miscounted(table, certificates));
        check(
                "controls",
                wrong.isEmpty(),
                Finding.NOT_PROVED,
                "each control counts what these certificates show, of the changes that it is about",
                Pack.CONTROLS
                        + " says other than these certificates show of: "
                        + String.join(", ", wrong));
    }

    /** What an auditor should look at: the pack itself says what shows a control. */
    private void mapping() {
        List<String> otherwise = read(Pack.CONTROLS, PackTables::otherwise);
        if (!otherwise.isEmpty()) {
            hold(
                    "controls",
                    "NOTE: what these are about, or what shows them, this program takes otherwise: "
                            + String.join(", ", otherwise));
        }
    }

    /** Whether the assessment results find what the certificates show. */
    private void assessment(List<Pack.Verified> certificates) {
        Map<String, String> shown =
                read(Pack.CONTROLS, table -> PackTables.findings(table, certificates));
        Map<String, String> said = new TreeMap<>();
        JsonNode results;
        try {
            results = Pack.JSON.readTree(file(Pack.OSCAL)).at("/assessment-results/results");
        } catch (IOException e) {
            throw new IllegalArgumentException(Pack.OSCAL + ": is not JSON", e);
        }
        for (JsonNode result : results) {
            for (JsonNode finding : result.path("findings")) {
                JsonNode target = finding.path("target");
                said.merge(
                        target.path("target-id").asText(),
                        target.at("/status/state").asText(),
                        (one, other) -> one + " and " + other);
            }
        }
        check(
                "assessment",
                said.equals(shown),
                Finding.NOT_PROVED,
                "the assessment results find what these certificates show; report.pdf, for people to read, is not checked",
                Pack.OSCAL + " finds " + said + ", and these certificates show " + shown);
    }

    private <T> T read(String path, Function<String, T> reader) {
        try {
            return reader.apply(new String(file(path), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Whether these leaves, all of them, lead from one state to the other; where a shard ends among
     * them, the next one's first leaf commits to its signed end.
     */
    private static boolean leads(
            Optional<Checkpoint> before,
            List<Hash> frontier,
            List<byte[]> leaves,
            List<Checkpoint> ends,
            Checkpoint through) {
        Range range = new Range(before.map(Checkpoint::size).orElse(0L), frontier);
        if (before.filter(each -> each.size() > 0 && !each.root().equals(range.root()))
                .isPresent()) {
            return false;
        }
        Range tree = range;
        int ended = 0;
        for (byte[] leaf : leaves) {
            if (ended < ends.size() && tree.size() == ends.get(ended).size()) {
                Checkpoint end = ends.get(ended++);
                if (!tree.root().equals(end.root())
                        || ShardStart.parse(leaf)
                                .filter(start -> start.previous().equals(end))
                                .isEmpty()) {
                    return false;
                }
                tree = new Range(0, List.of());
            }
            tree.append(Merkle.leafHash(leaf));
        }
        return ended == ends.size()
                && tree.size() == through.size()
                && (through.size() == 0 || tree.root().equals(through.root()));
    }

    /**
     * Where so many leaves are: the place in the tree, behind the period of a later shard.
     *
     * @param log its first origin
     */
    static List<String> places(
            String log,
            Optional<Checkpoint> before,
            List<Checkpoint> ends,
            Checkpoint through,
            int leaves) {
        List<String> places = new ArrayList<>();
        String origin = before.map(Checkpoint::origin).orElse(log);
        long index = before.map(Checkpoint::size).orElse(0L);
        int ended = 0;
        for (int n = 0; n < leaves; n++) {
            if (ended < ends.size() && index == ends.get(ended).size()) {
                ended++;
                origin = (ended < ends.size() ? ends.get(ended) : through).origin();
                index = 0;
            }
            places.add(place(log, origin, index++));
        }
        return places;
    }

    private static String place(String log, String origin, long index) {
        return Shard.period(origin, log).map(Shard::prefix).orElse(origin + "/") + index;
    }

    /**
     * A state of the log.
     *
     * @param since when the last witness cosigned it; empty where none is asked for
     */
    private record State(Checkpoint checkpoint, Optional<Instant> since) {}

    private State open(String path) {
        String note = new String(file(path), StandardCharsets.UTF_8);
        Checkpoint checkpoint = Checkpoint.parse(SignedNote.open(note, trust.log()));
        Optional<Witnessed> witnessed = Witnessed.of(note, checkpoint, trust);
        witnessed.ifPresent(found ->
                add(
                        found.check().name(),
                        found.check().finding(),
                        path + ": " + found.check().words()));
        return new State(checkpoint, witnessed.flatMap(Witnessed::since));
    }

    /**
     * Whether the leaves begin where the period does: what the log got between its begin and a
     * later state would be missing. Where they end, only the pack of the next period shows.
     */
    private void period(JsonNode manifest, Optional<State> before, State through) {
        Instant from;
        try {
            from = Instant.parse(manifest.path("from").asText());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(Pack.MANIFEST + ": 'from' is not a time", e);
        }
        Optional<Instant> began = before.flatMap(State::since);
        if (before.isPresent() && began.isEmpty()) {
            hold(
                    "period",
                    "NOTE: when the log was in these states is the ledger's word; no witness says");
            return;
        }
        check(
                "period",
                began.filter(each -> each.isAfter(from.plus(CLOCKS))).isEmpty(),
                Finding.GAP,
                began.map(each -> "begins with a state that was cosigned at " + each)
                                .orElse("begins with the log")
                        + through.since().map(each -> ", ends with one of " + each).orElse("")
                        + "; the pack of the next period must begin with that one",
                "begins with a state that was cosigned at "
                        + began.map(Instant::toString).orElse("")
                        + ", after "
                        + from);
    }

    private byte[] file(String path) {
        byte[] content = files.get(path);
        if (content == null) {
            throw new IllegalArgumentException("pack: has no " + path);
        }
        return content;
    }

    /** Those of these places at which a closure is that no certificate is of. */
    static List<String> outside(
            List<byte[]> leaves, List<String> places, List<Pack.Verified> certificates) {
        Set<String> certified = new HashSet<>();
        certificates.forEach(each -> certified.add(closing(each.certificate())));
        List<String> outside = new ArrayList<>();
        for (int n = 0; n < leaves.size(); n++) {
            if (isClosure(leaves.get(n)) && !certified.contains(places.get(n))) {
                outside.add(places.get(n));
            }
        }
        return outside;
    }

    /** How many of these leaves are closures. */
    static int closures(List<byte[]> leaves) {
        return (int) leaves.stream().filter(PackVerifier::isClosure).count();
    }

    private static boolean isClosure(byte[] text) {
        var leaf = new Certificate.Leaf("", 0, new String(text, StandardCharsets.UTF_8));
        return leaf.field("type").equals("ChangeClosed");
    }

    /** The place of a certificate's closure; -1 if it has none. */
    static String closing(Certificate certificate) {
        Certificate.Statement statement = certificate.statement();
        String own = statement.log().split("\n", 2)[0];
        return statement.leaves().stream()
                .filter(leaf -> leaf.field("type").equals("ChangeClosed"))
                .filter(leaf -> leaf.field("case").equals(statement.blindedChange()))
                .findFirst()
                .map(leaf ->
                        place(
                                statement.logKey().split("\\+", 2)[0],
                                leaf.origin().isEmpty() ? own : leaf.origin(),
                                leaf.index()))
                .orElse("-1");
    }

    private void check(String name, boolean holds, Finding finding, String text, String otherwise) {
        add(name, holds ? Finding.VERIFIED : finding, holds ? text : otherwise);
    }

    private void hold(String name, String text) {
        add(name, Finding.VERIFIED, text);
    }

    private void add(String name, Finding finding, String text) {
        checks.add(new Check(name, finding, text));
    }

    /** A Merkle tree of RFC 9162 that only grows: the roots of its full subtrees, from the left. */
    private static final class Range {
        private final List<Hash> roots;
        private long size;

        Range(long size, List<Hash> frontier) {
            if (Long.bitCount(size) != frontier.size()) {
                throw new IllegalArgumentException(
                        Pack.FRONTIER + ": does not fit a log of size " + size);
            }
            this.roots = new ArrayList<>(frontier);
            this.size = size;
        }

        void append(Hash leaf) {
            Hash hash = leaf;
            for (long full = size; (full & 1) == 1; full >>= 1) {
                hash = Merkle.nodeHash(roots.removeLast(), hash);
            }
            roots.add(hash);
            size++;
        }

        long size() {
            return size;
        }

        Hash root() {
            Hash root = roots.getLast();
            for (int n = roots.size() - 2; n >= 0; n--) {
                root = Merkle.nodeHash(roots.get(n), root);
            }
            return root;
        }
    }
}
