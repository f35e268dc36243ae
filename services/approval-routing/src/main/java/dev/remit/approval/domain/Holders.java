package dev.remit.approval.domain;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Who holds a protected entitlement. Read under its lock.
 *
 * @param enabled immutable ids of enabled accounts that were observed to hold it: all that are
 *     about to lose it, and of the others as many as one transaction can need
 * @param leaving of those the ones that a change was authorized to take it from, each with one such
 *     change that is not over
 */
public record Holders(Set<String> enabled, Map<String, UUID> leaving) {
    /** The same, with what is authorized in the same transaction. */
    public Holders without(Removal removal) {
        Map<String, UUID> all = new HashMap<>(leaving);
        all.putIfAbsent(removal.account(), removal.change());
        return new Holders(enabled, Map.copyOf(all));
    }
}
