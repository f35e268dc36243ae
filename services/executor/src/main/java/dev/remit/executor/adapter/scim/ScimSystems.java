package dev.remit.executor.adapter.scim;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** The SCIM systems that changes are executed on, by the name after {@code scim:}. */
@ConfigMapping(prefix = "remit.scim")
public interface ScimSystems {
    @WithParentName
    Map<String, ScimSystem> systems();

    /** One system. */
    interface ScimSystem {
        /** The base URL, for example {@code https://id.example/scim/v2}. */
        URI url();

        /** The bearer token; none if the system asks for none. */
        Optional<String> token();
    }
}
