package dev.remit.ledger.certificate;

import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TrustPolicy;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether those who must have cosigned a state of the log did, by the policy of then.
 *
 * @param since when the last of them did; empty if none did
 */
record Witnessed(Verification.Check check, Optional<Instant> since) {
    /**
     * Checks it.
     *
     * @param note as it was signed
     * @param state what the note says
     * @return empty where nothing is known of witnesses
     */
    static Optional<Witnessed> of(String note, Checkpoint state, CertificateVerifier.Trust trust) {
        if (trust.witnesses().isEmpty()) {
            return Optional.empty();
        }
        TrustPolicy policy =
                EarlierPolicy.of(
                        state, trust.log().name(), trust.earlier(), trust.witnesses().get());
        boolean isEarlier = !policy.equals(trust.witnesses().get());
        try {
            TrustPolicy.Opened opened = policy.open(SignedNote.parse(note));
            String who =
                    opened.witnesses().isEmpty()
                            ? "no witness"
                            : String.join(", ", opened.witnesses());
            return Optional.of(
                    opened.isWitnessed()
                            ? new Witnessed(
                                    check(
                                            Finding.VERIFIED,
                                            policy.asksForWitnesses()
                                                    ? "cosigned by "
                                                            + who
                                                            + (isEarlier
                                                                    ? ", the quorum of then"
                                                                    : "")
                                                    : "the trust pack asks for none"
                                                            + (isEarlier ? " until then" : "")
                                                            + "; cosigned by "
                                                            + who),
                                    opened.since())
                            : new Witnessed(
                                    check(
                                            Finding.NO_QUORUM,
                                            "cosigned by "
                                                    + who
                                                    + ", which is no quorum of the trust pack"),
                                    opened.since()));
        } catch (IllegalArgumentException e) {
            return Optional.of(
                    new Witnessed(
                            check(Finding.BAD_SIGNATURE, String.valueOf(e.getMessage())),
                            Optional.empty()));
        }
    }

    private static Verification.Check check(Finding finding, String words) {
        return new Verification.Check("witnesses", finding, words);
    }
}
