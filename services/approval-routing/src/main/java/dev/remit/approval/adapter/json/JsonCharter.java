package dev.remit.approval.adapter.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Escalation;
import dev.remit.approval.domain.Charter.Lapse;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Charter.Stage;
import dev.remit.approval.domain.Charter.StepUp;
import dev.remit.approval.domain.Condition;
import dev.remit.approval.domain.Duty;
import dev.remit.approval.domain.Duty.Demand;
import dev.remit.approval.domain.Duty.Exemption;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.approval.domain.Rota;
import dev.remit.approval.domain.Source;
import dev.remit.approval.domain.Threshold;
import dev.remit.approval.domain.WorkingTime;
import dev.remit.charter.Conditions.Place;
import dev.remit.charter.Vocabulary;
import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.merkle.Hash;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads what approval-routing needs of a charter's document. What the route does not know makes the
 * whole charter unreadable: a rule that is not understood must not be left out.
 */
public final class JsonCharter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> VERDICTS = Set.of("READY", "ENRICHED");
    private static final Set<String> STAGE =
            Set.of(
                    "name",
                    "alongside",
                    "when",
                    "resolver",
                    "resolvers",
                    "group",
                    "policy",
                    "filter",
                    "quorum",
                    "share",
                    "denyQuorum",
                    "denyShare",
                    "reason",
                    "authentication",
                    "expiresAfter",
                    "deadline",
                    "reminders",
                    "escalation",
                    "outcome",
                    "bulk");
    private static final List<String> LIMITS =
            List.of("failures", "compensations", "overrides", "refusedClosures");
    private static final Set<String> OWNED =
            Set.of("resource", "entitlement", "application", "account", "nhi");

    private final Map<String, WorkingTime> calendars = new HashMap<>();
    private final Map<String, Rota> rotas = new HashMap<>();
    private final List<String> earlier = new ArrayList<>();
    private final List<String> previous = new ArrayList<>();

    private JsonCharter() {}

    /**
     * @param document the charter as JSON
     * @throws IllegalArgumentException naming the path and the rule
     */
    public static Charter read(String document) {
        JsonNode root;
        try {
            root = JSON.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the document is not JSON", e);
        }
        return new JsonCharter().charter(root);
    }

    private Charter charter(JsonNode root) {
        JsonNode spec = root.path("spec");
        JsonNode approval = spec.path("approval");
        only(approval, Set.of("role", "stages", "review", "calendars", "onCall"), "/spec/approval");
        approval.path("calendars")
                .properties()
                .forEach(each -> calendars.put(each.getKey(), calendar(each.getValue())));
        approval.path("onCall")
                .properties()
                .forEach(each -> rotas.put(each.getKey(), rota(each.getValue())));
        List<Stage> stages = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode each : approval.path("stages")) {
            Stage stage = stage(each);
            if (!seen.add(stage.name())) {
                throw fault("name", "two stages have the name " + stage.name());
            }
            stage.policy()
                    .map(Policy::id)
                    .ifPresent(rule -> {
                        if (!seen.add(rule)) {
                            throw fault("policy", "one rule, " + rule + ", decides two stages");
                        }
                    });
            stages.add(stage);
            earlier.add(stage.name());
        }
        Optional<Stage> review =
                approval.has("review")
                        ? Optional.of(review(approval.path("review")))
                        : Optional.empty();
        if (review.isPresent() && seen.contains(Charter.REVIEW)) {
            throw fault("name", "a stage has the name of the review");
        }
        if (!seen.containsAll(previous)) {
            throw fault("resolvers/previousApprovers", "names no stage of this charter");
        }
        String role = approval.path("role").asText("");
        if (stages.isEmpty() || role.isEmpty()) {
            throw new IllegalArgumentException("/spec/approval: names no stage or no role");
        }
        JsonNode meta = root.path("metadata");
        return new Charter(
                meta.path("owner").asText(""),
                moment(meta.path("effective").path("from"), "/metadata/effective/from", false),
                earliest(
                        moment(
                                meta.path("effective").path("until"),
                                "/metadata/effective/until",
                                true),
                        moment(meta.path("sunset"), "/metadata/sunset", true)),
                role,
                List.copyOf(stages),
                review,
                duties(spec.path("separationOfDuties")),
                agents(spec.path("proposers").path("digitalEmployee")),
                duration(
                        spec.path("execution").path("authorizationExpiresAfter"),
                        "/spec/execution/authorizationExpiresAfter"),
                protectedEntitlements(spec),
                domain(spec),
                routeHash(spec));
    }

    private static Charter.Domain domain(JsonNode spec) {
        Set<String> systems = new HashSet<>();
        spec.at("/domain/systems").forEach(each -> systems.add(each.asText()));
        Map<String, String> modes = new HashMap<>();
        spec.at("/domain/actions")
                .forEach(each -> modes.put(each.path("name").asText(), each.path("mode").asText()));
        Map<String, String> reversibility = new HashMap<>();
        spec.at("/domain/actions")
                .forEach(each -> {
                    if (each.has("reversibility")) {
                        reversibility.put(
                                each.path("name").asText(), each.path("reversibility").asText());
                    }
                });
        List<String> proofs = new ArrayList<>();
        spec.path("proof").forEach(each -> proofs.add(each.asText()));
        Map<String, List<String>> unprovable = new HashMap<>();
        for (String system : systems) {
            unprovable.put(
                    system,
                    proofs.stream()
                            .flatMap(proof -> Vocabulary.unprovable(proof, system).stream())
                            .toList());
        }
        return new Charter.Domain(
                Set.copyOf(systems),
                Map.copyOf(modes),
                List.copyOf(proofs),
                Map.copyOf(unprovable),
                Map.copyOf(reversibility),
                spec.at("/domain/blastRadius/changesPerHour").isIntegralNumber()
                        || spec.at("/domain/blastRadius/shareOfPopulation").asDouble(1) < 1,
                LIMITS.stream()
                        .anyMatch(each -> spec.path("trackRecord").path(each).isIntegralNumber()));
    }

    private static Set<String> protectedEntitlements(JsonNode spec) {
        Set<String> all = new HashSet<>();
        spec.at("/domain/protectedEntitlements").forEach(each -> all.add(each.asText()));
        return Set.copyOf(all);
    }

    /** SHA-256 of the route and the rules, canonical, in lower-case hex. */
    private static String routeHash(JsonNode spec) {
        var route = JSON.createObjectNode();
        route.set("approval", spec.path("approval"));
        if (spec.has("separationOfDuties")) {
            route.set("separationOfDuties", spec.path("separationOfDuties"));
        }
        return Hash.sha256(CanonicalJson.of(route.toString())).hex();
    }

    /** Whatever is not said of a review is fixed: one person, with a reason, alone, at any time. */
    private Stage review(JsonNode review) {
        only(
                review,
                Set.of(
                        "resolvers",
                        "filter",
                        "authentication",
                        "expiresAfter",
                        "deadline",
                        "reminders",
                        "escalation"),
                "/spec/approval/review");
        ObjectNode stage = ((ObjectNode) review).deepCopy();
        stage.put("name", Charter.REVIEW)
                .put("quorum", 1)
                .put("reason", "required")
                .put("outcome", "escalate")
                .put("bulk", false);
        Stage read = stage(stage);
        if (read.escalation().isEmpty()) {
            throw new IllegalArgumentException(
                    "/spec/approval/review/escalation: nobody is asked besides when it is late");
        }
        return read;
    }

    private Stage stage(JsonNode stage) {
        only(stage, STAGE, "/spec/approval/stages");
        Threshold quorum = threshold(stage, "quorum", "share");
        Optional<Policy> policy = policy(stage);
        if (policy.isPresent() && !quorum.equals(new Threshold.Count(1))) {
            throw fault("quorum", "is not 1, where a rule decides alone");
        }
        List<Source> asks = sources(stage);
        if (asks.isEmpty() && policy.isEmpty()) {
            throw fault("resolvers", "asks nobody");
        }
        JsonNode deadline = stage.path("deadline");
        if (deadline.isMissingNode() == stage.path("expiresAfter").isMissingNode()) {
            throw fault("expiresAfter", "one of expiresAfter and deadline is needed");
        }
        Duration within =
                deadline.isMissingNode()
                        ? duration(stage.path("expiresAfter"), "/spec/approval/stages/expiresAfter")
                        : duration(
                                deadline.path("within"), "/spec/approval/stages/deadline/within");
        return new Stage(
                name(stage, "name", "stages/name"),
                stage.path("alongside").asBoolean(false) && !earlier.isEmpty(),
                condition(stage, "when", Place.ROUTE),
                policy,
                asks,
                condition(stage, "filter", Place.FILTER),
                quorum,
                stage.has("denyQuorum") || stage.has("denyShare")
                        ? threshold(stage, "denyQuorum", "denyShare")
                        : new Threshold.Count(1),
                reason(stage),
                stepUp(stage.path("authentication")),
                within,
                deadline.isMissingNode() ? Optional.empty() : Optional.of(calendarOf(deadline)),
                reminders(stage.path("reminders")),
                escalation(stage.path("escalation")),
                lapse(stage.path("outcome")),
                stage.path("bulk").asBoolean(true));
    }

    private WorkingTime calendarOf(JsonNode deadline) {
        only(deadline, Set.of("within", "calendar"), "/spec/approval/stages/deadline");
        return named(calendars, deadline.path("calendar").asText(""), "deadline/calendar");
    }

    private static boolean reason(JsonNode stage) {
        return switch (stage.path("reason").asText("optional")) {
            case "required" -> true;
            case "optional" -> false;
            default -> throw fault("reason", "is not required or optional");
        };
    }

    private List<Source> sources(JsonNode stage) {
        List<Source> sources = new ArrayList<>();
        if (stage.has("resolvers")) {
            if (stage.has("resolver") && !stage.path("resolver").asText().equals("policy")) {
                throw fault("resolvers", "stands beside resolver, its short form");
            }
            stage.path("resolvers").forEach(each -> sources.add(source(each)));
        }
        switch (stage.path("resolver").asText("")) {
            case "manager" -> sources.add(new Source.Manager());
            case "group" -> sources.add(new Source.Group(name(stage, "group", "stages/group")));
            case "policy" -> {
                if (stage.has("group")) {
                    sources.add(new Source.Group(name(stage, "group", "stages/group")));
                }
            }
            default -> {
                if (!stage.has("resolvers")) {
                    throw fault("resolver", "is not manager, group or policy");
                }
            }
        }
        return List.copyOf(sources);
    }

    private Source source(JsonNode source) {
        if (source.size() != 1) {
            throw fault("resolvers", "each has exactly one member");
        }
        Map.Entry<String, JsonNode> only = source.properties().iterator().next();
        JsonNode value = only.getValue();
        String text = value.asText("");
        return switch (only.getKey()) {
            case "manager" -> {
                if (!text.equals("subject")) {
                    throw fault("resolvers/manager", "is not subject");
                }
                yield new Source.Manager();
            }
            case "owner" -> {
                if (!OWNED.contains(text)) {
                    throw fault(
                            "resolvers/owner", "is not one of " + OWNED.stream().sorted().toList());
                }
                yield new Source.Owner(text);
            }
            case "group" -> new Source.Group(filled(text, "resolvers/group"));
            case "role" -> new Source.Role(filled(text, "resolvers/role"));
            case "named" -> {
                List<String> ids = new ArrayList<>();
                value.forEach(id -> ids.add(filled(id.asText(""), "resolvers/named")));
                if (ids.isEmpty()) {
                    throw fault("resolvers/named", "names nobody");
                }
                yield new Source.Named(List.copyOf(ids));
            }
            case "onCall" -> new Source.OnCall(text, named(rotas, text, "resolvers/onCall"));
            case "previousApprovers" -> {
                previous.add(text);
                yield new Source.PreviousApprovers(text);
            }
            default -> throw fault("resolvers", only.getKey() + " is not known");
        };
    }

    private static Optional<Policy> policy(JsonNode stage) {
        if (!stage.path("resolver").asText("").equals("policy")) {
            return Optional.empty();
        }
        JsonNode policy = stage.path("policy");
        Set<String> verdicts = new HashSet<>();
        policy.path("verdicts").forEach(each -> verdicts.add(each.asText()));
        if (verdicts.isEmpty() || !VERDICTS.containsAll(verdicts)) {
            throw fault("policy/verdicts", "names none, or others than READY and ENRICHED");
        }
        return Optional.of(
                new Policy(
                        name(policy, "name", "stages/policy/name"),
                        name(policy, "version", "stages/policy/version"),
                        Set.copyOf(verdicts)));
    }

    private static Threshold threshold(JsonNode stage, String count, String share) {
        if (stage.has(count) == stage.has(share)) {
            throw fault(count, "one of " + count + " and " + share + " is needed");
        }
        if (stage.has(share)) {
            double part = stage.path(share).asDouble(0);
            if (!(part > 0 && part <= 1)) {
                throw fault(share, "is not above 0 and at most 1");
            }
            return new Threshold.Share(part);
        }
        int number = stage.path(count).asInt(0);
        if (number < 1) {
            throw fault(count, "is not a number from 1");
        }
        return new Threshold.Count(number);
    }

    private static Optional<Condition> condition(JsonNode stage, String member, Place place) {
        if (!stage.has(member)) {
            return Optional.empty();
        }
        try {
            return Optional.of(CelCondition.of(place, stage.path(member).asText("")));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "/spec/approval/stages/" + member + ": " + e.getMessage(), e);
        }
    }

    private static Optional<StepUp> stepUp(JsonNode authentication) {
        if (authentication.isMissingNode()) {
            return Optional.empty();
        }
        only(
                authentication,
                Set.of("acr", "maxAge", "passkey"),
                "/spec/approval/stages/authentication");
        Optional<String> acr =
                Optional.of(authentication.path("acr").asText("")).filter(each -> !each.isEmpty());
        Optional<Duration> maxAge =
                authentication.has("maxAge")
                        ? Optional.of(
                                duration(
                                        authentication.path("maxAge"),
                                        "/spec/approval/stages/authentication/maxAge"))
                        : Optional.empty();
        boolean passkey = authentication.path("passkey").asText("").equals("required");
        if (authentication.has("passkey") && !passkey) {
            throw fault("authentication/passkey", "is not 'required'");
        }
        if (acr.isEmpty() && maxAge.isEmpty() && !passkey) {
            throw fault("authentication", "asks for neither acr nor maxAge nor passkey");
        }
        return Optional.of(new StepUp(acr, maxAge, passkey));
    }

    private static List<Duration> reminders(JsonNode reminders) {
        List<Duration> all = new ArrayList<>();
        reminders.forEach(each -> all.add(duration(each, "/spec/approval/stages/reminders")));
        return all.stream().sorted().toList();
    }

    private List<Escalation> escalation(JsonNode escalation) {
        List<Escalation> all = new ArrayList<>();
        for (JsonNode each : escalation) {
            only(each, Set.of("after", "to"), "/spec/approval/stages/escalation");
            List<Source> to = new ArrayList<>();
            each.path("to").forEach(source -> to.add(source(source)));
            if (to.isEmpty()) {
                throw fault("escalation/to", "asks nobody");
            }
            Duration after = duration(each.path("after"), "/spec/approval/stages/escalation/after");
            if (!all.isEmpty() && all.getLast().after().compareTo(after) > 0) {
                throw fault("escalation/after", "is earlier than the step before");
            }
            all.add(new Escalation(after, List.copyOf(to)));
        }
        return List.copyOf(all);
    }

    private static Lapse lapse(JsonNode outcome) {
        return switch (outcome.asText("")) {
            case "" -> Lapse.EXPIRE;
            case "deny" -> Lapse.DENY;
            case "halt" -> Lapse.HALT;
            case "escalate" -> Lapse.ESCALATE;
            default -> throw fault("outcome", "is not deny, halt or escalate");
        };
    }

    private static WorkingTime calendar(JsonNode calendar) {
        String path = "/spec/approval/calendars";
        only(calendar, Set.of("zone", "days", "from", "to", "holidays"), path);
        Set<DayOfWeek> days = new HashSet<>();
        calendar.path("days")
                .forEach(day ->
                        days.add(
                                read(
                                        day,
                                        path + "/days",
                                        text -> DayOfWeek.valueOf(text.toUpperCase(Locale.ROOT)))));
        Set<LocalDate> holidays = new HashSet<>();
        calendar.path("holidays")
                .forEach(day -> holidays.add(read(day, path + "/holidays", LocalDate::parse)));
        LocalTime from = read(calendar.path("from"), path + "/from", LocalTime::parse);
        LocalTime to = read(calendar.path("to"), path + "/to", LocalTime::parse);
        if (days.isEmpty() || !from.isBefore(to)) {
            throw new IllegalArgumentException(path + ": has no day, or ends before it begins");
        }
        return new WorkingTime(
                read(calendar.path("zone"), path + "/zone", ZoneId::of),
                Set.copyOf(days),
                from,
                to,
                Set.copyOf(holidays));
    }

    private static Rota rota(JsonNode rota) {
        String path = "/spec/approval/onCall";
        only(rota, Set.of("zone", "start", "handover", "every", "rotation"), path);
        List<String> rotation = new ArrayList<>();
        rota.path("rotation").forEach(id -> rotation.add(filled(id.asText(""), "onCall/rotation")));
        int days =
                read(
                        JSON.getNodeFactory().textNode(rota.path("every").asText("P7D")),
                        path + "/every",
                        JsonCharter::days);
        if (rotation.isEmpty() || days < 1) {
            throw new IllegalArgumentException(path + ": nobody takes turns, or every is not days");
        }
        return new Rota(
                read(rota.path("zone"), path + "/zone", ZoneId::of),
                rota.has("start")
                        ? read(rota.path("start"), path + "/start", LocalDate::parse)
                        : LocalDate.of(2024, 1, 1),
                rota.has("handover")
                        ? read(rota.path("handover"), path + "/handover", LocalTime::parse)
                        : LocalTime.of(9, 0),
                days,
                List.copyOf(rotation));
    }

    /** Days or weeks, for example P1D and P1W. */
    private static int days(String text) {
        if (!text.matches("P[1-9][0-9]{0,2}[DW]")) {
            throw new IllegalArgumentException("is not days or weeks");
        }
        int number = Integer.parseInt(text.substring(1, text.length() - 1));
        return text.endsWith("W") ? number * 7 : number;
    }

    private static List<Duty> duties(JsonNode rules) {
        List<Duty> duties = new ArrayList<>();
        for (JsonNode rule : rules) {
            only(
                    rule,
                    Set.of(
                            "rule",
                            "version",
                            "owner",
                            "source",
                            "apart",
                            "toxic",
                            "when",
                            "mustHold",
                            "exceptions"),
                    "/spec/separationOfDuties");
            List<Exemption> exceptions = new ArrayList<>();
            for (JsonNode each : rule.path("exceptions")) {
                exceptions.add(
                        new Exemption(
                                duty(each, "subject"),
                                duty(each, "control"),
                                duty(each, "owner"),
                                moment(
                                                each.path("until"),
                                                "/spec/separationOfDuties/exceptions/until",
                                                true)
                                        .orElseThrow(() ->
                                                new IllegalArgumentException(
                                                        "/spec/separationOfDuties/exceptions/until: is missing"))));
            }
            duties.add(
                    new Duty(
                            new Duty.Rule(
                                    duty(rule, "rule"),
                                    duty(rule, "version"),
                                    duty(rule, "owner"),
                                    duty(rule, "source")),
                            demand(rule),
                            List.copyOf(exceptions)));
        }
        return List.copyOf(duties);
    }

    private static Demand demand(JsonNode rule) {
        if (rule.has("apart") && !rule.has("toxic") && !rule.has("mustHold")) {
            List<Part> parts = new ArrayList<>();
            rule.path("apart")
                    .forEach(each ->
                            parts.add(
                                    read(
                                            each,
                                            "/spec/separationOfDuties/apart",
                                            text -> Part.valueOf(text.toUpperCase(Locale.ROOT)))));
            if (parts.size() == 2) {
                return new Demand.Apart(parts.getFirst(), parts.getLast());
            }
        } else if (rule.has("toxic") && !rule.has("mustHold")) {
            Set<String> toxic = names(rule.path("toxic"));
            if (toxic.size() > 1) {
                return new Demand.Toxic(toxic);
            }
        } else if (rule.has("mustHold")) {
            Set<String> when = names(rule.path("when"));
            Set<String> must = names(rule.path("mustHold"));
            if (!when.isEmpty() && !must.isEmpty()) {
                return new Demand.MustHold(when, must);
            }
        }
        throw new IllegalArgumentException(
                "/spec/separationOfDuties: is not two parts apart, two or more toxic, or when and mustHold");
    }

    private static Set<String> names(JsonNode list) {
        Set<String> names = new HashSet<>();
        list.forEach(each -> names.add(each.asText()));
        names.remove("");
        return Set.copyOf(names);
    }

    private static Map<String, String> agents(JsonNode employee) {
        return employee.has("id") && employee.has("principal")
                ? Map.of(employee.path("id").asText(), employee.path("principal").asText())
                : Map.of();
    }

    /** A time, or a date: its beginning, or for an end the end of that day, in UTC. */
    private static Optional<Instant> moment(JsonNode node, String path, boolean end) {
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        return Optional.of(
                read(
                        node,
                        path,
                        text ->
                                text.length() == 10
                                        ? LocalDate.parse(text)
                                                .plusDays(end ? 1 : 0)
                                                .atStartOfDay(ZoneOffset.UTC)
                                                .toInstant()
                                        : Instant.parse(text)));
    }

    private static Optional<Instant> earliest(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && other.isPresent()
                ? Optional.of(one.get().isBefore(other.get()) ? one.get() : other.get())
                : one.or(() -> other);
    }

    private static Duration duration(JsonNode node, String path) {
        Duration duration;
        try {
            duration = Duration.parse(node.asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(path + ": is not an ISO 8601 duration", e);
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(path + ": is not above zero");
        }
        return duration;
    }

    private static <T> T read(JsonNode node, String path, Function<String, T> reader) {
        try {
            return reader.apply(node.asText(""));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    path + ": '" + node.asText("") + "' does not read", e);
        }
    }

    private static <T> T named(Map<String, T> known, String name, String member) {
        T found = known.get(name);
        if (found == null) {
            throw fault(member, "'" + name + "' is not defined");
        }
        return found;
    }

    private static String name(JsonNode node, String member, String path) {
        String value = node.path(member).asText("");
        if (value.isBlank()) {
            throw new IllegalArgumentException("/spec/approval/" + path + ": is missing");
        }
        return value;
    }

    private static String duty(JsonNode node, String member) {
        String value = node.path(member).asText("");
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    "/spec/separationOfDuties/" + member + ": is missing");
        }
        return value;
    }

    private static String filled(String value, String member) {
        if (value.isBlank()) {
            throw fault(member, "is empty");
        }
        return value;
    }

    private static void only(JsonNode node, Set<String> known, String path) {
        node.fieldNames()
                .forEachRemaining(name -> {
                    if (!known.contains(name)) {
                        throw new IllegalArgumentException(path + "/" + name + ": is not known");
                    }
                });
    }

    private static IllegalArgumentException fault(String member, String rule) {
        return new IllegalArgumentException("/spec/approval/stages/" + member + ": " + rule);
    }
}
