package dev.remit.charter;

import dev.remit.charter.Charter.Action;
import dev.remit.charter.Charter.Mode;
import dev.remit.charter.Charter.Stage;
import dev.remit.charter.Charter.Threshold;
import dev.remit.charter.Source.Items;
import dev.remit.charter.Source.Mapping;
import dev.remit.charter.Source.Node;
import dev.remit.charter.Source.Scalar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One thing in which two charters differ, and what it means: whether a change is easier to bring
 * about with the new one, harder, or other.
 *
 * @param path JSON pointer; stages, actions and rules by name
 */
public record Difference(Effect effect, String path, String words) {
    /** What it means for a change. */
    public enum Effect {
        EASIER,
        HARDER,
        OTHER
    }

    @Override
    public String toString() {
        return "%-7s %s: %s".formatted(effect, path, words);
    }

    /** All differences, those that make a change easier first. */
    public static List<Difference> between(Charter before, Charter after) {
        Comparison comparison = new Comparison();
        comparison.metadata(before, after);
        comparison.domain(before, after);
        comparison.readiness(before, after);
        comparison.approval(before, after);
        comparison.rest(before, after);
        comparison.unseen("", root(before), root(after));
        return comparison.found.stream()
                .sorted(java.util.Comparator.comparing(Difference::effect))
                .toList();
    }

    private static Node root(Charter charter) {
        return switch (Source.read("charter", charter.document())) {
            case Source.Read.Good(Source source) -> source.root();
            case Source.Read.Broken(Finding finding) ->
                    throw new IllegalArgumentException(finding.words());
        };
    }

    private static final class Comparison {
        /** What of a stage two forms say, by the shorter one. */
        private static final Map<String, String> SHORT =
                Map.of(
                        "share", "quorum",
                        "denyShare", "denyQuorum",
                        "resolver", "resolvers",
                        "group", "resolvers",
                        "expiresAfter", "deadline");

        private static final String TRIGGERS = "/spec/triggers";

        /** The short form of one of them. */
        private static final String TRIGGER = "/spec/trigger";

        private final List<Difference> found = new ArrayList<>();

        void metadata(Charter before, Charter after) {
            other("/metadata/name", before.name(), after.name());
            other("/metadata/version", before.version(), after.version());
            other("/metadata/owner", before.owner(), after.owner());
            other("/metadata/effective/from", before.validity().from(), after.validity().from());
            other("/metadata/effective/until", before.validity().until(), after.validity().until());
            other("/metadata/sunset", before.validity().sunset(), after.validity().sunset());
        }

        void domain(Charter before, Charter after) {
            wider("/spec/domain/systems", before.domain().systems(), after.domain().systems());
            guard("/spec/domain/subject", before.domain().subject(), after.domain().subject());
            guard("/spec/domain/resource", before.domain().resource(), after.domain().resource());
            named(
                    "/spec/domain/actions",
                    before.domain().actions(),
                    after.domain().actions(),
                    Action::name,
                    Effect.EASIER,
                    this::action);
            limit(
                    "/spec/domain/blastRadius/changesPerHour",
                    number(before.domain().changesPerHour()),
                    number(after.domain().changesPerHour()));
            limit(
                    "/spec/domain/blastRadius/shareOfPopulation",
                    number(before.domain().shareOfPopulation()),
                    number(after.domain().shareOfPopulation()));
            narrower(
                    "/spec/domain/protectedEntitlements",
                    before.domain().protectedEntitlements(),
                    after.domain().protectedEntitlements());
            wider("/spec/proposers/roles", before.proposers().roles(), after.proposers().roles());
            copilots(
                    "/spec/proposers/copilots",
                    before.proposers().copilots(),
                    after.proposers().copilots());
            other(
                    "/spec/proposers/digitalEmployee/id",
                    before.proposers().employee(),
                    after.proposers().employee());
            other(
                    "/spec/proposers/digitalEmployee/principal",
                    before.proposers().principal(),
                    after.proposers().principal());
            triggers(before.triggers(), after.triggers());
            trackRecord(before.trackRecord(), after.trackRecord());
        }

