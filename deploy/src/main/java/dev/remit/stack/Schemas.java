package dev.remit.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.wire.Messages;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;

/**
 * The schemas in an Apicurio Registry, in a group of their own under the rule FULL_TRANSITIVE:
 * every released version in its order, then what this build writes, so that services of an old and
 * a new build can run side by side. A service finds its schema by the very text that it writes
 * with, and never registers one itself.
 */
public final class Schemas implements Preparation {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RULE =
            "{\"ruleType\":\"COMPATIBILITY\",\"config\":\"FULL_TRANSITIVE\"}";

    private final String api;

    /**
     * @param api the registry's API, for example {@code http://127.0.0.1:8080/apis/registry/v3}
     */
    public Schemas(String api) {
        this.api = api.replaceFirst("/+$", "");
    }

    @Override
    public String what() {
        return "schemas";
    }

    @Override
    public String where() {
        return "at " + api;
    }

    @Override
    public Optional<String> trouble() throws InterruptedException {
        return Requests.trouble(api + "/system/info");
    }

    @Override
    public String advice() {
        return "Check the registry's URL: it ends in /apis/registry/v3.";
    }

    @Override
    public String make() throws IOException, InterruptedException {
        List<Schema> all = all();
        String group = all.getFirst().getNamespace();
        String groups = api + "/groups";
        accepted(
                Requests.send("POST", groups, null, "{\"groupId\":\"" + group + "\"}"),
                "the group " + group);
        String rules = groups + "/" + group + "/rules";
        accepted(Requests.send("POST", rules, null, RULE), "the compatibility rule");
        accepted(
                Requests.send("PUT", rules + "/COMPATIBILITY", null, RULE),
                "the compatibility rule");
        for (Schema schema : all) {
            accepted(
                    Requests.send(
                            "POST",
                            groups + "/" + group + "/artifacts?ifExists=FIND_OR_CREATE_VERSION",
                            null,
                            artifact(schema)),
                    schema.getName());
        }
        return all.size() + " texts of " + Messages.schemas().size() + " records are registered";
    }

    /**
     * Whether a service that writes with this schema will find it, asked as the services' client
     * asks.
     */
    public boolean holds(Schema schema) throws IOException, InterruptedException {
        return found(schema).path("count").asInt() > 0;
    }

    /**
     * The content id that stands before what is written with this schema.
     *
     * @throws IOException if it is not registered
     */
    public int contentId(Schema schema) throws IOException, InterruptedException {
        JsonNode id = found(schema).path("versions").path(0).path("contentId");
        if (!id.isInt()) {
            throw new IOException("the registry does not hold the schema of " + schema.getName());
        }
        return id.asInt();
    }

    private JsonNode found(Schema schema) throws IOException, InterruptedException {
        Requests.Answer answer =
                Requests.send(
                        "POST",
                        api
                                + "/search/versions?canonical=false&artifactType=AVRO&groupId="
                                + encoded(schema.getNamespace())
                                + "&artifactId="
                                + encoded(schema.getName()),
                        null,
                        schema.toString());
        return accepted(answer, schema.getName()).json();
    }

    /** What released versions wrote, oldest first, then what this build writes. */
    public static List<Schema> all() throws IOException {
        // by text, not by equality: schemas that differ in a doc are equal, and are looked up apart
        Map<String, Schema> all = new LinkedHashMap<>();
        released().forEach(schema -> all.put(schema.toString(), schema));
        Messages.schemas().forEach(schema -> all.put(schema.toString(), schema));
        return List.copyOf(all.values());
    }

    /** What released versions wrote, oldest first. */
    static List<Schema> released() throws IOException {
        List<Schema> released = new ArrayList<>();
        for (String file :
                resource("index")
                        .lines()
                        .sorted(Comparator.comparingInt(Schemas::version))
                        .toList()) {
            released.add(new SchemaParser().parse(resource(file)).mainSchema());
        }
        return released;
    }

    /** {@code v10/ChangeProposed.avsc} is of version 10. */
    private static int version(String file) {
        return Integer.parseInt(file.substring(1, file.indexOf('/')));
    }

    private static String artifact(Schema schema) throws IOException {
        return JSON.writeValueAsString(
                Map.of(
                        "artifactId", schema.getName(),
                        "artifactType", "AVRO",
                        "firstVersion",
                                Map.of(
                                        "content",
                                        Map.of(
                                                "content",
                                                schema.toString(),
                                                "contentType",
                                                "application/json"))));
    }

    /** A group or a rule that is there already is as good as one that is made. */
    private static Requests.Answer accepted(Requests.Answer answer, String what)
            throws IOException {
        boolean there = answer.status() == 409 && what.startsWith("the ");
        if (!answer.ok() && !there) {
            String words = answer.text();
            throw new IOException(
                    "the registry refuses %s (%d): %s%s"
                            .formatted(
                                    what,
                                    answer.status(),
                                    words,
                                    words.contains("RuleViolation")
                                            ? ". It holds a schema of that name that this build is not compatible with: another product's, or a later build's that was never released."
                                            : ""));
        }
        return answer;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String resource(String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        Messages.class.getResourceAsStream("/released/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
