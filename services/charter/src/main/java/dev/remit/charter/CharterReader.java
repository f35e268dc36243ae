package dev.remit.charter;

import dev.remit.charter.Charter.Action;
import dev.remit.charter.Charter.Authentication;
import dev.remit.charter.Charter.Calendar;
import dev.remit.charter.Charter.Deadline;
import dev.remit.charter.Charter.Demand;
import dev.remit.charter.Charter.Domain;
import dev.remit.charter.Charter.Duty;
import dev.remit.charter.Charter.Escalation;
import dev.remit.charter.Charter.Exemption;
import dev.remit.charter.Charter.Fact;
import dev.remit.charter.Charter.Mode;
import dev.remit.charter.Charter.Outcome;
import dev.remit.charter.Charter.Policy;
import dev.remit.charter.Charter.Proposers;
import dev.remit.charter.Charter.Resolver;
import dev.remit.charter.Charter.Reversibility;
import dev.remit.charter.Charter.Rota;
import dev.remit.charter.Charter.Stage;
import dev.remit.charter.Charter.Threshold;
import dev.remit.charter.Charter.Trigger;
import dev.remit.charter.Charter.Validity;
import dev.remit.charter.Source.Items;
import dev.remit.charter.Source.Mapping;
import dev.remit.charter.Source.Node;
import dev.remit.charter.Source.Nothing;
import dev.remit.charter.Source.Scalar;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Makes a {@link Charter} of a text. */
public final class CharterReader {
    private CharterReader() {}

    /** What became of a text. */
    public sealed interface Read {
        /**
         * It is a charter in form. Whether it makes sense, {@link Lint} says.
         *
         * @param source the text, which knows where everything stands
         */
        record Good(Charter charter, Source source) implements Read {}

        /**
         * It is none.
         *
         * @param findings what is wrong; at least one
         */
        record Broken(List<Finding> findings) implements Read {}
    }

    /** Reads a text that is to be published: what is not in the form is refused. Never throws. */
    public static Read read(String file, String text) {
        return switch (Source.read(file, text)) {
            case Source.Read.Broken(Finding finding) -> new Read.Broken(List.of(finding));
            case Source.Read.Good(Source source) -> {
                List<Finding> findings = Shape.CHARTER.check(source);
                yield findings.isEmpty() ? whole(source) : new Read.Broken(findings);
            }
        };
    }

    /**
     * Reads what was published, perhaps by a build that knew other members: they are passed over.
     *
     * @param canonical canonical JSON
     * @throws IllegalArgumentException naming the path and the rule
     */
    public static Charter published(String canonical) {
        return switch (Source.read("published", canonical)) {
            case Source.Read.Broken(Finding finding) ->
                    throw new IllegalArgumentException(finding.words());
            case Source.Read.Good(Source source) ->
                    switch (whole(source)) {
                        case Read.Good(Charter charter, Source _) -> charter;
                        case Read.Broken(List<Finding> findings) ->
                                throw new IllegalArgumentException(findings.getFirst().words());
                    };
        };
    }

    private static Read whole(Source source) {
        try {
            return new Read.Good(charter(source), source);
        } catch (Unfit e) {
            return new Read.Broken(
                    List.of(
                            source.finding(
                                    "FORM",
                                    Finding.Severity.ERROR,
                                    e.path,
                                    String.valueOf(e.getMessage()),
                                    "mend it")));
        }
    }