        private void copilots(
                String path, Optional<List<String>> before, Optional<List<String>> after) {
            if (before.isPresent() && after.isPresent()) {
                wider(path, before.get(), after.get());
            } else if (before.isPresent() != after.isPresent()) {
                add(
                        after.isPresent() ? Effect.HARDER : Effect.EASIER,
                        path,
                        after.isPresent()
                                ? "only these copilots propose now: " + after.get()
                                : "copilots are not named one by one any more");
            }
        }

        /** All at one place: items have no names, and one of them has a short form. */
        private void triggers(List<Charter.Trigger> before, List<Charter.Trigger> after) {
            Map<String, Charter.Trigger> was = new LinkedHashMap<>();
            before.forEach(each -> was.put(each.event(), each));
            for (Charter.Trigger each : after) {
                Charter.Trigger old = was.remove(each.event());
                if (old == null) {
                    add(Effect.EASIER, TRIGGERS, each.event() + " opens changes now");
                } else {
                    other(TRIGGERS, old, each);
                }
            }
            was.keySet()
                    .forEach(event ->
                            add(Effect.HARDER, TRIGGERS, event + " opens no changes any more"));
        }

        private void trackRecord(
                Optional<Charter.TrackRecord> before, Optional<Charter.TrackRecord> after) {
            if (before.isPresent() != after.isPresent()) {
                add(
                        after.isPresent() ? Effect.HARDER : Effect.EASIER,
                        "/spec/trackRecord",
                        after.isPresent()
                                ? "a digital employee is demoted when it does badly"
                                : "a digital employee is demoted by nothing any more");
                return;
            }
            other(
                    "/spec/trackRecord/within",
                    before.map(Charter.TrackRecord::within),
                    after.map(Charter.TrackRecord::within));
            Map<String, Function<Charter.TrackRecord, OptionalInt>> limits =
                    Map.of(
                            "failures", Charter.TrackRecord::failures,
                            "compensations", Charter.TrackRecord::compensations,
                            "overrides", Charter.TrackRecord::overrides,
                            "refusedClosures", Charter.TrackRecord::refusedClosures);
            new TreeMap<>(limits)
                    .forEach((name, limit) ->
                            limit(
                                    "/spec/trackRecord/" + name,
                                    before.flatMap(each -> number(limit.apply(each))),
                                    after.flatMap(each -> number(limit.apply(each)))));
        }

        private void action(String path, Action before, Action after) {
            if (before.mode() != after.mode()) {
                add(
                        after.mode() == Mode.OWN ? Effect.EASIER : Effect.HARDER,
                        path + "/mode",
                        after.mode() == Mode.OWN
                                ? "a digital employee executes, no longer a person"
                                : "a person executes, no longer a digital employee");
            }
            copilots(path + "/copilots", before.copilots(), after.copilots());
            other(path + "/steps", before.steps(), after.steps());
            other(path + "/compensation", before.compensation(), after.compensation());
            other(path + "/group", before.group(), after.group());
            other(path + "/groups", before.groups(), after.groups());
            other(path + "/manager", before.manager(), after.manager());
            other(path + "/owner", before.owner(), after.owner());
            other(path + "/account", before.account(), after.account());
            other(path + "/reversibility", before.reversibility(), after.reversibility());
            if (before.grant().isPresent() && after.grant().isPresent()) {
                longer(
                        path + "/grant/for",
                        before.grant().get().lasts(),
                        after.grant().get().lasts());
            }
            other(
                    path + "/grant/group",
                    before.grant().map(Comparison::group),
                    after.grant().map(Comparison::group));
        }

        private static String group(Charter.Grant grant) {
            return grant.groupPath() + " (" + grant.groupId() + ")";
        }

