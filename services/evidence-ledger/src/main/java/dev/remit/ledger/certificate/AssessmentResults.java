package dev.remit.ledger.certificate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.Ids;
import dev.remit.handoff.merkle.Hash;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A pack as assessment results of OSCAL 1.2 (NIST). Every uuid is derived from the evidence, so
 * that the same pack has the same bytes. There was no formal assessment plan: a back-matter
 * resource says so, since the format asks for one.
 */
final class AssessmentResults {
    private static final UUID NAMESPACE = UUID.fromString("8a4d3b62-7a55-5d3c-8a0e-4b6c0f5d9e21");
    private static final String OSCAL = "1.2.2";
    private static final String OURS = "https://remit.dev/ns/oscal";

    private final Pack pack;
    private final List<Pack.Verified> verified;
    private final Map<String, byte[]> files;
    private final String seed;

    AssessmentResults(Pack pack, List<Pack.Verified> verified, Map<String, byte[]> files) {
        this.pack = pack;
        this.verified = verified;
        this.files = files;
        var all =
                new StringBuilder(pack.from() + " " + pack.to() + " " + pack.population().words());
        files.forEach((path, content) -> all.append(path).append(Hash.sha256(content)));
        this.seed = Hash.sha256(Pack.bytes(all.toString())).hex();
    }

    String text() {
        ObjectNode root = Pack.JSON.createObjectNode();
        ObjectNode results = root.putObject("assessment-results");
        results.put("uuid", id("assessment-results"));
        ObjectNode metadata = results.putObject("metadata");
        metadata.put("title", "Identity changes, " + pack.from() + " to " + pack.to());
        metadata.put("last-modified", pack.to().toString());
        metadata.put("version", seed.substring(0, 16));
        metadata.put("oscal-version", OSCAL);
        results.putObject("import-ap").put("href", "#" + id("plan"));
        result(results.putArray("results").addObject());
        backMatter(results.putObject("back-matter").putArray("resources"));
        return Pack.pretty(root);
    }

    private void result(ObjectNode result) {
        List<Pack.Verified> completed = PackTables.completed(verified);
        result.put("uuid", id("result"));
        result.put("title", "What the certificates of the period show");
        result.put(
                "description",
                "Every certificate was verified anew from sealed messages and inclusion proofs. Population: "
                        + verified.size()
                        + " changes, of which "
                        + completed.size()
                        + " were completed; completeness is recomputed over every leaf of the period.");
        result.put("start", pack.from().toString());
        result.put("end", pack.to().toString());
        ArrayNode included =
                result.putObject("reviewed-controls")
                        .putArray("control-selections")
                        .addObject()
                        .putArray("include-controls");
        ArrayNode observations = result.putArray("observations");
        ArrayNode findings = Pack.JSON.createArrayNode();
        for (Control control : Control.ALL) {
            Control.Shown shown = control.shownBy(completed);
            boolean catalogued = control.catalogue().equals(Control.SP_800_53);
            String observation = id("observation " + control.catalogue() + control.id());
            ObjectNode node = observations.addObject();
            node.put("uuid", observation);
            node.put("title", control.catalogue() + " " + control.id() + " " + control.title());
            node.put("description", words(control, shown));
            ArrayNode properties = node.putArray("props");
            property(properties, "catalogue", control.catalogue());
            property(properties, "control", control.id());
            if (!control.alias().isEmpty()) {
                property(properties, "also-known-as", control.alias());
            }
            node.putArray("methods").add("TEST");
            node.putArray("types").add("control-objective");
            ArrayNode evidence = node.putArray("relevant-evidence");
            for (String file : List.of(Pack.THROUGH, Pack.CHANGES, Pack.CONTROLS)) {
                evidence.addObject().put("href", "#" + id("file " + file)).put("description", file);
            }
            node.put("collected", pack.to().toString());
            if (catalogued) {
                included.addObject().put("control-id", control.oscalId());
            }
            if (catalogued && shown.isFinding()) {
                ObjectNode finding = findings.addObject();
                finding.put("uuid", id("finding " + control.id()));
                finding.put("title", control.id() + " " + control.title());
                finding.put("description", "By the changes of this kind in the period alone.");
                ObjectNode target = finding.putObject("target");
                target.put("type", "objective-id");
                target.put("target-id", objective(control.id()));
                target.putObject("status").put("state", state(shown));
                finding.putArray("related-observations")
                        .addObject()
                        .put("observation-uuid", observation);
            }
        }
        if (!findings.isEmpty()) {
            result.set("findings", findings);
        }
    }

    /** How OSCAL names what a control is for. */
    static String objective(String control) {
        return Control.oscalId(control) + "_obj";
    }

    /** How OSCAL says whether it is met. */
    static String state(Control.Shown shown) {
        return shown.isSatisfied() ? "satisfied" : "not-satisfied";
    }

    private static String words(Control control, Control.Shown shown) {
        String about = "About: " + Kind.text(control.kinds()) + ". ";
        String unknown =
                shown.unknown() == 0
                        ? ""
                        : " Changes whose content is erased, so that their kind is not known: "
                                + shown.unknown()
                                + ".";
        return about
                + (shown.isFinding()
                        ? shown.showing()
                                + " of "
                                + shown.number()
                                + " completed changes of this kind show it by: "
                                + String.join(", ", control.checks())
                                + "."
                        : "There is no finding: no completed change of this kind in the period.")
                + unknown;
    }

    private void backMatter(ArrayNode resources) {
        ObjectNode plan = resources.addObject();
        plan.put("uuid", id("plan"));
        plan.put("title", "Assessment plan");
        plan.put(
                "description",
                "There was no formal assessment plan. The population is in manifest.json.");
        files.forEach((path, content) -> {
            ObjectNode resource = resources.addObject();
            resource.put("uuid", id("file " + path));
            resource.put("title", path);
            ObjectNode link = resource.putArray("rlinks").addObject();
            link.put("href", "./" + path);
            link.putArray("hashes")
                    .addObject()
                    .put("algorithm", "SHA-256")
                    .put("value", Hash.sha256(content).hex());
        });
    }

    private static void property(ArrayNode properties, String name, String value) {
        properties.addObject().put("name", name).put("ns", OURS).put("value", value);
    }

    private String id(String name) {
        return Ids.derived(NAMESPACE, seed + " " + name).toString();
    }
}
