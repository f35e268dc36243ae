package dev.remit.connector.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a system says of a group or a role.
 *
 * @param name a group's path or a role's name
 * @param gives names of the roles that come with it directly, sorted
 * @param owner who answers for it, an HR worker id or a person's account id; null where the system
 *     does not say
 */
public record Entitlement(String name, List<String> gives, @Nullable String owner) {}
