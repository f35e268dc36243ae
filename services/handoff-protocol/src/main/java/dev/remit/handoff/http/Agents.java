package dev.remit.handoff.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/**
 * The OAuth clients that are AIs, by client id: {@code remit.agents.<client id>.kind} and so on.
 */
@ConfigMapping(prefix = "remit.agents")
public interface Agents {
    @WithParentName
    Map<String, Registered> byClient();

    /** An AI as it is registered. */
    interface Registered {
        Kind kind();

        /** The model it runs on, in its provider's words; what a request says must be the same. */
        Optional<String> model();

        /** Whether it may propose and take back, or only read. */
        @WithDefault("false")
        boolean proposes();

        /**
         * Immutable id of the person who answers for it when it signs in as itself. When it acts
         * with a person's token, that person does.
         */
        Optional<String> principal();
    }

    /** What an AI is to the one it works for. */
    enum Kind {
        COPILOT,
        DIGITAL_EMPLOYEE
    }
}
