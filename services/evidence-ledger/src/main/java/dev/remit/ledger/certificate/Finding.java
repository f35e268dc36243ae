package dev.remit.ledger.certificate;

/**
 * What a verification came to, the worst first. Each has its own exit code, so that a script can
 * tell them apart.
 */
public enum Finding {
    MALFORMED(9, "malformed", "it is not a certificate in its one form"),
    BAD_SIGNATURE(10, "bad signature", "a signature or a seal does not hold"),
    NOT_INCLUDED(11, "not included", "something is not in the log as the certificate says"),
    NO_QUORUM(
            12,
            "no quorum",
            "fewer witnesses than the trust pack asks for saw this state of the log"),
    GAP(
            13,
            "gap in the chain",
            "a handoff is missing, stands twice or does not follow the one before"),
    EXPIRED(15, "expired", "a key, a timestamp or an authorization was used past its time"),
    DUTIES_NOT_SEPARATE(16, "duties not separate", "one person held two duties that must be apart"),
    EXECUTED_OTHER(17, "executed is not approved", "what was executed is not what was approved"),
    NOT_PROVED(18, "not proved", "a proof is missing, or the change ended otherwise than stated"),
    ERASED(
            14,
            "content erased",
            "the content was erased; that it existed, in this order, is proved"),
    WITHHELD(3, "withheld", "what is shown holds; what is withheld was not checked again"),
    VERIFIED(0, "verified", "everything was checked and holds");

    private final int exitCode;
    private final String title;
    private final String meaning;

    Finding(int exitCode, String title, String meaning) {
        this.exitCode = exitCode;
        this.title = title;
        this.meaning = meaning;
    }

    /** The exit code of {@code remit verify}. */
    public int exitCode() {
        return exitCode;
    }

    /** A few words. */
    public String title() {
        return title;
    }

    /** A sentence. */
    public String meaning() {
        return meaning;
    }

    /** Whether something that was checked does not hold. */
    public boolean isRefusal() {
        return compareTo(ERASED) < 0;
    }
}