        void readiness(Charter before, Charter after) {
            named(
                    "/spec/readiness/facts",
                    before.facts(),
                    after.facts(),
                    Charter.Fact::name,
                    Effect.HARDER,
                    this::fact);
            wider("/spec/readiness/hold/ask", before.askRoles(), after.askRoles());
            longer("/spec/readiness/hold/for", before.holdFor(), after.holdFor());
        }

        private void fact(String path, Charter.Fact was, Charter.Fact is) {
            limit(
                    path + "/maxAge",
                    was.maxAge().map(Comparison::seconds),
                    is.maxAge().map(Comparison::seconds));
            floor(path + "/minShare", number(was.minShare()), number(is.minShare()));
            narrower(path + "/agreesWith", was.agreesWith(), is.agreesWith());
            String gap = path + "/onGap";
            wider(gap + "/enrichFrom", was.onGap().enrichFrom(), is.onGap().enrichFrom());
            if (Set.copyOf(was.onGap().enrichFrom()).equals(Set.copyOf(is.onGap().enrichFrom()))) {
                other(gap + "/enrichFrom", was.onGap().enrichFrom(), is.onGap().enrichFrom());
            }
            if (was.onGap().ask().isEmpty() || is.onGap().ask().isEmpty()) {
                other(gap + "/ask", was.onGap().ask(), is.onGap().ask());
            } else {
                wider(gap + "/ask", was.onGap().ask(), is.onGap().ask());
            }
            if (was.onGap().hold().isPresent() && is.onGap().hold().isPresent()) {
                longer(gap + "/hold", was.onGap().hold().get(), is.onGap().hold().get());
            } else {
                other(gap + "/hold", was.onGap().hold(), is.onGap().hold());
            }
            if (was.onGap().halt() != is.onGap().halt()) {
                add(
                        is.onGap().halt() ? Effect.HARDER : Effect.EASIER,
                        gap + "/halt",
                        is.onGap().halt()
                                ? "a gap halts the change at once"
                                : "a gap does not halt the change at once any more");
            }
        }

        void approval(Charter before, Charter after) {
            other("/spec/approval/role", before.approvalRole(), after.approvalRole());
            named(
                    "/spec/approval/stages",
                    before.stages(),
                    after.stages(),
                    Stage::name,
                    Effect.HARDER,
                    this::stage);
            List<String> order = names(before.stages(), after.stages());
            List<String> reordered = names(after.stages(), before.stages());
            other("/spec/approval/stages", order, reordered);
            if (before.review().isPresent() && after.review().isPresent()) {
                stage("/spec/approval/review", before.review().get(), after.review().get());
            } else if (before.review().isPresent() != after.review().isPresent()) {
                add(
                        after.review().isPresent() ? Effect.HARDER : Effect.EASIER,
                        "/spec/approval/review",
                        after.review().isPresent()
                                ? "each change is looked at afterwards"
                                : "no change is looked at afterwards any more");
            }
            other("/spec/approval/calendars", before.calendars(), after.calendars());
            other("/spec/approval/onCall", before.onCall(), after.onCall());
            named(
                    "/spec/separationOfDuties",
                    before.duties(),
                    after.duties(),
                    Charter.Duty::rule,
                    Effect.HARDER,
                    (path, was, is) -> {
                        other(path, was.demand(), is.demand());
                        other(path + "/version", was.version(), is.version());
                        wider(
                                path + "/exceptions",
                                was.exceptions().stream().map(Charter.Exemption::toString).toList(),
                                is.exceptions().stream().map(Charter.Exemption::toString).toList());
                    });
        }

        /** The names that both have, in the order of the first. */
        private static List<String> names(List<Stage> all, List<Stage> others) {
            return all.stream()
                    .map(Stage::name)
                    .filter(name -> others.stream().anyMatch(each -> each.name().equals(name)))
                    .toList();
        }

