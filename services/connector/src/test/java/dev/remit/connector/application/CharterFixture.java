package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.connector.domain.WorkerEvent;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Charters for tests. */
final class CharterFixture {
    private CharterFixture() {}

    /** Opens a change for each leaver. */
    static Charter leavers(String version, String hash) {
        return leavers(version, hash, Charter.Limits.none());
    }

    /** The same, with a track record. */
    static Charter leavers(String version, String hash, TrackRecord trackRecord) {
        return leavers(version, hash, trackRecord, "owner");
    }

    /** The same, and this person answers for the digital employee. */
    static Charter leavers(String version, String hash, TrackRecord trackRecord, String principal) {
        Charter charter = leavers(version, hash);
        return new Charter(
                charter.name(),
                version,
                hash,
                charter.systems(),
                charter.modes(),
                charter.trigger(),
                charter.employee(),
                principal,
                charter.limits(),
                Optional.of(trackRecord));
    }

    /** The same, within limits. */
    static Charter leavers(String version, String hash, Charter.Limits limits) {
        return new Charter(
                "leavers",
                version,
                hash,
                Set.of("scim:hr"),
                Map.of("offboard", "OWN"),
                Optional.of(new Charter.Trigger(WorkerEvent.Type.LEFT, "offboard", "scim:hr")),
                "clerk",
                "owner",
                limits,
                Optional.empty());
    }
}
