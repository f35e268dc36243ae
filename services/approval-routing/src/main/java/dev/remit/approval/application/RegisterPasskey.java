package dev.remit.approval.application;

import dev.remit.approval.application.Passkeys.Kept;
import dev.remit.approval.domain.Authentication;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A person registers a passkey, signed in as themselves and lately, or gives one up: an access
 * token alone, or one that was refreshed, does not. Both go to the log: whose key it is can be told
 * without this service.
 */
@Singleton
public class RegisterPasskey {
    /** How long a registration may take. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** How many a person may have. */
    static final int MOST = 10;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Passkeys passkeys;
    private final Authenticators authenticators;
    private final Letters letters;
    private final Notices notices;
    private final Handoffs handoffs;
    private final RecentSignIn signIns;

    RegisterPasskey(
            Passkeys passkeys,
            Authenticators authenticators,
            Letters letters,
            Notices notices,
            Handoffs handoffs,
            RecentSignIn signIns) {
        this.passkeys = passkeys;
        this.authenticators = authenticators;
        this.letters = letters;
        this.notices = notices;
        this.handoffs = handoffs;
        this.signIns = signIns;
    }

    /**
     * What a new passkey must answer.
     *
     * @param site the relying party's id
     * @param had the credentials that the person has already
     */
    public record Offer(String site, byte[] challenge, List<String> had) {}

    /**
     * Begins a registration; one that was begun before is over.
     *
     * @throws Problem 401 SIGN_IN_NOT_RECENT
     */
    public Uni<Offer> offer(String person, Authentication authentication) {
        String site = authenticators.site();
        byte[] challenge = new byte[32];
        RANDOM.nextBytes(challenge);
        return handoffs.transact(
                List.of(),
                outbox ->
                        recent(person, authentication, outbox.now())
                                .chain(() ->
                                        passkeys.offer(
                                                person, challenge, outbox.now().plus(PATIENCE)))
                                .chain(() -> passkeys.of(person))
                                .map(had ->
                                        new Offer(
                                                site,
                                                challenge,
                                                had.stream()
                                                        .map(each -> each.key().credentialId())
                                                        .toList())));
    }

    /**
     * Registers.
     *
     * @param label the person's own name for it
     * @throws Problem 401 SIGN_IN_NOT_RECENT; 409 PASSKEY_NOT_OFFERED, PASSKEYS_TOO_MANY or
     *     PASSKEY_KNOWN; 422 if it does not hold
     */
    public Uni<Kept> register(
            String person,
            Authentication authentication,
            byte[] clientData,
            byte[] attestation,
            String label) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        recent(person, authentication, outbox.now())
                                .chain(() -> passkeys.take(person, outbox.now()))
                                .map(challenge ->
                                        challenge.orElseThrow(() ->
                                                Problem.of(
                                                        409,
                                                        "PASSKEY_NOT_OFFERED",
                                                        "no registration of the caller's waits: begin one at POST /passkeys/offers")))
                                .map(challenge ->
                                        authenticators.registered(
                                                person, challenge, clientData, attestation))
                                .map(fresh ->
                                        new Kept(
                                                outbox.newId(),
                                                fresh.key(),
                                                fresh.attested(),
                                                fresh.aaguid(),
                                                fresh.count(),
                                                label,
                                                outbox.now(),
                                                Optional.empty()))
                                .call(() ->
                                        passkeys.of(person)
                                                .invoke(had -> {
                                                    if (had.size() >= MOST) {
                                                        throw Problem.of(
                                                                409,
                                                                "PASSKEYS_TOO_MANY",
                                                                "the caller has "
                                                                        + MOST
                                                                        + " passkeys: revoke one first");
                                                    }
                                                }))
                                .call(kept ->
                                        passkeys.add(kept)
                                                .invoke(added -> {
                                                    if (!added) {
                                                        throw Problem.of(
                                                                409,
                                                                "PASSKEY_KNOWN",
                                                                "this passkey is registered already");
                                                    }
                                                }))
                                .invoke(kept -> letters.registered(kept, authentication, outbox))
                                .call(kept ->
                                        tell(kept, Notices.Kind.PASSKEY_REGISTERED, outbox.now())));
    }

    /**
     * Gives one up; what it signed stands.
     *
     * @param any whether the caller may revoke another's
     * @throws Problem 401 SIGN_IN_NOT_RECENT; 404 PASSKEY_UNKNOWN if there is none of the caller's
     *     with this id
     */
    public Uni<Void> revoke(
            UUID id, String by, Authentication authentication, boolean any, String reason) {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                recent(by, authentication, outbox.now())
                                        .chain(() -> passkeys.withId(id))
                                        .map(found ->
                                                found.filter(each -> each.until().isEmpty())
                                                        .filter(each ->
                                                                any
                                                                        || each.key()
                                                                                .person()
                                                                                .equals(by))
                                                        .orElseThrow(() ->
                                                                Problem.of(
                                                                        404,
                                                                        "PASSKEY_UNKNOWN",
                                                                        "there is no passkey of the caller's with this id")))
                                        .chain(kept ->
                                                passkeys.lastUse(id)
                                                        .map(used -> end(kept, used, outbox.now()))
                                                        .call(until -> passkeys.revoke(id, until))
                                                        .invoke(until ->
                                                                letters.revoked(
                                                                        kept, by, reason, until,
                                                                        outbox))
                                                        .call(() ->
                                                                tell(
                                                                        kept,
                                                                        Notices.Kind
                                                                                .PASSKEY_REVOKED,
                                                                        outbox.now()))))
                .replaceWithVoid();
    }

    /** Whose it is is told, so that one that they did not make does not stay unnoticed. */
    private Uni<Void> tell(Kept kept, Notices.Kind kind, Instant now) {
        return notices.add(List.of(Notices.ofPasskey(kept.id(), kept.key().person(), kind, now)));
    }

    private Uni<Void> recent(String person, Authentication authentication, Instant now) {
        return signIns.of(person, "changes their passkeys", authentication, now);
    }

    /** After all that it signed, and its registration, even by another replica's clock. */
    private static Instant end(Kept kept, Optional<Instant> used, Instant now) {
        Instant last = used.filter(kept.since()::isBefore).orElse(kept.since());
        Instant after = last.plus(1, ChronoUnit.MICROS);
        return now.isBefore(after) ? after : now;
    }

    /** The person's own that are not revoked. */
    public Uni<List<Kept>> of(String person) {
        return handoffs.transact(List.of(), outbox -> passkeys.of(person));
    }
}
