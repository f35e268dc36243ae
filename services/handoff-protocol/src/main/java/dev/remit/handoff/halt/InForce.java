package dev.remit.handoff.halt;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The halts in force at one moment; nearly always none.
 *
 * @param halts the oldest first
 */
public record InForce(List<Halt> halts) {
    public static final InForce NONE = new InForce(List.of());

    /** The first halt over a change that is in these scopes. */
    public Optional<Halt> over(Set<String> scopes) {
        return over(() -> scopes);
    }

    /**
     * The first halt over a change.
     *
     * @param scopes gives the change's scopes; not asked while nothing is halted
     */
    public Optional<Halt> over(Supplier<Set<String>> scopes) {
        if (halts.isEmpty()) {
            return Optional.empty();
        }
        Set<String> all = scopes.get();
        return halts.stream().filter(halt -> all.contains(halt.scope())).findFirst();
    }
}
