package dev.remit.approval.adapter.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.approval.domain.Amending;
import dev.remit.approval.domain.Attempt.Result;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.merkle.Hash;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Writes plans with other terms: the very same steps, of which what is granted ends sooner, or all
 * of which start later. The bytes are canonical (RFC 8785), as the plan's were.
 */
@Singleton
public class JsonAmendments implements Amending {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AT_EXPIRY = "leave-group-at-expiry";
    private static final String EXPIRES = "expires";
    private static final String NOT_BEFORE = "notBefore";

    /** The furthest that a start can be put off. */
    private static final Duration FURTHEST = Duration.ofDays(90);

    @Override
    public Amended amend(byte[] plan, Terms terms, Instant now) {
        try {
            if (!(JSON.readTree(plan) instanceof ObjectNode root)) {
                return flaw("PLAN_FIXED", "this plan does not read");
            }
            if (terms.duration().isPresent()) {
                ObjectNode grant = grant(root);
                if (grant == null) {
                    return flaw("PLAN_FIXED", "duration: this plan grants nothing for a time");
                }
                Duration before = Duration.parse(grant.path(EXPIRES).asText());
                Duration wanted = terms.duration().get();
                if (!wanted.isPositive() || wanted.compareTo(before) >= 0) {
                    return flaw(
                            "TERMS_NOT_NARROWER",
                            "duration: must be above zero and shorter than " + before);
                }
                grant.put(EXPIRES, wanted.toString());
            }
            if (terms.notBefore().isPresent()) {
                Instant start = terms.notBefore().get();
                if (!start.isAfter(now) || start.isAfter(now.plus(FURTHEST))) {
                    return flaw(
                            "TERMS_NOT_NARROWER",
                            "notBefore: must be in the future, and at most 90 days from now");
                }
                if (root.has(NOT_BEFORE)
                        && start.isBefore(Instant.parse(root.path(NOT_BEFORE).asText()))) {
                    return flaw(
                            "TERMS_NOT_NARROWER",
                            "notBefore: must not be before " + root.path(NOT_BEFORE).asText());
                }
                root.put(NOT_BEFORE, start.toString());
            }
            byte[] bytes = CanonicalJson.of(JSON.writeValueAsString(root));
            return new Amended.Plan(bytes, Hash.sha256(bytes).hex(), JsonPlan.effect(bytes));
        } catch (IOException | DateTimeException e) {
            return flaw("PLAN_FIXED", "this plan does not read");
        }
    }

    private static @Nullable ObjectNode grant(JsonNode root) {
        for (JsonNode step : root.path("steps")) {
            if (step.path("name").asText().equals(AT_EXPIRY)
                    && step.path("after") instanceof ObjectNode after
                    && after.has(EXPIRES)) {
                return after;
            }
        }
        return null;
    }

    private static Amended flaw(String code, String words) {
        return new Amended.Flawed(new Result.Refused(422, code, words, false));
    }
}
