package dev.remit.readiness.application;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Known;
import dev.remit.readiness.domain.Request;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** What was observed of accounts, sources and charters. */
public interface Facts {
    /**
     * What to find out for one change.
     *
     * @param corrections what people supplied, by the fact's name; taken for true
     */
    record Inquiry(Request request, Map<String, String> corrections) {}

    /** What was found out, by the change's id. */
    record Findings(Map<UUID, Known> known) {
        /** What is known of a change that was asked about. */
        Known of(UUID change) {
            return Objects.requireNonNull(known.get(change), "nobody asked about this change");
        }
    }

    /**
     * Takes in the observations and charters of a batch.
     *
     * @return what became known, each with the id of the message that last told it
     */
    Uni<Map<Concern, UUID>> take(List<Received> batch);

    /**
     * What is known. Costs one query for each distinct charter, two for each distinct target and
     * for each other system that a charter asks, one for each target of which accounts are counted
     * or named, one for all managers, one for those whom accounts are given to, one for each target
     * in which accounts are to be made, one for each distinct protected group that a subject is in,
     * and one for halts.
     */
    Uni<Findings> about(Collection<Inquiry> inquiries, Instant now);

    /** A worker's accounts in the system where people sign in. */
    Uni<List<Account>> own(String workerId);

    /** The accounts with these immutable ids in the system where people sign in. */
    Uni<List<Account>> people(Collection<String> ids);
}
