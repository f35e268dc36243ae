package dev.remit.handoff.loop;

import dev.remit.handoff.seal.SigningKey;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * What an installation must not run with when {@code remit.production} is true: keys made for a
 * laptop, connections that anyone on the way can read or write, strangers let in, faults armed. A
 * service that finds any of it does not start, and names all of it.
 */
@ApplicationScoped
class Production {
    private static final List<String> KEYS = List.of("remit.keys.signing", "remit.ledger.key");

    /**
     * @throws IllegalStateException naming each property that must not be as it is
     */
    void check(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
            Config config)
            throws IOException {
        if (!config.getOptionalValue("remit.production", Boolean.class).orElse(false)) {
            return;
        }
        List<String> made = new ArrayList<>();
        for (String name : KEYS) {
            Optional<Path> key = config.getOptionalValue(name, Path.class);
            if (key.isPresent() && SigningKey.isForDevelopment(key.get())) {
                made.add(name);
            }
        }
        List<String> troubles =
                ProductionRules.troubles(
                        name -> config.getOptionalValue(name, String.class),
                        StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                                .toList(),
                        made);
        if (!troubles.isEmpty()) {
            throw new IllegalStateException(
                    "remit.production is true, and this service must not start so:\n  "
                            + String.join("\n  ", troubles));
        }
    }
}
