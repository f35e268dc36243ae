package dev.remit.connector.application;

import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Proposer;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Someone takes a change back. Whoever holds it ends it and says so; once it is authorized, it runs
 * its course. One that waits for its day ends here, without ever having entered the mesh.
 */
@Singleton
public class WithdrawChange {
    private final Letters letters;
    private final Handoffs handoffs;
    private final Proposals proposals;

    WithdrawChange(Handoffs handoffs, Proposals proposals, Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.proposals = proposals;
    }

    /**
     * Takes a change back; doing it again changes nothing.
     *
     * @param all whether the caller may take back what is not theirs
     * @throws Problem 404 CHANGE_UNKNOWN if there is none or it is not the caller's, 409
     *     ALREADY_ENDED
     */
    public Uni<Void> withdraw(UUID change, Proposer by, boolean all, String reason) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        // a lock outlives the request: only what is known is locked
                        proposals
                                .standing(List.of(change))
                                .invoke(found -> mine(found, change, by, all))
                                .chain(() -> outbox.lock(List.of(change)))
                                .chain(() -> proposals.standing(List.of(change)))
                                .chain(found -> withdraw(found.getFirst(), by, reason, outbox)));
    }

    private static void mine(List<Standing> found, UUID change, Proposer by, boolean all) {
        if (found.isEmpty() || !(all || isOf(found.getFirst(), by))) {
            throw unknown(change);
        }
    }

    /** Whether someone, or the person who answers for them, may see and take back a change. */
    static boolean isOf(Standing standing, Proposer by) {
        Proposer proposer = standing.proposal().by();
        return proposer.answersTo(by.id())
                || by.principal().filter(proposer::answersTo).isPresent();
    }

    static Problem unknown(UUID change) {
        return Problem.of(404, "CHANGE_UNKNOWN", "no change has the id " + change);
    }

    private Uni<Void> withdraw(Standing standing, Proposer by, String reason, Outbox outbox) {
        UUID change = standing.change();
        if (standing.withdrawnAt().isPresent()) {
            return Uni.createFrom().voidItem();
        }
        if (standing.end().isPresent()) {
            throw Problem.of(
                    409,
                    "ALREADY_ENDED",
                    "change " + change + " ended as " + standing.end().get().outcome());
        }
        // what never entered the mesh has no story there: the record stands alone
        @Nullable UUID of = standing.proposed() ? change : null;
        outbox.publish(
                dev.remit.handoff.Ids.derived(Ids.NAMESPACE, "withdrawn|" + change),
                change.toString(),
                letters.withdrawn(change, by, reason, outbox.now()),
                of,
                null);
        return proposals.withdrawn(change, outbox.now());
    }
}
