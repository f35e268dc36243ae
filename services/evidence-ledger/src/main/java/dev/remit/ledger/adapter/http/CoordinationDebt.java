package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.ledger.application.RecordReads;
import dev.remit.ledger.application.Waits;
import dev.remit.ledger.application.Waits.By;
import dev.remit.ledger.application.Waits.Line;
import dev.remit.ledger.domain.Wait;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who holds what, since when, and how long that takes. See docs/coordination-debt.md. */
@Path("debt")
public class CoordinationDebt {
    private static final Duration USUAL = Duration.ofDays(30);
    private static final Duration LONGEST = Duration.ofDays(400);

    /**
     * One line; times in seconds.
     *
     * @param key a party, charter, unit, or a person's immutable id
     * @param waiting how many waits go on
     * @param ended how many ended in the period; of them half took at most {@code p50Seconds}
     * @param handoffs how many began in the period
     * @param rework how many of them because work went back, by why
     */
    public record Sum(
            String key,
            long waiting,
            @Nullable Instant oldestSince,
            @Nullable Double oldestSeconds,
            long ended,
            @Nullable Double p50Seconds,
            @Nullable Double p90Seconds,
            @Nullable Double p95Seconds,
            double totalSeconds,
            long handoffs,
            Map<String, Long> rework) {}

    /** A page. */
    public record Sums(String by, Instant from, Instant at, List<Sum> items) {}

    /**
     * A wait that goes on.
     *
     * @param people immutable ids of those who could end it, at most 50
     * @param asked how many could
     */
    public record Held(
            UUID changeId,
            String charter,
            String party,
            String unit,
            Set<String> people,
            int asked,
            Instant since,
            double seconds,
            @Nullable String rework) {}

    /** A page. */
    public record Waiting(Instant at, List<Held> items) {}

    private final Waits waits;
    private final RecordReads reads;
    private final Caller caller;
    private final Clock clock;

    CoordinationDebt(Waits waits, RecordReads reads, Caller caller, Clock clock) {
        this.waits = waits;
        this.reads = reads;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * Sums by party, charter, unit or person, by key; the {@code Link} header names the next page.
     * How long single people take is for auditors and admins; such a look is recorded.
     *
     * @param from what ended before does not count; 30 days ago unless said
     * @param after the last key of the page before
     */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Response> sums(
            @QueryParam("by") @DefaultValue("party") String by,
            @QueryParam("from") @Nullable String from,
            @QueryParam("charter") Optional<String> charter,
            @QueryParam("after") Optional<String> after,
            @QueryParam("limit") @DefaultValue("200") int limit,
            @Context UriInfo asked) {
        By kind = named(By.class, "by", by);
        Instant now = clock.instant();
        Instant since = from == null ? now.minus(USUAL) : Checked.time("from", from);
        if (since.isBefore(now.minus(LONGEST))) {
            throw Problem.inField(
                    "from",
                    "FIELD_MISFORMED",
                    "from: must lie at most " + LONGEST.toDays() + " days back");
        }
        Checked.limit(limit);
        boolean personal = kind == By.PERSON;
        if (personal && !caller.has("auditor") && !caller.has("admin")) {
            throw Problem.of(
                    403, "ROLE_MISSING", "how long single people take is for auditors and admins");
        }
        Supplier<Uni<List<Line>>> look =
                () -> waits.sums(new Waits.Asked(kind, since, charter, after), limit);
        return (personal
                        ? reads.recorded(caller.id(), "debt by person", charter.orElse(""), look)
                        : look.get())
                .map(lines -> {
                    Response.ResponseBuilder page =
                            Response.ok(
                                    new Sums(
                                            kind.name().toLowerCase(Locale.ROOT),
                                            since,
                                            now,
                                            lines.stream().map(each -> sum(each, now)).toList()));
                    if (lines.size() == limit) {
                        page.link(
                                asked.getRequestUriBuilder()
                                        .replaceQueryParam("from", since)
                                        .replaceQueryParam("after", lines.getLast().key())
                                        .build(),
                                "next");
                    }
                    return page.build();
                });
    }

    /**
     * What goes on, the oldest first; who proposes or approves sees what they could end.
     *
     * @param party who holds it: service, approvers, proposer, data_owner, nobody, owing
     * @param person an immutable id, or me: only what this person could end
     * @param after where the page before ended, as its Link says
     */
    @GET
    @Path("waiting")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Response> waiting(
            @QueryParam("charter") Optional<String> charter,
            @QueryParam("party") Optional<String> party,
            @QueryParam("person") Optional<String> person,
            @QueryParam("after") Optional<String> after,
            @QueryParam("limit") @DefaultValue("200") int limit,
            @Context UriInfo asked) {
        Checked.limit(limit);
        Instant now = clock.instant();
        boolean all = caller.has("operator") || caller.has("auditor") || caller.has("admin");
        return waits.open(
                        charter,
                        party.map(each -> named(Wait.Party.class, "party", each)),
                        all
                                ? person.map(each -> each.equals("me") ? caller.id() : each)
                                : Optional.of(caller.id()),
                        after.map(CoordinationDebt::place),
                        limit)
                .map(found -> {
                    Response.ResponseBuilder page =
                            Response.ok(
                                    new Waiting(
                                            now,
                                            found.stream().map(each -> held(each, now)).toList()));
                    if (found.size() == limit) {
                        Waits.Open last = found.getLast();
                        page.link(
                                asked.getRequestUriBuilder()
                                        .replaceQueryParam(
                                                "after",
                                                last.held().since()
                                                        + "~"
                                                        + last.change()
                                                        + "~"
                                                        + last.held().sequence())
                                        .build(),
                                "next");
                    }
                    return page.build();
                });
    }

    private static Sum sum(Line line, Instant now) {
        Map<String, Long> rework = new TreeMap<>();
        line.rework()
                .forEach((why, number) -> rework.put(why.name().toLowerCase(Locale.ROOT), number));
        return new Sum(
                line.key(),
                line.waiting(),
                line.oldest().orElse(null),
                line.oldest().map(since -> seconds(since, now)).orElse(null),
                line.ended(),
                line.p50().orElse(null),
                line.p90().orElse(null),
                line.p95().orElse(null),
                line.total(),
                line.handoffs(),
                rework);
    }

    private static Held held(Waits.Open open, Instant now) {
        Wait wait = open.held();
        return new Held(
                open.change(),
                open.charter(),
                wait.party().name(),
                wait.unit(),
                new TreeSet<>(wait.people()),
                wait.asked(),
                wait.since(),
                seconds(wait.since(), now),
                wait.rework().map(Enum::name).orElse(null));
    }

    /** Never negative: a sender's clock may be a little ahead. */
    private static double seconds(Instant since, Instant now) {
        return Math.max(0, Duration.between(since, now).toMillis() / 1000.0);
    }

    private static Waits.Place place(String text) {
        try {
            String[] parts = text.split("~", -1);
            return new Waits.Place(
                    Instant.parse(parts[0]), UUID.fromString(parts[1]), Integer.parseInt(parts[2]));
        } catch (DateTimeException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw Problem.inField("after", "FIELD_MISFORMED", "after: is not from a Link header");
        }
    }

    private static <E extends Enum<E>> E named(Class<E> kind, String field, String text) {
        try {
            return Enum.valueOf(kind, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field
                            + ": must be one of "
                            + List.of(kind.getEnumConstants()).toString().toLowerCase(Locale.ROOT));
        }
    }
}
