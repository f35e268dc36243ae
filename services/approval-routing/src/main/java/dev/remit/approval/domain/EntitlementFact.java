package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a system says of a group or a role.
 *
 * @param gives names of the roles that come with it directly
 * @param owner who answers for it, an HR worker id or a person's account id
 * @param readAt when that was read there
 */
public record EntitlementFact(Set<String> gives, Optional<String> owner, Optional<Instant> readAt) {
    /** One that is told just now. */
    public EntitlementFact(Set<String> gives, Optional<String> owner) {
        this(gives, owner, Optional.empty());
    }
}