    private static Charter charter(Source source) {
        Part root = new Part(source.root(), "");
        Part metadata = root.get("metadata");
        Part spec = root.get("spec");
        Part approval = spec.get("approval");
        Part readiness = spec.get("readiness");
        return new Charter(
                metadata.text("name"),
                metadata.text("version"),
                source.hash(),
                source.canonical(),
                metadata.text("owner"),
                new Validity(
                        metadata.get("effective").optional("from", each -> moment(each, false)),
                        metadata.get("effective").optional("until", each -> moment(each, true)),
                        metadata.optional("sunset", each -> moment(each, true))),
                domain(spec.get("domain")),
                new Proposers(
                        spec.get("proposers").texts("roles"),
                        copilots(spec.get("proposers")),
                        spec.get("proposers").get("digitalEmployee").text("id"),
                        spec.get("proposers").get("digitalEmployee").text("principal")),
                Stream.concat(
                                spec.optional("trigger", CharterReader::trigger).stream(),
                                spec.list("triggers", CharterReader::trigger).stream())
                        .toList(),
                readiness.list("facts", CharterReader::fact),
                readiness.get("hold").texts("ask"),
                readiness.get("hold").get("for").duration(),
                approval.text("role"),
                approval.list("stages", CharterReader::stage),
                approval.optional("review", CharterReader::review),
                approval.map("calendars", CharterReader::calendar),
                approval.map(
                        "onCall",
                        each ->
                                new Rota(
                                        each.get("zone").parsed(ZoneId::of),
                                        each.texts("rotation"))),
                spec.list("separationOfDuties", CharterReader::duty),
                spec.get("execution").get("authorizationExpiresAfter").duration(),
                spec.texts("proof"),
                spec.optional("trackRecord", CharterReader::trackRecord),
                days(spec.get("retention")));
    }

    /** Which copilots; none of them is no name. */
    private static Optional<List<String>> copilots(Part part) {
        return part.optional("copilots", _ -> part.texts("copilots"));
    }

