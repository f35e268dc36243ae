package dev.remit.connector.adapter.scim;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The SCIM systems that are read, by name: {@code remit.scim.<name>.url} and so on. */
@ConfigMapping(prefix = "remit.scim")
interface ScimSystems {
    @WithParentName
    Map<String, ScimSystem> systems();

    /** One system. */
    interface ScimSystem {
        /** The base URL, for example http://127.0.0.1:9999/scim/v2. */
        String url();

        /** The bearer token, if the system asks for one. */
        Optional<String> token();

        /** How often its users are read. */
        @WithDefault("5s")
        Duration every();
    }
}
