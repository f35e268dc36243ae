package dev.remit.approval.domain;

import java.util.Optional;
import java.util.UUID;

/**
 * A change whose data is fit, with the one plan that may be approved.
 *
 * @param kept the change as it was proposed, to be handed on unaltered
 * @param verdict the readiness verdict, READY or ENRICHED; empty if it is not known any more, and
 *     then no rule applies
 * @param parties who has a part in it already; nobody has approved yet
 * @param manager immutable id of the manager's account, if one was found
 * @param planHash SHA-256 of the plan, lower-case hex
 */
public record Ready(
        UUID change,
        byte[] kept,
        String charterHash,
        String verdict,
        Parties parties,
        Optional<String> manager,
        byte[] plan,
        String planHash) {}
