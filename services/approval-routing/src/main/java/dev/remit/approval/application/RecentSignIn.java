package dev.remit.approval.application;

import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter.StepUp;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Who gives somebody or something the right to decide as them has signed in lately: an access token
 * alone, or one that was refreshed, does not.
 */
@Singleton
public class RecentSignIn {
    private static final Logger LOG = Logger.getLogger(RecentSignIn.class);

    private final Duration within;
    private final boolean unknownAccepted;

    /**
     * @param within how long ago the sign-in may be, more than zero
     * @param unknownAccepted whether a token that does not say when its person signed in is taken:
     *     for demonstrations only
     */
    RecentSignIn(
            @ConfigProperty(name = "remit.passkeys.signed-in-within", defaultValue = "PT5M")
                    Duration within,
            @ConfigProperty(
                            name = "remit.passkeys.accept-unknown-sign-in-time",
                            defaultValue = "false")
                    boolean unknownAccepted) {
        if (!within.isPositive()) {
            throw new IllegalArgumentException(
                    "remit.passkeys.signed-in-within: must be longer than zero");
        }
        this.within = within;
        this.unknownAccepted = unknownAccepted;
    }

    /**
     * Asks for it.
     *
     * @param does what they do, to follow a name
     * @return fails with {@link Problem} 401 SIGN_IN_NOT_RECENT
     */
    Uni<Void> of(String person, String does, Authentication authentication, Instant now) {
        if (unknownAccepted && authentication.authenticatedAt().isEmpty()) {
            LOG.warnf(
                    "%s %s with a token that does not say when they signed in: whoever has the token could",
                    person, does);
            return Uni.createFrom().voidItem();
        }
        return authentication
                .lacks(new StepUp(Optional.empty(), Optional.of(within), false), now)
                .<Uni<Void>>map(lacking ->
                        Uni.createFrom()
                                .failure(
                                        Problem.of(
                                                401,
                                                "SIGN_IN_NOT_RECENT",
                                                lacking
                                                        + (authentication
                                                                        .authenticatedAt()
                                                                        .isEmpty()
                                                                ? ": sign in in a browser, with an identity provider and a flow whose access tokens carry auth_time, and use that token"
                                                                : ": sign in once more, and use the new token"))))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }
}
