package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.Passkeys;
import dev.remit.handoff.passkey.Passkey;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
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
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "insert into passkey_offer (person, challenge, until_at) values (?1, ?2, ?3)"
                                                + " on conflict (person) do update set challenge = excluded.challenge,"
                                                + " until_at = excluded.until_at")
                                .setParameter(1, person)
                                .setParameter(2, text(challenge))
                                .setParameter(3, until.atOffset(ZoneOffset.UTC))
                                .executeUpdate())
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<byte[]>> take(String person, Instant now) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "delete from passkey_offer where person = ?1 returning challenge, until_at",
                                        Object[].class)
                                .setParameter(1, person)
                                .getSingleResultOrNull())
                .map(row ->
                        Optional.ofNullable(row)
                                .filter(each -> now.isBefore(PostgresRoutes.instant(each[1])))
                                .map(each -> bytes(each[0])));
    }

    @Override
    public Uni<List<Kept>> of(String person) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select "
                                                + COLUMNS
                                                + " from passkey where person = ?1 and until_at is null order by since_at, id limit 100",
                                        Object[].class)
                                .setParameter(1, person)
                                .getResultList())
                .map(rows -> rows.stream().map(PostgresPasskeys::kept).toList());
    }

    @Override
    public Uni<Boolean> add(Kept kept) {
        Passkey key = kept.key();
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "insert into passkey ("
                                                + COLUMNS
                                                + ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, null)"
                                                + " on conflict (credential_id) do nothing")
                                .setParameter(1, kept.id())
                                .setParameter(2, key.credentialId())
                                .setParameter(3, key.person())
                                .setParameter(4, key.rpId())
                                .setParameter(5, text(key.publicKey()))
                                .setParameter(6, key.algorithm())
                                .setParameter(7, text(kept.attested()))
                                .setParameter(8, kept.aaguid())
                                .setParameter(9, kept.count())
                                .setParameter(10, kept.label())
                                .setParameter(11, kept.since().atOffset(ZoneOffset.UTC))
                                .executeUpdate())
                .map(added -> added == 1);
    }

    @Override
    public Uni<Optional<Kept>> withId(UUID id) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select "
                                                + COLUMNS
                                                + " from passkey where id = ?1 for update",
                                        Object[].class)
                                .setParameter(1, id)
                                .getSingleResultOrNull())
                .map(row -> Optional.ofNullable(row).map(PostgresPasskeys::kept));
    }

    @Override
    public Uni<Optional<Found>> withCredential(String credentialId, String signed) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select "
                                                + COLUMNS
                                                + " from passkey where credential_id = ?1 for update",
                                        Object[].class)
                                .setParameter(1, credentialId)
                                .getSingleResultOrNull()
                                .chain(row ->
                                        row == null
                                                ? Uni.createFrom().item(Optional.empty())
                                                // a statement of its own: it sees what was
                                                // committed before the lock
                                                : session.createNativeQuery(
                                                                "select count(*) from passkey_use where passkey = ?1 and signed = ?2",
                                                                Long.class)
                                                        .setParameter(1, row[0])
                                                        .setParameter(2, signed)
                                                        .getSingleResult()
                                                        .map(used ->
                                                                Optional.of(
                                                                        new Found(
                                                                                kept(row),
                                                                                used > 0)))));
    }

    @Override
    public Uni<Void> used(UUID id, long count, String signed, Instant now) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "insert into passkey_use (passkey, signed, used_at) values (?1, ?2, ?3)")
                                .setParameter(1, id)
                                .setParameter(2, signed)
                                .setParameter(3, now.atOffset(ZoneOffset.UTC))
                                .executeUpdate()
                                .chain(() ->
                                        session.createNativeQuery(
                                                        "update passkey set count = ?2 where id = ?1")
                                                .setParameter(1, id)
                                                .setParameter(2, count)
                                                .executeUpdate()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<Instant>> lastUse(UUID id) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select passkey, used_at from passkey_use where passkey = ?1 order by used_at desc limit 1",
                                        Object[].class)
                                .setParameter(1, id)
                                .getSingleResultOrNull())
                .map(row -> Optional.ofNullable(row).map(each -> PostgresRoutes.instant(each[1])));
    }

    @Override
    public Uni<Void> revoke(UUID id, Instant until) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "update passkey set until_at = ?2 where id = ?1 and until_at is null")
                                .setParameter(1, id)
                                .setParameter(2, until.atOffset(ZoneOffset.UTC))
                                .executeUpdate())
                .replaceWithVoid();
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
                PostgresRoutes.instant(row[10]),
                Optional.ofNullable(row[11]).map(PostgresRoutes::instant));
    }
}
