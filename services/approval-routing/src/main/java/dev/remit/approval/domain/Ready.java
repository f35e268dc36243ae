package dev.remit.approval.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A change whose data is fit, with the one plan that may be approved.
 *
 * @param kept the change as it was proposed, to be handed on unaltered
 * @param verdict the readiness verdict, READY or ENRICHED; empty if it is not known any more, and
 *     then no rule applies
 * @param facts name of each readiness fact to its state, for example PRESENT
 * @param owners immutable account ids of the owners that readiness facts name, by what they own
 * @param parties who has a part in it already; nobody has approved yet
 * @param manager immutable id of the manager's account, if one was found
 * @param managerWorker the manager's HR worker id as the directory had it when the route began
 * @param planHash SHA-256 of the plan, lower-case hex
 * @param effect what the plan does to what is held
 */
public record Ready(
        UUID change,
        byte[] kept,
        About about,
        String charterHash,
        String verdict,
        Map<String, String> facts,
        Map<String, List<String>> owners,
        Parties parties,
        Optional<String> manager,
        Optional<String> managerWorker,
        byte[] plan,
        String planHash,
        Effect effect) {
    /** The same, with the manager that the directory has when the route begins. */
    Ready seeing(Optional<String> worker) {
        return with(parties, worker);
    }

    /** The same, executed. */
    Ready executedBy(String by, Optional<String> worker) {
        return with(parties.executedBy(Optional.of(by), worker), managerWorker);
    }

    private Ready with(Parties who, Optional<String> worker) {
        return new Ready(
                change,
                kept,
                about,
                charterHash,
                verdict,
                facts,
                owners,
                who,
                manager,
                worker,
                plan,
                planHash,
                effect);
    }
}
