package dev.remit.approval.domain;

import java.util.Optional;

/**
 * Who has a part in a change before anybody approves, by immutable id.
 *
 * @param proposer who proposed it
 * @param principal the person responsible for a digital employee or copilot that proposed it
 * @param account the account that is to be changed; empty if it is not known
 * @param subjectWorker the HR worker it belongs to
 */
public record Parties(
        String proposer, Optional<String> principal, String account, String subjectWorker) {}
