package dev.remit.approval.domain;

/**
 * Someone considered as approver of a stage.
 *
 * @param label a name to show; never identifies
 * @param reason why eligible, or the code of the rule that bars
 */
public record Candidate(String id, String label, boolean eligible, String reason) {}
