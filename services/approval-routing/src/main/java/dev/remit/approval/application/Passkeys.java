package dev.remit.approval.application;

import dev.remit.handoff.passkey.Passkey;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** People's passkeys, as they registered them. */
public interface Passkeys {
    /**
     * A registration.
     *
     * @param attested what the authenticator said of the key, WebAuthn section 6.5.1
     * @param aaguid the authenticator's model as it says itself
     * @param count the authenticator's counter, 0 if it counts nothing
     * @param label the person's own name for it
     */
    record Kept(
            UUID id,
            Passkey key,
            byte[] attested,
            UUID aaguid,
            long count,
            String label,
            Instant since,
            Optional<Instant> until) {}

    /**
     * A registration, held until the transaction ends.
     *
     * @param replayed whether it has signed these very bytes before
     */
    record Found(Kept kept, boolean replayed) {}

    /** Keeps what a person's next registration must answer, in place of what was kept before. */
    Uni<Void> offer(String person, byte[] challenge, Instant until);

    /** Takes it, so that it is good once; empty if there is none or it is over. */
    Uni<Optional<byte[]>> take(String person, Instant now);

    /** Those of a person that are not revoked, the oldest first. */
    Uni<List<Kept>> of(String person);

    /** Adds one; false if its credential is known, whoever's it is. */
    Uni<Boolean> add(Kept kept);

    /** The one with this id, held until the transaction ends. */
    Uni<Optional<Kept>> withId(UUID id);

    /**
     * The one that signs by this credential, held until the transaction ends.
     *
     * @param signed SHA-256 of the bytes that it signed now, hex
     */
    Uni<Optional<Found>> withCredential(String credentialId, String signed);

    /** It has signed. */
    Uni<Void> used(UUID id, long count, String signed, Instant now);

    /** When it signed last; the registration's row must be held. */
    Uni<Optional<Instant>> lastUse(UUID id);

    /**
     * It signs nothing any more.
     *
     * @param until the first moment at which it does not
     */
    Uni<Void> revoke(UUID id, Instant until);
}
