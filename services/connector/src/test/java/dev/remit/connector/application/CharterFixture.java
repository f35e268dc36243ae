package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.TrackRecord;
import java.util.List;
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
                charter.effects(),
                charter.triggers(),
                charter.bound(),
                charter.employee(),
                principal,
                charter.limits(),
                Optional.of(trackRecord));
    }

    /** The same, about accounts that nobody is behind too. */
    static Charter ofAccounts(Charter charter) {
        return new Charter(
                charter.name(),
                charter.version(),
                charter.hash(),
                charter.systems(),
                charter.modes(),
                charter.effects(),
                charter.triggers(),
                charter.bound(),
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord(),
                charter.proposers(),
                false);
    }

    /** The same name and action, opened by these. */
    static Charter opened(
            Charter.Limits limits, Optional<String> bound, Charter.Trigger... triggers) {
        Charter charter = leavers("1", "h1", limits);
        return new Charter(
                charter.name(),
                charter.version(),
                charter.hash(),
                charter.systems(),
                charter.modes(),
                charter.effects(),
                List.of(triggers),
                bound,
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord());
    }

    /** Another charter with an action of another name to the same effect, opened by these. */
    static Charter alike(String name, Charter.Trigger... triggers) {
        Charter charter = leavers("1", "h-" + name);
        return new Charter(
                name,
                charter.version(),
                charter.hash(),
                charter.systems(),
                Map.of("quarantine", "OWN"),
                Map.of("quarantine", charter.effect("offboard")),
                List.of(triggers),
                charter.bound(),
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord());
    }

    /** Another charter, whose action takes what its trigger answers for. */
    static Charter taking(String name, Charter.Trigger trigger) {
        Charter charter = leavers("1", "h-" + name);
        return new Charter(
                name,
                charter.version(),
                charter.hash(),
                charter.systems(),
                Map.of(trigger.action(), "ASSIST"),
                Map.of(trigger.action(), "leave-group " + name),
                List.of(trigger),
                charter.bound(),
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord());
    }

    /** Another charter, whose action makes the account. */
    static Charter making(String name) {
        Charter charter = leavers("1", "h-" + name);
        return new Charter(
                name,
                charter.version(),
                charter.hash(),
                charter.systems(),
                Map.of("onboard", "OWN"),
                Map.of("onboard", "create-account join-groups g1"),
                List.of(),
                charter.bound(),
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord());
    }

    /** The same, opened by HR's word that somebody joins. */
    static Charter joiners() {
        Charter charter = making("joiners");
        return new Charter(
                charter.name(),
                charter.version(),
                charter.hash(),
                charter.systems(),
                charter.modes(),
                charter.effects(),
                List.of(Charter.Trigger.of(Event.JOINED, "onboard", "scim:hr")),
                charter.bound(),
                charter.employee(),
                charter.principal(),
                charter.limits(),
                charter.trackRecord());
    }

    /** The same, within limits. */
    static Charter leavers(String version, String hash, Charter.Limits limits) {
        return named("leavers", version, hash, Set.of("scim:hr"), limits);
    }

    /** Offboards in these systems. */
    static Charter named(String name, Set<String> systems, Charter.Limits limits) {
        return named(name, "1", "h1", systems, limits);
    }

    private static Charter named(
            String name, String version, String hash, Set<String> systems, Charter.Limits limits) {
        return new Charter(
                name,
                version,
                hash,
                systems,
                Map.of("offboard", "OWN"),
                Map.of("offboard", "disable-account end-sessions"),
                List.of(Charter.Trigger.of(Event.LEFT, "offboard", "scim:hr")),
                Optional.empty(),
                "clerk",
                "owner",
                limits,
                Optional.empty());
    }
}
