package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.ledger.application.CertifyClosure;
import dev.remit.ledger.application.Changes;
import dev.remit.ledger.application.Checkpoints;
import dev.remit.ledger.application.Entries;
import dev.remit.ledger.application.EraseContent;
import dev.remit.ledger.application.ExportPack;
import dev.remit.ledger.application.LookUpChanges;
import dev.remit.ledger.application.Readings;
import dev.remit.ledger.application.Reads;
import dev.remit.ledger.application.RecordReads;
import dev.remit.ledger.application.RetainEvidence;
import dev.remit.ledger.application.SignStatement;
import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.Shards;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of changes, their certificates, and what was set aside. */
@Path("/")
public class Ledger {
    /** A change as it stands. */
    public record View(
            UUID changeId,
            String charter,
            String subject,
            String state,
            String holder,
            Instant since,
            String lastHandoff,
            int sequence,
            List<String> missing,
            @Nullable String outcome,
            boolean certified,
            List<Step> handoffs) {}

    /**
     * One handoff.
     *
     * @param leafIndex its place in the tree of its shard, as {@code /log/proof/} counts
     * @param shard the period of that shard; empty for the first
     */
    public record Step(
            int sequence,
            String type,
            String producer,
            Instant time,
            String summary,
            @Nullable Long leafIndex,
            @Nullable String shard) {}

    /** Why nothing is erased now. */
    private static final Set<String> CONFLICTS = Set.of("NOT_CLOSED", "HELD", "TOO_MANY_CHANGES");

    /** Every id is larger than this one. */
    private static final UUID LEAST = new UUID(0, 0);

    private final LookUpChanges changes;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final Readings readings;
    private final CertifyClosure certify;
    private final SignStatement sign;
    private final EraseContent erase;
    private final ExportPack packs;
    private final RetainEvidence retain;
    private final RecordReads reads;
    private final Reads looks;
    private final Caller caller;

    Ledger(
            LookUpChanges changes,
            Entries entries,
            Checkpoints checkpoints,
            Readings readings,
            CertifyClosure certify,
            SignStatement sign,
            EraseContent erase,
            ExportPack packs,
            RetainEvidence retain,
            RecordReads reads,
            Reads looks,
            Caller caller) {
        this.changes = changes;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.readings = readings;
        this.certify = certify;
        this.sign = sign;
        this.erase = erase;
        this.packs = packs;
        this.retain = retain;
        this.reads = reads;
        this.looks = looks;
        this.caller = caller;
    }

    /**
     * Changes, newest first, a page at a time; the answer's {@code Link} header names the next
     * page. Who is no operator, auditor or admin finds those that they have a part in.
     *
     * @param subject system and id, separated by a colon
     * @param account the target account
     * @param actor who proposed, is responsible for, decided or executed it
     * @param outcome how it ended, or OPEN
     * @param openedBefore leaf index of the last change on the page before
     * @param limit from 1 to 200
     */
    @GET
    @Path("changes")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Response> changes(
            @QueryParam("subject") Optional<String> subject,
            @QueryParam("account") Optional<String> account,
            @QueryParam("actor") Optional<String> actor,
            @QueryParam("charter") Optional<String> charter,
            @QueryParam("outcome") Optional<String> outcome,
            @QueryParam("openedBefore") Optional<Long> openedBefore,
            @QueryParam("limit") @DefaultValue("200") int limit,
            @Context UriInfo asked) {
        Checked.limit(limit);
        var search =
                new Changes.Search(
                        subject,
                        account,
                        stated(actor).map(Set::of).orElse(Set.of()),
                        charter,
                        outcome,
                        openedBefore);
        String words = asked.getRequestUri().getRawQuery();
        var looker = looker();
        return reads.recorded(
                looker.id(),
                "search",
                words == null ? "" : words,
                () ->
                        signed().chain(size ->
                                changes.search(looker, search, limit)
                                        .map(found ->
                                                page(
                                                        found.stream()
                                                                .map(each ->
                                                                        view(each, size, List.of()))
                                                                .toList(),
                                                        found.size() < limit
                                                                ? Optional.empty()
                                                                : Optional.of(
                                                                        String.valueOf(
                                                                                found.getLast()
                                                                                        .opened())),
                                                        "openedBefore",
                                                        asked))));
    }

    private LookUpChanges.Looker looker() {
        return new LookUpChanges.Looker(caller.id(), caller.roles());
    }

