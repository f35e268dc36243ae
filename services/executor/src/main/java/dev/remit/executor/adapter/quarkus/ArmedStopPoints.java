package dev.remit.executor.adapter.quarkus;

import dev.remit.executor.application.StopPoints;
import jakarta.inject.Singleton;

/** The executor's stop points beside the loop's own: armed by the same file of a fault test. */
@Singleton
class ArmedStopPoints implements StopPoints {
    private final dev.remit.handoff.loop.StopPoints armed;

    ArmedStopPoints(dev.remit.handoff.loop.StopPoints armed) {
        this.armed = armed;
    }

    @Override
    public void reached(Point point) {
        armed.reached(point.name());
    }
}
