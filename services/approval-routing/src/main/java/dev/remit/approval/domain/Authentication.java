package dev.remit.approval.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a decider was authenticated, from the access token (OpenID Connect Core: iss, jti, acr, amr,
 * auth_time).
 */
public record Authentication(
        String issuer,
        Optional<String> tokenId,
        Optional<String> acr,
        List<String> amr,
        Optional<Instant> authenticatedAt) {
    /** How far the identity provider's clock may be ahead. */
    private static final Duration SKEW = Duration.ofSeconds(30);

    /** What is missing for this; empty if nothing is. */
    public Optional<String> lacks(Charter.StepUp asked, Instant now) {
        if (asked.acr().filter(needed -> !reaches(needed)).isPresent()) {
            return Optional.of(
                    "a sign-in with acr %s is needed, this one has %s"
                            .formatted(asked.acr().get(), acr.orElse("none")));
        }
        if (asked.maxAge().isPresent()
                && authenticatedAt.filter(since -> since.isAfter(now.plus(SKEW))).isPresent()) {
            return Optional.of(
                    "a sign-in that has been is needed, this one is from %s"
                            .formatted(authenticatedAt.get()));
        }
        if (asked.maxAge()
                .filter(age ->
                        authenticatedAt.map(since -> since.plus(age).isBefore(now)).orElse(true))
                .isPresent()) {
            return Optional.of(
                    "a sign-in at most %s old is needed, this one is from %s"
                            .formatted(
                                    asked.maxAge().get(),
                                    authenticatedAt
                                            .map(Instant::toString)
                                            .orElse("an unknown time")));
        }
        return Optional.empty();
    }

    private boolean reaches(String needed) {
        if (acr.isEmpty()) {
            return false;
        }
        String has = acr.get();
        return has.equals(needed)
                || (isLevel(has)
                        && isLevel(needed)
                        && Integer.parseInt(has) >= Integer.parseInt(needed));
    }

    private static boolean isLevel(String text) {
        return text.length() <= 4 && text.matches("[0-9]+");
    }
}
