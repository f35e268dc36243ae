package dev.remit.executor.domain;

import dev.remit.executor.domain.Plan.Step;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * An authorization as this executor understands it.
 *
 * @param plan the plan, if it reads
 * @param abilities the names of the steps that the target can do; empty if this executor does not
 *     work on the target
 * @param readable the names of the steps that a person does there, and that are seen when it is
 *     read
 */
public record Order(
        Intent intent, Optional<Plan> plan, Optional<Set<String>> abilities, Set<String> readable) {
    /** On a target where nothing is left to people. */
    public Order(Intent intent, Optional<Plan> plan, Optional<Set<String>> abilities) {
        this(intent, plan, abilities, Set.of());
    }

    /** Why it cannot hold at any time; empty when it can. */
    Optional<String> refusal() {
        UUID change = intent.change();
        if (!intent.actualHash().equals(intent.planHash())) {
            return Optional.of(
                    "PLAN_HASH: the plan's bytes hash to "
                            + intent.actualHash()
                            + ", authorized is "
                            + intent.planHash());
        }
        if (plan.isEmpty()) {
            return Optional.of(
                    "PLAN_UNREADABLE: the plan has a step or a field that is not known here");
        }
        if (!plan.get().change().equals(change)) {
            return Optional.of("CHANGE: the plan is for another change than the authorization");
        }
        if (!plan.get().account().equals(intent.account())) {
            return Optional.of("ACCOUNT: the plan is for another account than the authorization");
        }
        if (!plan.get().target().equals(intent.target())) {
            return Optional.of("TARGET: the plan is for another target than the authorization");
        }
        // nothing begins before its authorization, so neither does it before the plan's start
        if (plan.get().notBefore().filter(intent.authorizedAt()::isBefore).isPresent()) {
            return Optional.of(
                    "NOT_BEFORE: authorized at "
                            + intent.authorizedAt()
                            + ", the plan starts at "
                            + plan.get().notBefore().get());
        }
        if (abilities.isEmpty()) {
            return Optional.of("TARGET: this executor does not work on " + intent.target());
        }
        return plan.get()
                .all()
                .map(Step::name)
                .filter(step -> !abilities.get().contains(step))
                .filter(step -> !intent.assisted() || !readable.contains(step))
                .findFirst()
                .map(step -> "STEP: " + intent.target() + " has no way to " + step);
    }

    /**
     * The plan.
     *
     * @throws java.util.NoSuchElementException if it does not read, which {@link #refusal} says
     *     first
     */
    Plan readPlan() {
        return plan.orElseThrow();
    }
}
