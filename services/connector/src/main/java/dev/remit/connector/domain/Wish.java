package dev.remit.connector.domain;

/**
 * A change as someone asks for it, before any rule was looked at.
 *
 * @param charter its name; empty for whichever one in force covers it
 * @param subjectSystem {@code hr}, or a system whose account ids are known here
 * @param subjectId the HR worker id, or the account's immutable id
 */
public record Wish(
        String charter,
        String subjectSystem,
        String subjectId,
        String target,
        String action,
        String reason,
        Proposer proposer) {
    /** The same of somebody else. */
    public Wish by(Proposer other) {
        return new Wish(charter, subjectSystem, subjectId, target, action, reason, other);
    }

    /** The same under this charter. */
    public Wish under(String name) {
        return new Wish(name, subjectSystem, subjectId, target, action, reason, proposer);
    }
}