        private void stage(String path, Stage before, Stage after) {
            if (before.policy().isEmpty() && after.policy().isPresent()) {
                add(Effect.EASIER, path + "/policy", "a rule decides, no longer people");
            } else if (before.policy().isPresent() && after.policy().isEmpty()) {
                add(Effect.HARDER, path + "/policy", "people decide, no longer a rule");
            } else if (before.policy().isPresent()) {
                wider(
                        path + "/policy/verdicts",
                        before.policy().map(Charter.Policy::verdicts).orElse(List.of()),
                        after.policy().map(Charter.Policy::verdicts).orElse(List.of()));
                other(
                        path + "/policy",
                        before.policy().map(each -> each.name() + "@" + each.version()),
                        after.policy().map(each -> each.name() + "@" + each.version()));
            }
            if (before.when().isEmpty() && after.when().isPresent()) {
                add(Effect.EASIER, path + "/when", "is passed over unless " + after.when().get());
            } else if (before.when().isPresent() && after.when().isEmpty()) {
                add(Effect.HARDER, path + "/when", "is never passed over any more");
            } else {
                other(path + "/when", before.when(), after.when());
            }
            other(path + "/alongside", before.alongside(), after.alongside());
            // of fewer who are asked, a share is fewer too
            boolean counts =
                    Stream.of(before, after)
                            .flatMap(each -> Stream.of(each.quorum(), each.denyQuorum()))
                            .allMatch(Threshold.Count.class::isInstance);
            Effect fewer = counts ? Effect.HARDER : Effect.OTHER;
            sets(
                    path + "/resolvers",
                    before.resolvers().stream().map(Comparison::words).toList(),
                    after.resolvers().stream().map(Comparison::words).toList(),
                    Effect.EASIER,
                    fewer);
            guard(path + "/filter", before.filter(), after.filter(), fewer);
            threshold(path + "/quorum", before.quorum(), after.quorum(), Effect.HARDER);
            threshold(path + "/denyQuorum", before.denyQuorum(), after.denyQuorum(), Effect.EASIER);
            if (before.reasonRequired() != after.reasonRequired()) {
                add(
                        after.reasonRequired() ? Effect.HARDER : Effect.EASIER,
                        path + "/reason",
                        after.reasonRequired() ? "is required now" : "is not required any more");
            }
            guard(
                    path + "/authentication",
                    before.authentication().map(Charter.Authentication::toString),
                    after.authentication().map(Charter.Authentication::toString));
            if (before.deadline().calendar().equals(after.deadline().calendar())) {
                longer(path + "/deadline", before.deadline().within(), after.deadline().within());
            } else {
                other(path + "/deadline", before.deadline(), after.deadline());
            }
            other(path + "/reminders", before.reminders(), after.reminders());
            other(path + "/escalation", before.escalation(), after.escalation());
            other(path + "/outcome", before.outcome(), after.outcome());
            if (before.bulk() != after.bulk()) {
                add(
                        after.bulk() ? Effect.EASIER : Effect.HARDER,
                        path + "/bulk",
                        after.bulk()
                                ? "may be decided together with others"
                                : "must be decided alone");
            }
        }

        void rest(Charter before, Charter after) {
            longer(
                    "/spec/execution/authorizationExpiresAfter",
                    before.authorizationExpiresAfter(),
                    after.authorizationExpiresAfter());
            narrower("/spec/proof", before.proofs(), after.proofs());
            if (before.retentionDays() != after.retentionDays()) {
                add(
                        after.retentionDays() > before.retentionDays()
                                ? Effect.HARDER
                                : Effect.EASIER,
                        "/spec/retention",
                        before.retentionDays() + " days before, " + after.retentionDays() + " now");
            }
        }