    /**
     * The change as it stands.
     *
     * @throws Problem 404 CHANGE_UNKNOWN, also if the caller may not see it
     */
    private Uni<Standing> seen(LookUpChanges.Looker looker, UUID change) {
        return changes.find(looker, change)
                .map(found ->
                        found.orElseThrow(() ->
                                Problem.of(
                                        404, "CHANGE_UNKNOWN", "no change has the id " + change)));
    }

    /**
     * One change with its handoffs; for who is no operator, auditor or admin, one that they have a
     * part in.
     */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        UUID change = uuid(id);
        var looker = looker();
        return reads.recorded(
                looker.id(),
                "change",
                id,
                () ->
                        signed().chain(size ->
                                seen(looker, change)
                                        .chain(standing ->
                                                entries.of(change)
                                                        .chain(all ->
                                                                checkpoints
                                                                        .shards()
                                                                        .map(shards ->
                                                                                view(
                                                                                        standing,
                                                                                        size,
                                                                                        steps(
                                                                                                all,
                                                                                                shards)))))));
    }

    /**
     * The closure certificate; made when it is first asked for, the same ever after. Who is no
     * operator, auditor or admin gets that of a change that they have a part in.
     *
     * @param form {@code own}, or {@code sigstore}: what the log states of the change, as a bundle
     *     for Sigstore's clients; its signature is logged first, so ask again a few seconds after
     *     {@code NOT_LOGGED_YET}
     */
    @GET
    @Path("changes/{id}/certificate")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Response> certificate(
            @PathParam("id") String id, @QueryParam("form") @DefaultValue("own") String form) {
        UUID change = uuid(id);
        var looker = looker();
        return switch (form) {
            case "own" ->
                    reads.recorded(
                                    caller.id(),
                                    "certificate",
                                    id,
                                    () -> shown(looker, change, () -> certify.certificate(change)))
                            .map(found ->
                                    found.map(Ledger::json)
                                            .orElseThrow(() ->
                                                    Problem.of(
                                                            404,
                                                            "NOT_CERTIFIED",
                                                            "change "
                                                                    + id
                                                                    + " has no certificate yet")));
            case "sigstore" ->
                    reads.recorded(
                                    caller.id(),
                                    "certificate",
                                    id + " sigstore",
                                    () -> shown(looker, change, () -> sign.bundle(change)))
                            .map(answer ->
                                    switch (answer) {
                                        case SignStatement.Bundle(byte[] file) -> json(file);
                                        case SignStatement.None(
                                                        String code,
                                                        String reason,
                                                        boolean isOnItsWay) ->
                                                throw Problem.of(
                                                        isOnItsWay ? 409 : 404, code, reason);
                                    });
            default ->
                    throw Problem.inField(
                            "form", "FIELD_MISFORMED", "form: must be own or sigstore");
        };
    }

    /** Unless the caller may not see the change; who sees all is told more of one that is not. */
    private <T> Uni<T> shown(LookUpChanges.Looker looker, UUID change, Supplier<Uni<T>> look) {
        return looker.seesAll() ? look.get() : seen(looker, change).chain(_ -> look.get());
    }

    private static Response json(byte[] file) {
        return Response.ok(file, MediaType.APPLICATION_JSON).build();
    }

    /**
     * The evidence of a period, or of a population of its changes, in one zip file; the same bytes
     * for ever. Of the closures outside the population it holds the leaves, and their number.
     *
     * @param from from this time on
     * @param to until before this time, which must not lie ahead
     * @param charter only under this charter, by name
     * @param subject only those of this subject: system and id, separated by a colon
     * @param account only those of this target account
     * @param outcome only those that ended so, for example COMPLETED
     */
    @GET
    @Path("evidence/pack")
    @Produces("application/zip")
    @RolesAllowed({"auditor", "admin"})
    public Uni<Response> pack(
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("charter") Optional<String> charter,
            @QueryParam("subject") Optional<String> subject,
            @QueryParam("account") Optional<String> account,
            @QueryParam("outcome") Optional<String> outcome) {
        Instant first = Checked.time("from", from);
        Instant last = Checked.time("to", to);
        var population =
                new Population(stated(charter), stated(subject), stated(account), outcome(outcome));
        return reads.recorded(
                        caller.id(),
                        "pack",
                        from + " " + to + " " + population.words(),
                        () -> packs.export(first, last, population))
                .map(exported ->
                        switch (exported) {
                            case ExportPack.Packed(byte[] zip) -> Response.ok(zip).build();
                            case ExportPack.Refused(String code, String reason) ->
                                    throw Problem.of(409, code, reason);
                        });
    }

    private static Optional<String> stated(Optional<String> part) {
        return part.filter(each -> !each.isBlank());
    }

    private static Optional<String> outcome(Optional<String> outcome) {
        Optional<String> stated = stated(outcome);
        if (stated.isPresent()
                && Arrays.stream(Closure.Outcome.values())
                        .noneMatch(each -> each.name().equals(stated.get()))) {
            throw Problem.inField(
                    "outcome",
                    "FIELD_MISFORMED",
                    "outcome: must be one of " + Arrays.toString(Closure.Outcome.values()));
        }
        return stated;
    }

    /**
     * Who read what evidence, newest first; the answer's {@code Link} header names the next page.
     *
     * @param before the time of the last one on the page before, or its time and id with a comma
     *     between, as the Link header has them
     */
    @GET
    @Path("evidence/reads")
    @RolesAllowed({"auditor", "admin"})
    public Uni<Response> reads(
            @QueryParam("before") @Nullable String before,
            @QueryParam("limit") @DefaultValue("200") int limit,
            @Context UriInfo asked) {
        Checked.limit(limit);
        Optional<Reads.Place> until =
                before == null ? Optional.empty() : Optional.of(place(before));
        return reads.recorded(caller.id(), "reads", "", () -> looks.newest(until, limit))
                .map(found ->
                        page(
                                found,
                                found.size() < limit
                                        ? Optional.empty()
                                        : Optional.of(
                                                found.getLast().at() + "," + found.getLast().id()),
                                "before",
                                asked));
    }

    private static Reads.Place place(String before) {
        int comma = before.indexOf(',');
        if (comma < 0) {
            return new Reads.Place(Checked.time("before", before), LEAST);
        }
        try {
            return new Reads.Place(
                    Checked.time("before", before.substring(0, comma)),
                    UUID.fromString(before.substring(comma + 1)));
        } catch (IllegalArgumentException e) {
            throw Problem.inField(
                    "before", "FIELD_MISFORMED", "before: is not a time, a comma and a UUID");
        }
    }

    /** Why something is to be erased; logged for ever, so without personal data. */
    public record Erasure(@Nullable String reason) {}

    /**
     * Erases what is kept of a closed change: its leaves and their proofs stay. A repetition
     * changes nothing. Only a person erases: 403 PERSON_NEEDED.
     */
    @POST
    @Path("changes/{id}/erasure")
    @RolesAllowed("admin")
    public Uni<Response> erase(@PathParam("id") String id, @Nullable Erasure erasure) {
        return erase.erase(uuid(id), eraser(), why(Problem.body(erasure).reason()))
                .map(Ledger::erased)
                .map(_ -> Response.noContent().build());
    }

    /**
     * Whose evidence is to be erased, and why.
     *
     * @param subject system and id, separated by a colon; null for whoever has the account
     * @param account the target account; null for each
     * @param reason logged for ever, so without personal data
     */
    public record ErasureOf(
            @Nullable String subject, @Nullable String account, @Nullable String reason) {}

    /**
     * Erases what is kept of every change of a person or account, of all of them or of none: one
     * that goes on refuses it (409 NOT_CLOSED). A repetition changes nothing. Only a person erases:
     * 403 PERSON_NEEDED.
     *
     * @return the changes that were erased now
     */
    @POST
    @Path("evidence/erasure")
    @RolesAllowed("admin")
    public Uni<List<UUID>> eraseOf(@Nullable ErasureOf erasure) {
        ErasureOf asked = Problem.body(erasure);
        Optional<String> subject = stated(Optional.ofNullable(asked.subject()));
        Optional<String> account = stated(Optional.ofNullable(asked.account()));
        String why = why(asked.reason());
        if (subject.isEmpty() && account.isEmpty()) {
            throw Problem.inField(
                    "subject", "FIELD_MISSING", "subject: name it, or an account, or both");
        }
        // whom it was about is what is to be forgotten
        return reads.recorded(
                        eraser(),
                        "erasure",
                        subject.isPresent() ? "by subject" : "by account",
                        () -> erase.eraseOf(subject, account, caller.id(), why))
                .map(Ledger::erased);
    }

    private String eraser() {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403, "PERSON_NEEDED", "a person erases; this token is not a person's own");
        }
        return caller.id();
    }

    private static String why(@Nullable String reason) {
        if (reason == null || reason.isBlank()) {
            throw Problem.inField("reason", "FIELD_MISSING", "reason: must not be empty");
        }
        return reason.strip();
    }

    private static List<UUID> erased(EraseContent.Erased erased) {
        return switch (erased) {
            case EraseContent.Done(List<UUID> changes) -> changes;
            case EraseContent.Refused(String code, String reason) ->
                    throw Problem.of(
                            code.equals("CHANGE_UNKNOWN")
                                    ? 404
                                    : CONFLICTS.contains(code) ? 409 : 400,
                            code,
                            reason);
        };
    }

    /**
     * How long the evidence of closed changes is kept under one version of a charter.
     *
     * @param read whether the charter could be read; kept for ever otherwise
     * @param days from the closure on; null: for ever
     * @param changes closed and not erased
     * @param due those whose time is over
     * @param soon those whose time is over in 30 days, the due ones included
     */
    public record Kept(
            String charter,
            String charterHash,
            boolean read,
            @Nullable Long days,
            long changes,
            long due,
            long soon) {}

    /**
     * What is kept, and until when.
     *
     * @param held whether nothing is erased, whoever asks
     */
    public record Retained(boolean held, List<Kept> kept) {}

    /** How long evidence is kept, and what is due to be erased, by the charters' versions. */
    @GET
    @Path("evidence/retention")
    @RolesAllowed({"auditor", "admin"})
    public Uni<Retained> retention() {
        return retain.kept()
                .map(all ->
                        new Retained(
                                erase.isHeld(),
                                all.stream()
                                        .map(each ->
                                                new Kept(
                                                        each.charter(),
                                                        each.charterHash(),
                                                        each.isRead(),
                                                        each.days().orElse(null),
                                                        each.changes(),
                                                        each.due(),
                                                        each.soon()))
                                        .toList()));
    }

    /**
     * What was set aside, newest first, a page at a time; the answer's {@code Link} header names
     * the next page.
     *
     * @param before leaf index of the last one on the page before
     * @param limit from 1 to 200
     */
    @GET
    @Path("evidence/dead-letters")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<Response> deadLetters(
            @QueryParam("before") Optional<Long> before,
            @QueryParam("limit") @DefaultValue("200") int limit,
            @Context UriInfo asked) {
        Checked.limit(limit);
        return reads.recorded(
                        caller.id(),
                        "dead letters",
                        "",
                        () -> entries.setAside(before.orElse(Long.MAX_VALUE), limit))
                .map(all ->
                        page(
                                all.stream()
                                        .map(each -> readings.of(each.entry()))
                                        .filter(Reading.SetAside.class::isInstance)
                                        .toList(),
                                all.size() < limit
                                        ? Optional.empty()
                                        : Optional.of(String.valueOf(all.getLast().index())),
                                "before",
                                asked));
    }

    /** A page, with the address of the next one. */
    private static Response page(
            List<?> items, Optional<String> last, String parameter, UriInfo asked) {
        Response.ResponseBuilder page = Response.ok(items);
        last.ifPresent(each ->
                page.link(
                        asked.getRequestUriBuilder().replaceQueryParam(parameter, each).build(),
                        "next"));
        return page.build();
    }

    /** The size of the last settled checkpoint. */
    private Uni<Long> signed() {
        return checkpoints.last().map(last -> last.map(Checkpoints.Signed::size).orElse(0L));
    }

    private List<Step> steps(List<Entry.Logged> all, Shards shards) {
        return all.stream()
                .filter(each -> each.entry().envelope().sequence() > 0)
                .sorted(Comparator.comparingInt(each -> each.entry().envelope().sequence()))
                .map(each ->
                        new Step(
                                each.entry().envelope().sequence(),
                                each.entry().envelope().handoff().recordName(),
                                each.entry().envelope().source().id(),
                                each.entry().envelope().time(),
                                readings.words(each.entry()),
                                each.index() - shards.at(each.index()).first(),
                                shards.at(each.index()).period()))
                .toList();
    }

    private static View view(Standing standing, long signed, List<Step> steps) {
        return new View(
                standing.change(),
                standing.charter(),
                standing.subject(),
                standing.state(),
                standing.holder(),
                standing.since(),
                standing.last(),
                standing.sequence(),
                standing.missing(),
                standing.outcome().orElse(null),
                standing.isCertifiedBy(signed),
                steps);
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
