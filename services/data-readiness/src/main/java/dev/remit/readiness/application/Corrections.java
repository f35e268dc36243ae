package dev.remit.readiness.application;

import dev.remit.readiness.domain.Correction;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The facts that people were asked to supply. */
public interface Corrections {
    Uni<Optional<Correction>> find(UUID correction);

    /** Those not answered yet, of changes that are held; oldest first. */
    Uni<List<Correction>> open();

    Uni<Void> ask(Collection<Correction> corrections);

    Uni<Void> answer(Collection<UUID> corrections);
}