        /**
         * What the documents say otherwise and nothing here has judged: it is never certain that it
         * makes a change harder.
         */
        private void unseen(String path, @Nullable Node before, @Nullable Node after) {
            Map<String, Node> was = parts(before);
            Map<String, Node> is = parts(after);
            if (isValue(before, was) || isValue(after, is)) {
                other(path, before, after);
                return;
            }
            if (!common(was, is).equals(common(is, was))) {
                add(Effect.OTHER, path, "in another order now");
            }
            Set<String> all = new LinkedHashSet<>(was.keySet());
            all.addAll(is.keySet());
            for (String each : all) {
                unseen(path + "/" + each, was.get(each), is.get(each));
            }
        }

        private void other(String path, @Nullable Node before, @Nullable Node after) {
            String was = before == null ? "nothing" : Source.json(before);
            String is = after == null ? "nothing" : Source.json(after);
            if (!was.equals(is) && !isJudged(path)) {
                add(Effect.OTHER, path, was + " before, " + is + " now");
            }
        }

        private static List<String> common(Map<String, Node> all, Map<String, Node> others) {
            return all.keySet().stream().filter(others::containsKey).toList();
        }

        private static boolean isValue(@Nullable Node node, Map<String, Node> parts) {
            return node != null && parts.isEmpty();
        }

        /** Members by name; items too, if all of them have different names. */
        private static Map<String, Node> parts(@Nullable Node node) {
            return switch (node) {
                case Mapping mapping -> mapping.members();
                case Items items -> {
                    Map<String, Node> named = new LinkedHashMap<>();
                    items.items()
                            .forEach(each -> name(each).ifPresent(name -> named.put(name, each)));
                    yield named.size() == items.items().size() ? named : Map.of();
                }
                case null, default -> Map.of();
            };
        }

        private static Optional<String> name(Node item) {
            return item instanceof Mapping mapping
                    ? Stream.of("name", "rule")
                            .map(mapping.members()::get)
                            .filter(Scalar.class::isInstance)
                            .map(each -> String.valueOf(((Scalar) each).value()))
                            .findFirst()
                    : Optional.empty();
        }

        private boolean isJudged(String path) {
            int last = path.lastIndexOf('/') + 1;
            String member = path.substring(last);
            String judged =
                    path.startsWith("/spec/approval/")
                            ? path.substring(0, last) + SHORT.getOrDefault(member, member)
                            : (path + "/").startsWith(TRIGGER + "/") ? TRIGGERS : path;
            return found.stream()
                    .anyMatch(each ->
                            judged.equals(each.path()) || judged.startsWith(each.path() + "/"));
        }

        private void threshold(String path, Threshold before, Threshold after, Effect whenHigher) {
            if (before.equals(after)) {
                return;
            }
            boolean comparable =
                    before instanceof Threshold.Count == after instanceof Threshold.Count;
            boolean higher = weight(after) > weight(before);
            Effect lower = whenHigher == Effect.HARDER ? Effect.EASIER : Effect.HARDER;
            add(
                    !comparable ? Effect.OTHER : higher ? whenHigher : lower,
                    path,
                    words(before) + " before, " + words(after) + " now");
        }

        private static double weight(Threshold threshold) {
            return switch (threshold) {
                case Threshold.Count(int count) -> count;
                case Threshold.Share(double share) -> share;
            };
        }

        private static String words(Threshold threshold) {
            return switch (threshold) {
                case Threshold.Count(int count) -> String.valueOf(count);
                case Threshold.Share(double share) -> share + " of those asked";
            };
        }

        private static String words(Charter.Resolver resolver) {
            return resolver.kind() + " " + String.join(", ", resolver.names());
        }

        /** What is added makes it easier. */
        private void wider(String path, Collection<String> before, Collection<String> after) {
            sets(path, before, after, Effect.EASIER, Effect.HARDER);
        }

        /** What is added makes it harder. */
        private void narrower(String path, Collection<String> before, Collection<String> after) {
            sets(path, before, after, Effect.HARDER, Effect.EASIER);
        }

