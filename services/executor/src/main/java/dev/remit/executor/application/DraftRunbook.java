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

        /** No authorization of the change arrived. */
        record None() implements Drafted {}
    }

    private final Executions executions;
    private final Plans plans;

    DraftRunbook(Executions executions, Plans plans) {
        this.executions = executions;
        this.plans = plans;
    }

    /** That of a change's last authorization. */
    public Uni<Drafted> of(UUID change) {
        return executions
                .find(change)
                .map(found -> found.map(this::drafted).orElseGet(Drafted.None::new));
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
