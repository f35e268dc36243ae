package dev.remit.connector.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.adapter.postgres.Rows;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.connector.domain.Ids;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The target system was read: what changed since the last time is observed, and that it was read at
 * all.
 */
@Singleton
public class ObserveTarget {
    /** How often an unchanged source is reported as read. */
    private static final Duration SYNC_INTERVAL = Duration.ofSeconds(15);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Handoffs handoffs;
    private final Rows rows;
    private volatile Instant synced = Instant.EPOCH;

    ObserveTarget(Handoffs handoffs, Rows rows) {
        this.handoffs = handoffs;
        this.rows = rows;
    }

    /** All accounts of the system, read completely. */
    public Uni<Void> accounts(String system, List<Account> accounts) {
        return handoffs.transact(
                List.of(),
                outbox ->
                        rows.accounts()
                                .chain(known -> differences(system, accounts, known, outbox))
                                .invoke(() -> sync(system, outbox)));
    }

    /** When the source was last reported as read. */
    public Instant synced() {
        return synced;
    }

    /**
     * Actions from the target's audit feed, and how far it was read, in milliseconds since 1970.
     */
    public Uni<Void> activities(String system, List<Activity> activities, long position) {
        return handoffs.transact(
                List.of(),
                outbox -> {
                    for (Activity activity : activities) {
                        outbox.publish(
                                dev.remit.handoff.Ids.derived(
                                        Ids.NAMESPACE, system + "|activity|" + activity.id()),
                                activity.account(),
                                Observations.of(activity, system, outbox.now()),
                                null,
                                null);
                    }
                    return rows.putPosition(system, position);
                });
    }

    private Uni<Void> differences(
            String system, List<Account> accounts, Map<String, String> known, Outbox outbox) {
        Set<String> present = accounts.stream().map(Account::id).collect(Collectors.toSet());
        List<Account> changed =
                accounts.stream()
                        .filter(account -> !text(account).equals(known.get(account.id())))
                        .toList();
        List<String> gone = known.keySet().stream().filter(id -> !present.contains(id)).toList();
        changed.forEach(account ->
                outbox.publish(
                        outbox.newId(),
                        account.id(),
                        Observations.of(account, system, outbox.now()),
                        null,
                        null));
        gone.forEach(id ->
                outbox.publish(
                        outbox.newId(),
                        id,
                        Observations.removed(id, system, outbox.now()),
                        null,
                        null));
        return Multi.createFrom()
                .iterable(changed)
                .onItem()
                .transformToUniAndConcatenate(
                        account -> rows.putAccount(account.id(), text(account)))
                .collect()
                .asList()
                .chain(() ->
                        Multi.createFrom()
                                .iterable(gone)
                                .onItem()
                                .transformToUniAndConcatenate(rows::removeAccount)
                                .collect()
                                .asList())
                .replaceWithVoid();
    }

    private void sync(String system, Outbox outbox) {
        if (Duration.between(synced, outbox.now()).compareTo(SYNC_INTERVAL) >= 0) {
            outbox.publish(
                    outbox.newId(), system, Observations.synced(system, outbox.now()), null, null);
            synced = outbox.now();
        }
    }

    private static String text(Account account) {
        try {
            return JSON.writeValueAsString(account);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an account is always JSON", e);
        }
    }
}
