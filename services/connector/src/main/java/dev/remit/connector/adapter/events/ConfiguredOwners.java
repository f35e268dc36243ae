package dev.remit.connector.adapter.events;

import dev.remit.connector.application.Owners;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Owners as {@code remit.events.<name>.owners} says; one that does not read keeps it from starting.
 */
@Startup
@Singleton
class ConfiguredOwners implements Owners {
    private record Resource(String source, String name) {}

    private final Map<Resource, String> owners = new HashMap<>();

    ConfiguredOwners(EventFeeds feeds) {
        feeds.feeds()
                .forEach((name, feed) -> {
                    for (String each : feed.owners().orElse(List.of())) {
                        int sign = each.indexOf('=');
                        if (sign < 1 || sign == each.length() - 1) {
                            throw new IllegalArgumentException(
                                    "remit.events."
                                            + name
                                            + ".owners: '"
                                            + each
                                            + "' is not of the form <resource>=<id>");
                        }
                        owners.put(
                                new Resource(
                                        EventForms.source(name), each.substring(0, sign).strip()),
                                each.substring(sign + 1).strip());
                    }
                });
    }

    @Override
    public Optional<String> of(String source, String resource) {
        return Optional.ofNullable(owners.get(new Resource(source, resource)));
    }
}
