package dev.remit.approval.domain;

import java.util.Optional;
import java.util.UUID;

/**
 * A change whose data is fit, with the one plan that may be approved.
 *
 * @param kept the change as it was proposed, to be handed on unaltered
 * @param account immutable id of the subject's account
 * @param manager immutable id of the manager's account, if one was found
 * @param planHash SHA-256 of the plan, lower-case hex
 */
public record Ready(
        UUID change,
        byte[] kept,
        String charterHash,
        String account,
        Optional<String> manager,
        byte[] plan,
        String planHash) {}
