package dev.remit.approval.adapter.http;

import dev.remit.approval.application.Reconciliation;
import dev.remit.approval.application.RouteViews;
import dev.remit.approval.application.WatchInboxes;
import dev.remit.approval.application.WatchInboxes.Told;
import dev.remit.approval.domain.Inbox;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.http.Tagged;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What waits for the caller, as a list and as events. */
@Path("inbox")
public class MyInbox {
    /** How long a page may be. */
    static final int MOST = 200;

    /** Seconds; in a header, so that the tag is that of what waits. */
    static final String LAG = "Remit-Lag-Seconds";

    /**
     * A page, the oldest first.
     *
     * @param next where the next page begins; null on the last
     */
    public record Page(List<Approvals.View> items, @Nullable String next) {}

    /** A change that waits for the caller. */
    public record Waiting(
            UUID changeId, String stage, Instant since, Instant expiresAt, String planHash) {}

    /** An item that was mended, and what was wrong with it. */
    public record MendedItem(UUID changeId, String what, Instant at) {}

    /**
     * How inboxes were reconciled.
     *
     * @param finishedAt when the last time; null before the first
     * @param checked how many open changes there were
     */
    public record Reconciled(@Nullable Instant finishedAt, long checked, List<MendedItem> mended) {}

    /** All that waits: at most 500 of the oldest. */
    public record Whole(List<Waiting> items, double lagSeconds) {}

    private final RouteViews views;
    private final Reconciliation reconciliation;
    private final WatchInboxes watch;
    private final Tagged tagged;
    private final Caller caller;
    private final Clock clock;

    MyInbox(
            RouteViews views,
            Reconciliation reconciliation,
            WatchInboxes watch,
            Tagged tagged,
            Caller caller,
            Clock clock) {
        this.views = views;
        this.reconciliation = reconciliation;
        this.watch = watch;
        this.tagged = tagged;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * What the caller may decide now, the oldest first, a page at a time, with an entity tag.
     *
     * @param after where the page before ended, as its {@code next} says
     * @param limit from 1 to 200
     */
    @GET
    @Authenticated
    public Uni<Response> inbox(
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @DefaultValue("50") int limit,
            @Context Request request,
            @Context UriInfo asked) {
        if (limit < 1 || limit > MOST) {
            throw Problem.inField("limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST);
        }
        return views.waitingFor(caller.id(), Places.of(after), limit)
                .chain(found ->
                        views.lag(clock.instant())
                                .map(lag -> {
                                    String next =
                                            found.size() < limit
                                                    ? null
                                                    : Places.text(found.getLast().place());
                                    Response.ResponseBuilder answer =
                                            tagged.answer(
                                                    request,
                                                    new Page(
                                                            found.stream()
                                                                    .map(Approvals::view)
                                                                    .toList(),
                                                            next));
                                    answer.header(LAG, lag.toMillis() / 1000.0);
                                    return next == null
                                            ? answer.build()
                                            : answer.link(Places.next(asked, next), "next").build();
                                }));
    }

    /**
     * When all inboxes were compared with what they are derived from, and what had to be mended:
     * the last hundred items of the last 30 days, the newest first.
     */
    @GET
    @Path("reconciliation")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<Reconciled> reconciliation() {
        return reconciliation
                .report()
                .map(found ->
                        new Reconciled(
                                found.finishedAt(),
                                found.checked(),
                                found.mended().stream()
                                        .map(each ->
                                                new MendedItem(
                                                        each.change(), each.what(), each.at()))
                                        .toList()));
    }

    /**
     * What comes into the caller's inbox and leaves it, as it happens (WHATWG HTML, server-sent
     * events): {@code whole} at first, then {@code added}, {@code changed} and {@code removed}. The
     * last event of a move has the inbox's tag as its id; who comes back with it in Last-Event-ID
     * is told all again only if something changed meanwhile. Ends when the caller's token does.
     */
    @GET
    @Path("events")
    @Authenticated
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> events(
            @HeaderParam("Last-Event-ID") @Nullable String seen, @Context Sse sse) {
        if (!watch.hasRoomFor(caller.id())) {
            throw Problem.of(
                    429, "TOO_MANY_STREAMS", "too many listen already, the caller or everybody");
        }
        return watch.watch(caller.id(), Optional.ofNullable(seen), caller.expiresAt())
                .onItem()
                .transformToMultiAndConcatenate(
                        told -> Multi.createFrom().iterable(events(told, sse)));
    }

    private static List<OutboundSseEvent> events(Told told, Sse sse) {
        return switch (told) {
            case Told.Whole(Inbox inbox, var lag) ->
                    List.of(
                            sse.newEventBuilder()
                                    .id(inbox.tag())
                                    .name("whole")
                                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                                    .data(
                                            new Whole(
                                                    inbox.items().stream()
                                                            .map(MyInbox::waiting)
                                                            .toList(),
                                                    lag.toMillis() / 1000.0))
                                    .build());
            case Told.Moved(List<Inbox.Difference> differences, String tag) -> {
                List<OutboundSseEvent> events = new ArrayList<>();
                for (int n = 0; n < differences.size(); n++) {
                    OutboundSseEvent.Builder event =
                            sse.newEventBuilder()
                                    .name(name(differences.get(n)))
                                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                                    .data(waiting(differences.get(n).item()));
                    // a move that was told in part is told again as a whole
                    events.add(n == differences.size() - 1 ? event.id(tag).build() : event.build());
                }
                yield events;
            }
            case Told.Nothing _ -> List.of(sse.newEventBuilder().comment("still here").build());
        };
    }

    private static String name(Inbox.Difference difference) {
        return switch (difference) {
            case Inbox.Difference.Added _ -> "added";
            case Inbox.Difference.Changed _ -> "changed";
            case Inbox.Difference.Removed _ -> "removed";
        };
    }

    private static Waiting waiting(Inbox.Item item) {
        return new Waiting(
                item.change(), item.stage(), item.since(), item.until(), item.planHash());
    }
}
