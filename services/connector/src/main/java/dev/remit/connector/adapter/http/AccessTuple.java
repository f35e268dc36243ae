package dev.remit.connector.adapter.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Who is to do what to what, in the words of OpenID AuthZEN, and the wish that it says. */
public final class AccessTuple {
    /** Properties count for what is asked: their order does not. */
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    /** What is asked is kept with every denial. */
    private static final int LONGEST = 8 * 1024;

    private AccessTuple() {}

    /**
     * Whose identity is to change.
     *
     * @param type worker, or account with its system among the properties
     */
    @Schema(name = "AccessSubject")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Subject(
            @Nullable String type, @Nullable String id, @Nullable Map<String, Object> properties) {}

    /**
     * The system to change.
     *
     * @param type system
     */
    @Schema(name = "AccessResource")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Resource(
            @Nullable String type, @Nullable String id, @Nullable Map<String, Object> properties) {}

    /** The charter's action. */
    @Schema(name = "AccessAction")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Action(@Nullable String name, @Nullable Map<String, Object> properties) {}

    /**
     * Why, and under which charter; what else a context holds is nobody's business here.
     *
     * @param charter needed only where several cover the action
     * @param agent what an AI must say of itself; not for people
     * @param approval an approval as it was given, unchanged
     */
    @Schema(name = "AccessContext")
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Grounds(
            @JsonProperty("business_justification") @Nullable String businessJustification,
            @Nullable String charter,
            Proposers.@Nullable Given agent,
            @Nullable Map<String, Object> approval) {
        static Grounds of(@Nullable Grounds given) {
            return given == null ? new Grounds(null, null, null, null) : given;
        }
    }

    /**
     * What an approval is for: subject, resource and action with all their properties.
     *
     * @param at where resource and action are in the request
     * @throws Problem 422 naming the largest of them if they have more than 8 kB; of someone who
     *     may propose nothing it is taken as said, for nothing of it is kept
     */
    static String asked(
            @Nullable Subject subject,
            String at,
            @Nullable Resource resource,
            @Nullable Action action,
            Proposer by) {
        Map<String, Object> properties =
                subject == null || subject.properties() == null
                        ? null
                        : new LinkedHashMap<>(subject.properties());
        if (properties != null) {
            // who acts may be said elsewhere (ARAP draft 1, binding token integrity)
            properties.remove("act");
        }
        Map<String, @Nullable Object> asked = new LinkedHashMap<>();
        asked.put("action", action);
        asked.put("resource", resource);
        asked.put(
                "subject",
                subject == null
                        ? null
                        : new Subject(
                                subject.type(),
                                subject.id(),
                                properties == null || properties.isEmpty() ? null : properties));
        String whole = json(asked);
        if (size(whole) > LONGEST && by.barred().isEmpty()) {
            String largest =
                    asked.entrySet().stream()
                            .max(Comparator.comparingInt(each -> size(json(each.getValue()))))
                            .orElseThrow()
                            .getKey();
            String field = largest.equals("subject") ? largest : at + largest;
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field + ": subject, resource and action must have at most 8 kB together");
        }
        return whole;
    }

    private static int size(String json) {
        return json.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String json(@Nullable Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON is not any more", e);
        }
    }

    /** The resource of what was {@link #asked}. */
    static Optional<Resource> resource(@Nullable String asked) {
        return part(asked, "resource", Resource.class);
    }

    /** The action of what was {@link #asked}. */
    static Optional<Action> action(@Nullable String asked) {
        return part(asked, "action", Action.class);
    }

    private static <T> Optional<T> part(@Nullable String asked, String name, Class<T> type) {
        if (asked == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JSON.treeToValue(JSON.readTree(asked).get(name), type));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was kept does not read", e);
        }
    }

    /**
     * The wish.
     *
     * @param at where resource and action are in the request
     * @param reason why
     * @throws Problem 422 naming the member
     */
    static Wish wish(
            @Nullable Subject subject,
            String at,
            @Nullable Resource resource,
            @Nullable Action action,
            @Nullable String charter,
            String reason,
            Proposer by) {
        Subject who = subject == null ? new Subject(null, null, null) : subject;
        if (by.barred().isPresent()) {
            return new Wish(
                    Wishes.said(charter),
                    Wishes.said(who.type()),
                    Wishes.said(who.id()),
                    Wishes.said(resource == null ? null : resource.id()),
                    Wishes.said(action == null ? null : action.name()),
                    Wishes.said(reason),
                    by);
        }
        String system =
                switch (Wishes.word("subject.type", who.type())) {
                    case "worker" -> "hr";
                    case "account" -> Wishes.word("subject.properties.system", system(who));
                    default ->
                            throw Problem.inField(
                                    "subject.type",
                                    "FIELD_MISFORMED",
                                    "subject.type: must be worker or account");
                };
        if (!Wishes.word(at + "resource.type", resource == null ? null : resource.type())
                .equals("system")) {
            throw Problem.inField(
                    at + "resource.type", "FIELD_MISFORMED", at + "resource.type: must be system");
        }
        return new Wish(
                charter == null ? "" : Wishes.word("context.charter", charter),
                system,
                Wishes.word("subject.id", who.id()),
                Wishes.word(at + "resource.id", resource == null ? null : resource.id()),
                Wishes.word(at + "action.name", action == null ? null : action.name()),
                reason,
                by);
    }

    private static @Nullable String system(Subject subject) {
        return subject.properties() != null
                        && subject.properties().get("system") instanceof String system
                ? system
                : null;
    }
}
