package dev.remit.connector.adapter.scim;

import dev.remit.connector.application.Feeds;
import dev.remit.connector.application.ObserveTarget;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Reads every configured SCIM system, each at its own pace. */
@Singleton
class ScimFeeds {
    private final ScimSystems systems;
    private final Feeds feeds;
    private final ObserveTarget observe;
    private final Scheduler scheduler;

    ScimFeeds(ScimSystems systems, Feeds feeds, ObserveTarget observe, Scheduler scheduler) {
        this.systems = systems;
        this.feeds = feeds;
        this.observe = observe;
        this.scheduler = scheduler;
    }

    void start(@Observes StartupEvent started) {
        systems.systems()
                .forEach((name, system) -> {
                    ScimFeed feed =
                            new ScimFeed(name, system.url(), system.token(), feeds, observe);
                    feeds.expect(feed.system());
                    scheduler
                            .newJob(feed.system())
                            .setInterval(system.every().toString())
                            .setConcurrentExecution(Scheduled.ConcurrentExecution.SKIP)
                            .setAsyncTask(execution -> feed.read())
                            .schedule();
                });
    }
}
