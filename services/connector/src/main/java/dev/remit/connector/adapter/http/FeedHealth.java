package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Feeds;
import dev.remit.connector.application.Feeds.State;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while every feed that this replica reads can be read; names each feed and its trouble. */
@Readiness
@Singleton
class FeedHealth implements HealthCheck {
    private final Feeds feeds;

    FeedHealth(Feeds feeds) {
        this.feeds = feeds;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("feeds").up();
        feeds.states()
                .forEach((feed, state) -> {
                    switch (state) {
                        case State.Works() -> response.withData(feed, "read");
                        case State.ReadElsewhere() ->
                                response.withData(feed, "read by another replica");
                        case State.NotReadYet() -> response.withData(feed, "not read yet").down();
                        // a person must be able to ask for its release here
                        case State.Doubted(String reason) -> response.withData(feed, reason);
                        case State.Fails(String reason) -> response.withData(feed, reason).down();
                    }
                });
        return response.build();
    }
}
