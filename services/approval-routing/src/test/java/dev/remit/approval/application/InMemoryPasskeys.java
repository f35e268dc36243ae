package dev.remit.approval.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Passkeys in memory. */
final class InMemoryPasskeys implements Passkeys {
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Offered(byte[] challenge, Instant until) {}

    private final Map<String, Offered> offers = new HashMap<>();
    private final Map<UUID, Kept> kept = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final Map<UUID, Instant> uses = new HashMap<>();

    @Override
    public Uni<Void> offer(String person, byte[] challenge, Instant until) {
        offers.put(person, new Offered(challenge, until));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Optional<byte[]>> take(String person, Instant now) {
        return item(
                Optional.ofNullable(offers.remove(person))
                        .filter(each -> now.isBefore(each.until()))
                        .map(Offered::challenge));
    }

    @Override
    public Uni<List<Kept>> of(String person) {
        return item(
                kept.values().stream()
                        .filter(each -> each.key().person().equals(person))
                        .filter(each -> each.until().isEmpty())
                        .toList());
    }

    @Override
    public Uni<Boolean> add(Kept one) {
        boolean known =
                kept.values().stream()
                        .anyMatch(
                                each -> each.key().credentialId().equals(one.key().credentialId()));
        if (!known) {
            kept.put(one.id(), one);
        }
        return item(!known);
    }

    @Override
    public Uni<Optional<Kept>> withId(UUID id) {
        return item(Optional.ofNullable(kept.get(id)));
    }

    @Override
    public Uni<Optional<Found>> withCredential(String credentialId, String signed) {
        return item(
                kept.values().stream()
                        .filter(each -> each.key().credentialId().equals(credentialId))
                        .findFirst()
                        .map(each -> new Found(each, used.contains(each.id() + signed))));
    }

    @Override
    public Uni<Void> used(UUID id, long count, String signed, Instant now) {
        used.add(id + signed);
        uses.merge(id, now, (a, b) -> a.isAfter(b) ? a : b);
        kept.computeIfPresent(id, (_, each) -> with(each, count, each.until()));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Optional<Instant>> lastUse(UUID id) {
        return item(Optional.ofNullable(uses.get(id)));
    }

    @Override
    public Uni<Void> revoke(UUID id, Instant until) {
        kept.computeIfPresent(id, (_, each) -> with(each, each.count(), Optional.of(until)));
        return Uni.createFrom().voidItem();
    }

    private static Kept with(Kept each, long count, Optional<Instant> until) {
        return new Kept(
                each.id(),
                each.key(),
                each.attested(),
                each.aaguid(),
                count,
                each.label(),
                each.since(),
                until);
    }

    private static <T> Uni<T> item(T item) {
        return Uni.createFrom().item(item);
    }
}
