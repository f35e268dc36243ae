package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a plan does to what its account holds.
 *
 * @param reversible whether each step can be taken back by another one
 * @param whole whether the account as a whole is switched on or off
 * @param makes whether it makes the account: until then it holds nothing
 * @param timed whether something that it gives is taken away again by itself, and reported then
 * @param notBefore when it starts; empty if as soon as it is authorized
 * @param clear whether everything it does is understood here; if not, nothing is known of what the
 *     account holds afterwards
 */
public record Effect(
        Set<String> groupsAdded,
        Set<String> groupsRemoved,
        Set<String> rolesAdded,
        Set<String> rolesRemoved,
        boolean reversible,
        boolean whole,
        boolean makes,
        boolean timed,
        Optional<Instant> notBefore,
        boolean clear) {
    /** One on an account that is there. */
    public Effect(
            Set<String> groupsAdded,
            Set<String> groupsRemoved,
            Set<String> rolesAdded,
            Set<String> rolesRemoved,
            boolean reversible,
            boolean whole,
            boolean timed,
            Optional<Instant> notBefore,
            boolean clear) {
        this(
                groupsAdded,
                groupsRemoved,
                rolesAdded,
                rolesRemoved,
                reversible,
                whole,
                false,
                timed,
                notBefore,
                clear);
    }

    /** One that starts as soon as it is authorized. */
    public Effect(
            Set<String> groupsAdded,
            Set<String> groupsRemoved,
            Set<String> rolesAdded,
            Set<String> rolesRemoved,
            boolean reversible,
            boolean whole,
            boolean timed,
            boolean clear) {
        this(
                groupsAdded,
                groupsRemoved,
                rolesAdded,
                rolesRemoved,
                reversible,
                whole,
                timed,
                Optional.empty(),
                clear);
    }

    /** It does nothing to what is held. */
    public static final Effect NONE =
            new Effect(Set.of(), Set.of(), Set.of(), Set.of(), true, false, false, true);
}
