package dev.remit.connector.application;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What would come of a proposal. A part that did not answer is null and named in {@code
 * unanswered}: nothing is made up for it.
 *
 * @param admitted whether the front door would open the change
 * @param refusal the rule that refuses; null when admitted
 * @param mode OWN or ASSIST, as the charter says; null when refused
 * @param readiness verdict, facts and plan; see data-readiness
 * @param route stages with candidates and why each may or may not decide; see approval-routing
 * @param unanswered which parts did not answer, and why
 */
public record Preview(
        boolean admitted,
        @Nullable Refusal refusal,
        @Nullable String charter,
        @Nullable String charterVersion,
        @Nullable String mode,
        @Nullable Map<String, Object> readiness,
        @Nullable Map<String, Object> route,
        List<Unanswered> unanswered) {

    /** Why the front door refuses. */
    public record Refusal(int status, String code, @Nullable String field, String detail) {}

    /** A part that did not answer. */
    public record Unanswered(String part, String reason) {}
}