    private static Fact fact(Part part) {
        Part gap = part.get("onGap");
        return new Fact(
                part.text("name"),
                part.optional("maxAge", Part::duration),
                part.optional("minShare", Part::number)
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()),
                part.texts("agreesWith"),
                new Charter.Gap(
                        gap.texts("enrichFrom"),
                        gap.texts("ask"),
                        gap.optional("hold", Part::duration),
                        gap.optional("halt", Part::truth).orElse(false)));
    }

    private static Trigger trigger(Part part) {
        return new Trigger(
                part.text("event"),
                part.text("action"),
                part.text("target"),
                part.optional("after", Part::duration),
                part.optional("every", Part::duration),
                part.optional("from", each -> moment(each, false)),
                part.list(
                        "subjects",
                        each -> new Charter.Subject(each.text("system"), each.text("id"))));
    }

    private static Charter.TrackRecord trackRecord(Part part) {
        return new Charter.TrackRecord(
                part.get("within").duration(),
                count(part, "failures"),
                count(part, "compensations"),
                count(part, "overrides"),
                count(part, "refusedClosures"));
    }

    private static OptionalInt count(Part part, String name) {
        return part.optional(name, Part::integer).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static Domain domain(Part domain) {
        Part radius = domain.get("blastRadius");
        return new Domain(
                domain.texts("systems"),
                domain.optional("subject", Part::text),
                domain.optional("resource", Part::text),
                domain.list(
                        "actions",
                        each ->
                                new Action(
                                        each.text("name"),
                                        each.get("mode").parsed(Mode::valueOf),
                                        each.texts("steps"),
                                        each.map("compensation", Part::text),
                                        each.optional(
                                                "reversibility",
                                                value -> value.parsed(Reversibility::valueOf)),
                                        copilots(each),
                                        each.optional("grant", CharterReader::grant),
                                        each.optional("group", CharterReader::group),
                                        each.list("groups", CharterReader::group),
                                        each.optional("manager", Part::text),
                                        each.optional("owner", Part::text),
                                        each.optional("account", CharterReader::account))),
                count(radius, "changesPerHour"),
                radius.optional("shareOfPopulation", Part::number)
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()),
                Set.copyOf(domain.texts("protectedEntitlements")));
    }

    private static Charter.NewAccount account(Part account) {
        return new Charter.NewAccount(
                account.text("username"),
                account.get("enabled").truth(),
                account.optional("manager", Part::truth).orElse(false));
    }

    private static Charter.Group group(Part group) {
        return new Charter.Group(group.text("id"), group.text("path"));
    }

    private static Charter.Grant grant(Part grant) {
        return new Charter.Grant(
                grant.get("group").text("id"),
                grant.get("group").text("path"),
                grant.get("for").duration());
    }

    /** One person decides, with a reason, alone; and no time ends it. */
    private static Stage review(Part review) {
        return new Stage(
                Charter.REVIEW,
                false,
                Optional.empty(),
                review.list("resolvers", CharterReader::resolver),
                Optional.empty(),
                review.optional("filter", Part::text),
                new Threshold.Count(1),
                new Threshold.Count(1),
                true,
                authentication(review),
                deadline(review),
                review.list("reminders", Part::duration),
                escalation(review),
                Optional.of(Outcome.ESCALATE),
                false);
    }

    private static Stage stage(Part stage) {
        String shortForm = stage.optional("resolver", Part::text).orElse("");
        List<Resolver> resolvers =
                new ArrayList<>(stage.list("resolvers", CharterReader::resolver));
        if (shortForm.equals("manager")) {
            resolvers.add(new Resolver(Resolver.Kind.MANAGER, List.of("subject")));
        }
        if (stage.has("group")) {
            resolvers.add(new Resolver(Resolver.Kind.GROUP, List.of(stage.text("group"))));
        } else if (shortForm.equals("group")) {
            throw new Unfit(stage.path + "/group", "is missing");
        }
        return new Stage(
                stage.text("name"),
                stage.optional("alongside", Part::truth).orElse(false),
                stage.optional("when", Part::text),
                List.copyOf(resolvers),
                shortForm.equals("policy")
                        ? Optional.of(policy(stage.get("policy")))
                        : Optional.empty(),
                stage.optional("filter", Part::text),
                threshold(stage, "quorum", "share"),
                stage.has("denyQuorum") || stage.has("denyShare")
                        ? threshold(stage, "denyQuorum", "denyShare")
                        : new Threshold.Count(1),
                stage.optional("reason", Part::text).orElse("optional").equals("required"),
                authentication(stage),
                deadline(stage),
                stage.list("reminders", Part::duration),
                escalation(stage),
                stage.optional(
                        "outcome",
                        each ->
                                each.parsed(
                                        text -> Outcome.valueOf(text.toUpperCase(Locale.ROOT)))),
                stage.optional("bulk", Part::truth).orElse(true));
    }

    private static Optional<Authentication> authentication(Part stage) {
        return stage.optional(
                "authentication",
                each ->
                        new Authentication(
                                each.optional("acr", Part::text),
                                each.optional("maxAge", Part::duration),
                                each.has("passkey")));
    }

    private static Deadline deadline(Part stage) {
        return stage.has("deadline")
                ? new Deadline(
                        stage.get("deadline").get("within").duration(),
                        Optional.of(stage.get("deadline").text("calendar")))
                : new Deadline(stage.get("expiresAfter").duration(), Optional.empty());
    }

    private static List<Escalation> escalation(Part stage) {
        return stage.list(
                "escalation",
                each ->
                        new Escalation(
                                each.get("after").duration(),
                                each.list("to", CharterReader::resolver)));
    }

    private static Policy policy(Part policy) {
        return new Policy(policy.text("name"), policy.text("version"), policy.texts("verdicts"));
    }

    private static Threshold threshold(Part stage, String count, String share) {
        return stage.has(share)
                ? new Threshold.Share(stage.get(share).number())
                : new Threshold.Count(stage.get(count).integer());
    }

    private static Resolver resolver(Part resolver) {
        for (Map.Entry<String, Resolver.Kind> each :
                Map.of(
                                "manager", Resolver.Kind.MANAGER,
                                "owner", Resolver.Kind.OWNER,
                                "group", Resolver.Kind.GROUP,
                                "role", Resolver.Kind.ROLE,
                                "named", Resolver.Kind.NAMED,
                                "onCall", Resolver.Kind.ON_CALL,
                                "previousApprovers", Resolver.Kind.PREVIOUS_APPROVERS)
                        .entrySet()) {
            if (resolver.has(each.getKey())) {
                return new Resolver(
                        each.getValue(),
                        each.getValue() == Resolver.Kind.NAMED
                                ? resolver.texts(each.getKey())
                                : List.of(resolver.text(each.getKey())));
            }
        }
        throw new Unfit(resolver.path, "names no known source of people");
    }

    private static Calendar calendar(Part calendar) {
        return new Calendar(
                calendar.get("zone").parsed(ZoneId::of),
                Set.copyOf(calendar.list("days", each -> each.parsed(DayOfWeek::valueOf))),
                calendar.get("from").parsed(LocalTime::parse),
                calendar.get("to").parsed(LocalTime::parse),
                new HashSet<>(
                        calendar.list(
                                "holidays", each -> each.<LocalDate>parsed(LocalDate::parse))));
    }

    private static Duty duty(Part duty) {
        Demand demand;
        if (duty.has("apart")) {
            List<String> parts = duty.texts("apart");
            demand = new Demand.Apart(parts.getFirst(), parts.getLast());
        } else if (duty.has("toxic")) {
            demand = new Demand.Toxic(Set.copyOf(duty.texts("toxic")));
        } else {
            demand =
                    new Demand.MustHold(
                            Set.copyOf(duty.texts("when")), Set.copyOf(duty.texts("mustHold")));
        }
        return new Duty(
                duty.text("rule"),
                duty.text("version"),
                duty.text("owner"),
                duty.text("source"),
                demand,
                duty.list(
                        "exceptions",
                        each ->
                                new Exemption(
                                        each.text("subject"),
                                        each.text("control"),
                                        each.text("owner"),
                                        moment(each.get("until"), true))));
    }

    /** A time, or a day: its beginning, or for an end the end of it, UTC. */
    private static Instant moment(Part part, boolean end) {
        return part.parsed(text ->
                text.length() == 10
                        ? LocalDate.parse(text)
                                .plusDays(end ? 1 : 0)
                                .atStartOfDay(ZoneOffset.UTC)
                                .toInstant()
                        : Instant.parse(text));
    }

    private static int days(Part part) {
        return part.parsed(text -> Math.toIntExact(Duration.parse(text).toDays()));
    }

    /** A part of the document with its path. */
    private record Part(Node node, String path) {
        Part get(String name) {
            String at = Source.pointer(path, name);
            Node member = node instanceof Mapping mapping ? mapping.members().get(name) : null;
            return new Part(member == null ? new Nothing(node.at()) : member, at);
        }

        boolean has(String name) {
            return !(get(name).node instanceof Nothing);
        }

        <T> Optional<T> optional(String name, Function<Part, T> read) {
            return has(name) ? Optional.of(read.apply(get(name))) : Optional.empty();
        }

        <T> List<T> list(String name, Function<Part, T> read) {
            List<T> all = new ArrayList<>();
            if (get(name).node instanceof Items items) {
                for (Node each : items.items()) {
                    all.add(read.apply(new Part(each, get(name).path + "/" + all.size())));
                }
            }
            return List.copyOf(all);
        }

        <T> Map<String, T> map(String name, Function<Part, T> read) {
            Map<String, T> all = new LinkedHashMap<>();
            if (get(name).node instanceof Mapping mapping) {
                mapping.members()
                        .keySet()
                        .forEach(each -> all.put(each, read.apply(get(name).get(each))));
            }
            return all;
        }

        List<String> texts(String name) {
            return list(name, Part::text);
        }

        String text(String name) {
            return get(name).text();
        }

        String text() {
            if (node instanceof Scalar(Source.Position _, String text) && !text.isBlank()) {
                return text;
            }
            throw new Unfit(path, "is missing or not a text");
        }

        int integer() {
            if (node instanceof Scalar(Source.Position _, Long number)) {
                return Math.toIntExact(number);
            }
            throw new Unfit(path, "is missing or not a whole number");
        }

        double number() {
            if (node instanceof Scalar(Source.Position _, Number number)) {
                return number.doubleValue();
            }
            throw new Unfit(path, "is missing or not a number");
        }

        boolean truth() {
            if (node instanceof Scalar(Source.Position _, Boolean truth)) {
                return truth;
            }
            throw new Unfit(path, "is not true or false");
        }

        Duration duration() {
            return parsed(Duration::parse);
        }

        <T> T parsed(Function<String, T> parse) {
            String text = text();
            try {
                return parse.apply(text);
            } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
                throw new Unfit(path, "'" + text + "' does not read");
            }
        }
    }

    /** A part is not as the form says. */
    private static final class Unfit extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final String path;

        Unfit(String path, String problem) {
            super(problem);
            this.path = path;
        }
    }
}
