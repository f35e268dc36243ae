package dev.remit.approval.domain;

/**
 * A group of a system that a charter protects: its last holder is never removed.
 *
 * @param path the group's path
 */
public record Entitlement(String system, String path) implements Comparable<Entitlement> {
    /** What news of it is about: somebody may hold it now. */
    public Concern concern() {
        return Concern.holders(system, path);
    }

    @Override
    public int compareTo(Entitlement other) {
        int bySystem = system.compareTo(other.system);
        return bySystem == 0 ? path.compareTo(other.path) : bySystem;
    }
}
