package dev.remit.connector.adapter.events;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import io.smallrye.config.WithParentName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The event feeds that may post here, by name: {@code remit.events.<name>.form} and so on. */
@ConfigMapping(prefix = "remit.events")
public interface EventFeeds {
    @WithParentName
    Map<String, EventFeed> feeds();

    /** In which form a feed posts, and so how it is known. */
    enum Form {
        /** CloudEvents 1.0, structured or a batch; an access token of {@code client}. */
        CLOUDEVENTS,
        /** Security event tokens, pushed (RFC 8935); signed by a key of {@code jwks.url}. */
        SSF,
        /** GitHub's webhook; signed with {@code secret} (X-Hub-Signature-256). */
        GITHUB
    }

    /** One feed. */
    interface EventFeed {
        Form form();

        /** Whose ids its subjects are: {@code hr}, or a system whose accounts are read. */
        String system();

        /** CLOUDEVENTS: the OAuth client that posts. */
        Optional<String> client();

        /** GITHUB: what signs. */
        Optional<String> secret();

        /** SSF: who issues. */
        Optional<String> issuer();

        /** SSF: as whom this is addressed. */
        Optional<String> audience();

        /** SSF: where the issuer's keys are (RFC 7517). */
        @WithName("jwks.url")
        Optional<String> jwks();

        /**
         * Whom resources belong to, for events that name a resource but nobody: {@code
         * <resource>=<id>}, the id one of {@code system}.
         */
        Optional<List<String>> owners();
    }
}
