package dev.remit.handoff.loop;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The clock of a service, which a fault test may set wrong. */
@Singleton
class Clocks {
    /**
     * @param offset how far the service's clock is ahead of the machine's; zero but in fault tests
     */
    @Produces
    @Singleton
    static Clock clock(@ConfigProperty(name = "remit.clock.offset") Duration offset) {
        return Clock.offset(Clock.systemUTC(), offset);
    }
}
