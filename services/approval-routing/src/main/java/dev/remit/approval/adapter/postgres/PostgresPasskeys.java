package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Passkeys;
import dev.remit.handoff.passkey.Passkey;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Passkeys, a row each, and a row for each signature of theirs. */
@Singleton
public class PostgresPasskeys implements Passkeys {
    private static final String COLUMNS =
            "id, credential_id, person, site, public_key, algorithm, attested, aaguid, count, label, since_at, until_at";

    @Override
    public Uni<Void> offer(String person, byte[] challenge, Instant until) {
        return new Statement(
                        "insert into passkey_offer (person, challenge, until_at) values (?1, ?2, ?3)"
                                + " on conflict (person) do update set challenge = excluded.challenge,"
                                + " until_at = excluded.until_at",
                        person,
                        text(challenge),
                        time(until))
                .execute();
    }

    @Override
    public Uni<Optional<byte[]>> take(String person, Instant now) {
        return new Statement(
                        "delete from passkey_offer where person = ?1 returning challenge, until_at",
                        person)
                .first()
                .map(found ->
                        found.filter(row -> now.isBefore(instant(row[1])))
                                .map(row -> bytes(row[0])));
    }

    @Override
    public Uni<List<Kept>> of(String person) {
        return new Statement(
                        "select "
                                + COLUMNS
                                + " from passkey where person = ?1 and until_at is null order by since_at, id limit 100",
                        person)
                .rows(PostgresPasskeys::kept);
    }

    @Override
    public Uni<Boolean> add(Kept kept) {
        Passkey key = kept.key();
        return new Statement(
                        "insert into passkey ("
                                + COLUMNS
                                + ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, null)"
                                + " on conflict (credential_id) do nothing",
                        kept.id(),
                        key.credentialId(),
                        key.person(),
                        key.rpId(),
                        text(key.publicKey()),
                        key.algorithm(),
                        text(kept.attested()),
                        kept.aaguid(),
                        kept.count(),
                        kept.label(),
                        time(kept.since()))
                .affected()
                .map(added -> added == 1);
    }

    @Override
    public Uni<Optional<Kept>> withId(UUID id) {
        return new Statement("select " + COLUMNS + " from passkey where id = ?1 for update", id)
                .first()
                .map(found -> found.map(PostgresPasskeys::kept));
    }

    @Override
    public Uni<Optional<Found>> withCredential(String credentialId, String signed) {
        return new Statement(
                        "select " + COLUMNS + " from passkey where credential_id = ?1 for update",
                        credentialId)
                .first()
                .chain(found ->
                        found.map(PostgresPasskeys::kept)
                                .map(key ->
                                        wasUsed(key.id(), signed)
                                                .map(used -> Optional.of(new Found(key, used))))
                                .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
    }

    /** A statement of its own: it sees what was committed before the lock. */
    private static Uni<Boolean> wasUsed(UUID id, String signed) {
        return new Statement(
                        "select count(*) from passkey_use where passkey = ?1 and signed = ?2",
                        id,
                        signed)
                .single(Long.class)
                .map(used -> used > 0);
    }

    @Override
    public Uni<Void> used(UUID id, long count, String signed, Instant now) {
        return new Statement(
                        "insert into passkey_use (passkey, signed, used_at) values (?1, ?2, ?3)",
                        id,
                        signed,
                        time(now))
                .execute()
                .chain(() ->
                        new Statement("update passkey set count = ?2 where id = ?1", id, count)
                                .execute());
    }

    @Override
    public Uni<Optional<Instant>> lastUse(UUID id) {
        return new Statement(
                        "select passkey, used_at from passkey_use where passkey = ?1 order by used_at desc limit 1",
                        id)
                .first()
                .map(found -> found.map(row -> instant(row[1])));
    }

    @Override
    public Uni<Void> revoke(UUID id, Instant until) {
        return new Statement(
                        "update passkey set until_at = ?2 where id = ?1 and until_at is null",
                        id,
                        time(until))
                .execute();
    }

    private static String text(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(Object column) {
        return Base64.getDecoder().decode((String) column);
    }

    private static Kept kept(Object[] row) {
        return new Kept(
                (UUID) row[0],
                new Passkey(
                        (String) row[1],
                        (String) row[2],
                        (String) row[3],
                        bytes(row[4]),
                        (Integer) row[5]),
                bytes(row[6]),
                (UUID) row[7],
                (Long) row[8],
                (String) row[9],
                instant(row[10]),
                Optional.ofNullable(row[11]).map(Statement::instant));
    }
}
