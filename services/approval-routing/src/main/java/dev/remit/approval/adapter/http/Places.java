package dev.remit.approval.adapter.http;

import dev.remit.approval.application.RouteViews.Place;
import dev.remit.handoff.http.Problem;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where a page ends, as text: {@code 2026-01-31T12:00:00Z~<change>}. */
final class Places {
    private Places() {}

    /** The place; the start without one. */
    static Place of(@Nullable String text) {
        if (text == null) {
            return Place.START;
        }
        int between = text.indexOf('~');
        try {
            return new Place(
                    Instant.parse(text.substring(0, Math.max(between, 0))),
                    UUID.fromString(text.substring(between + 1)));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw Problem.inField(
                    "after", "FIELD_MISFORMED", "after: is not what a page before said");
        }
    }

    static String text(Place place) {
        return place.requestedAt() + "~" + place.change();
    }

    static URI next(UriInfo asked, String place) {
        return asked.getRequestUriBuilder().replaceQueryParam("after", place).build();
    }
}
