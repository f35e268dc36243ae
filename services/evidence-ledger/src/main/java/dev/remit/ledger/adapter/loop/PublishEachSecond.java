package dev.remit.ledger.adapter.loop;

import dev.remit.ledger.application.PublishLog;
import dev.remit.ledger.application.RecordKeys;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Logs new keys and publishes the log once a second. By a timer of Vert.x: the scheduler looks at
 * its timers once a second too, and passes one over that is due a millisecond later, so that its
 * second is often two.
 */
@Singleton
class PublishEachSecond {
    private static final Logger LOG = Logger.getLogger(PublishEachSecond.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final RecordKeys keys;
    private final PublishLog publish;
    private final AtomicBoolean publishing = new AtomicBoolean();
    private long timer;

    PublishEachSecond(Vertx vertx, RecordKeys keys, PublishLog publish) {
        this.vertx = vertx;
        this.keys = keys;
        this.publish = publish;
    }

    void start(@Observes StartupEvent event) {
        timer = vertx.setPeriodic(PERIOD.toMillis(), _ -> tick());
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    /** Unless the last one goes on still. */
    private void tick() {
        if (publishing.compareAndSet(false, true)) {
            Context context =
                    Objects.requireNonNull(
                            VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext()));
            VertxContextSafetyToggle.setContextSafe(context, true);
            context.runOnContext(_ ->
                    Uni.createFrom()
                            .deferred(keys::record)
                            .chain(publish::publish)
                            .onTermination()
                            .invoke(() -> publishing.set(false))
                            .subscribe()
                            .with(
                                    _ -> {},
                                    failure -> LOG.error("the log is not published", failure)));
        }
    }
}