        private void sets(
                String path,
                Collection<String> before,
                Collection<String> after,
                Effect added,
                Effect removed) {
            Set<String> all = new LinkedHashSet<>(before);
            all.addAll(after);
            for (String each : all) {
                if (!before.contains(each)) {
                    add(added, path, "now with " + each);
                } else if (!after.contains(each)) {
                    add(removed, path, "no longer with " + each);
                }
            }
        }

        /** A condition that must hold: added it makes it harder. */
        private void guard(String path, Optional<String> before, Optional<String> after) {
            guard(path, before, after, Effect.HARDER);
        }

        private void guard(
                String path, Optional<String> before, Optional<String> after, Effect added) {
            if (before.isEmpty() && after.isPresent()) {
                add(added, path, "asks now for " + after.get());
            } else if (before.isPresent() && after.isEmpty()) {
                add(Effect.EASIER, path, "asks no longer for " + before.get());
            } else {
                other(path, before, after);
            }
        }

        /** An upper limit: none, or a higher one, makes it easier. */
        private void limit(String path, Optional<Double> before, Optional<Double> after) {
            if (before.equals(after)) {
                return;
            }
            boolean easier = after.isEmpty() || (before.isPresent() && after.get() > before.get());
            add(
                    easier ? Effect.EASIER : Effect.HARDER,
                    path,
                    before.map(String::valueOf).orElse("no limit")
                            + " before, "
                            + after.map(String::valueOf).orElse("no limit")
                            + " now");
        }

        /** A lower limit: none, or a lower one, makes it easier. */
        private void floor(String path, Optional<Double> before, Optional<Double> after) {
            if (before.equals(after)) {
                return;
            }
            boolean harder = before.isEmpty() || (after.isPresent() && after.get() > before.get());
            add(
                    harder ? Effect.HARDER : Effect.EASIER,
                    path,
                    before.map(String::valueOf).orElse("no threshold")
                            + " before, "
                            + after.map(String::valueOf).orElse("no threshold")
                            + " now");
        }

        private void longer(String path, Duration before, Duration after) {
            if (!before.equals(after)) {
                add(
                        after.compareTo(before) > 0 ? Effect.EASIER : Effect.HARDER,
                        path,
                        before + " before, " + after + " now");
            }
        }

        private void other(String path, Object before, Object after) {
            if (!before.equals(after)) {
                add(Effect.OTHER, path, shown(before) + " before, " + shown(after) + " now");
            }
        }

        private static String shown(Object value) {
            return value instanceof Optional<?> optional
                    ? optional.map(String::valueOf).orElse("none")
                    : String.valueOf(value);
        }

        private <T> void named(
                String path,
                List<T> before,
                List<T> after,
                Function<T, String> name,
                Effect added,
                Both<T> both) {
            Map<String, T> was = new LinkedHashMap<>();
            before.forEach(each -> was.put(name.apply(each), each));
            Map<String, T> is = new LinkedHashMap<>();
            after.forEach(each -> is.put(name.apply(each), each));
            Effect removed = added == Effect.EASIER ? Effect.HARDER : Effect.EASIER;
            is.forEach((key, each) -> {
                T old = was.get(key);
                if (old == null) {
                    add(added, path + "/" + key, "is new");
                } else {
                    both.compare(path + "/" + key, old, each);
                }
            });
            was.keySet().stream()
                    .filter(key -> !is.containsKey(key))
                    .forEach(key -> add(removed, path + "/" + key, "is gone"));
        }

        private void add(Effect effect, String path, String words) {
            found.add(new Difference(effect, path, words));
        }

        private static double seconds(Duration duration) {
            return duration.toSeconds();
        }

        private static Optional<Double> number(OptionalInt number) {
            return number.isPresent() ? Optional.of((double) number.getAsInt()) : Optional.empty();
        }

        private static Optional<Double> number(OptionalDouble number) {
            return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
        }

        /** Compares what both have. */
        private interface Both<T> {
            void compare(String path, T before, T after);
        }
    }
}
