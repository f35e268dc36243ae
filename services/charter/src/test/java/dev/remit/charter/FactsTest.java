package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a condition may look at stands on the wire, or is derived from what does. */
class FactsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Each fact, and where the schemas have it: a record, then the names of its members. */
    private static final Map<String, String> WIRE =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("change.charter", "ChangeProposed change charter name"),
                            Map.entry("change.action", "ChangeProposed change action"),
                            Map.entry("change.target", "ChangeProposed change target"),
                            Map.entry("change.subject", "ChangeProposed change subject id"),
                            Map.entry("change.reason", "ChangeProposed change reason"),
                            Map.entry("change.mode", "ChangeProposed change mode"),
                            Map.entry("subject.system", "IdentityObserved subject system"),
                            Map.entry("subject.id", "IdentityObserved subject id"),
                            Map.entry("subject.enabled", "IdentityObserved account enabled"),
                            Map.entry("subject.workerId", "IdentityObserved account workerId"),
                            Map.entry(
                                    "subject.managerWorkerId",
                                    "IdentityObserved account managerWorkerId"),
                            Map.entry("subject.groups", "IdentityObserved account groups path"),
                            Map.entry("subject.roles", "IdentityObserved account roles"),
                            Map.entry("resource.system", "ChangeProposed change target"),
                            Map.entry("resource.id", "ReadinessJudged account"),
                            Map.entry("resource.owner", "IdentityObserved account owner"),
                            Map.entry("readiness.verdict", "ReadinessJudged verdict"),
                            Map.entry("readiness.facts", "ReadinessJudged facts state")));

    /** Those that no message has, and what they are made of. */
    private static final Map<String, String> DERIVED =
            Map.of(
                    "resource.kind", "always account, so far",
                    "resource.entitlements",
                            "of the charter's action and the account, or of ReadinessJudged plan",
                    "risk", "of the plan, the directory and the routes of others");

    @Test
    void eachFactStandsOnTheWireOrIsDerivedFromWhatDoes() throws Exception {
        Map<String, Type> facts = facts();
        Set<String> explained = new TreeSet<>(WIRE.keySet());
        explained.addAll(DERIVED.keySet());
        assertThat(explained).isEqualTo(facts.keySet());
        for (Map.Entry<String, String> each : WIRE.entrySet()) {
            assertThat(onWire(each.getValue()))
                    .as("%s as %s", each.getKey(), each.getValue())
                    .isEqualTo(kind(facts.get(each.getKey())));
        }
    }

    @Test
    void aReviewerIsAnAccountLikeTheSubject() throws Exception {
        assertThat(type(component(Facts.class, "reviewer")))
                .isEqualTo(type(component(Facts.class, "subject")))
                .isEqualTo(Facts.Account.class);
    }

    /** Every field that a condition may name, but those of the reviewer. */
    private static Map<String, Type> facts() {
        Map<String, Type> facts = new TreeMap<>();
        for (RecordComponent part : Facts.class.getRecordComponents()) {
            if (part.getName().equals("reviewer")) {
                continue;
            }
            if (type(part) instanceof Class<?> record && record.isRecord()) {
                for (RecordComponent each : record.getRecordComponents()) {
                    facts.put(part.getName() + "." + each.getName(), type(each));
                }
            } else {
                facts.put(part.getName(), type(part));
            }
        }
        return facts;
    }

    private static RecordComponent component(Class<?> record, String name) {
        return List.of(record.getRecordComponents()).stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** What may be there, if it may be. */
    private static Type type(RecordComponent component) {
        Type type = component.getGenericType();
        return type instanceof ParameterizedType optional
                        && optional.getRawType().equals(Optional.class)
                ? optional.getActualTypeArguments()[0]
                : type;
    }

    private static String kind(Type type) {
        if (type.equals(boolean.class)) {
            return "boolean";
        }
        if (type.equals(OptionalInt.class)) {
            return "int";
        }
        // a map is a list of names with what each is
        return type instanceof ParameterizedType ? "list of string" : "string";
    }

    /** What the schemas say of a path: a text, a boolean, or a list of texts. */
    private static String onWire(String path) throws JsonProcessingException {
        List<String> names = new ArrayList<>(List.of(path.split(" ")));
        JsonNode type = new TextNode(names.removeFirst());
        String list = "";
        for (String name : names) {
            JsonNode record = present(type);
            if (record.path("type").asText().equals("array")) {
                list = "list of ";
                record = present(record.path("items"));
            }
            JsonNode member = null;
            for (JsonNode field : record.path("fields")) {
                if (field.path("name").asText().equals(name)) {
                    member = field.path("type");
                }
            }
            assertThat(member).as("%s has no %s", path, name).isNotNull();
            type = member;
        }
        JsonNode last = present(type);
        if (last.path("type").asText().equals("array")) {
            list = "list of ";
            last = present(last.path("items"));
        }
        String kind = last.isTextual() ? last.asText() : last.path("type").asText();
        return list + (kind.equals("enum") ? "string" : kind);
    }

    /** What a type is where there is something; a named record by its schema. */
    private static JsonNode present(JsonNode type) throws JsonProcessingException {
        if (type.isArray()) {
            for (JsonNode each : type) {
                if (!each.asText().equals("null")) {
                    return present(each);
                }
            }
        }
        String name = type.asText();
        if (type.isTextual() && Character.isUpperCase(name.charAt(name.lastIndexOf('.') + 1))) {
            return JSON.readTree(
                    Shipped.repository(
                            "schemas/src/main/avro/dev/remit/wire/v1/"
                                    + name.substring(name.lastIndexOf('.') + 1)
                                    + ".avsc"));
        }
        return type;
    }
}
