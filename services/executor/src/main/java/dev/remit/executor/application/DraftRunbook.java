package dev.remit.executor.application;

import dev.remit.executor.domain.Runbook;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/** Somebody wants to know what is to be done by hand. */
@Singleton
public class DraftRunbook {
    /** What there is to say. */
    public sealed interface Drafted {
        /** All of it. */
        record Here(Runbook runbook) implements Drafted {}

        /** The plan has something that is not known here: nobody may execute it. */
        record Unreadable() implements Drafted {}

        /** No authorization of the change arrived, or none that is the caller's to see. */
        record None() implements Drafted {}
    }

    private final Executions executions;
    private final Plans plans;

    DraftRunbook(Executions executions, Plans plans) {
        this.executions = executions;
        this.plans = plans;
    }

    /**
     * That of a change's last authorization.
     *
     * @param person immutable id of who wants to know
     * @param all whether the person's role lets them see any change, and not only their own
     */
    public Uni<Drafted> of(UUID change, String person, boolean all) {
        return executions
                .find(change)
                .map(found ->
                        found.filter(each -> all || each.intent().owners().contains(person))
                                .map(this::drafted)
                                .orElseGet(Drafted.None::new));
    }

    private Drafted drafted(Executions.Shown execution) {
        return plans.read(execution.intent().plan())
                .<Drafted>map(plan ->
                        new Drafted.Here(
                                Runbook.of(
                                        execution.intent(),
                                        plan,
                                        Optional.ofNullable(execution.person()))))
                .orElseGet(Drafted.Unreadable::new);
    }
}
