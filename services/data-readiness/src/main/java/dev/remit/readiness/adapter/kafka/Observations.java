package dev.remit.readiness.adapter.kafka;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.domain.Concern;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.Subject;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the observations and charters of a batch are about. */
public final class Observations {
    private record Key(String system, String id) {}

    private Observations() {}

    /** The accounts that a batch tells of, immutable ids by system. */
    public static Map<String, Set<String>> accounts(List<Received> batch) {
        Map<String, Set<String>> accounts = new TreeMap<>();
        for (Received received : batch) {
            if (received.message() instanceof IdentityObserved observed) {
                switch (observed.getKind()) {
                    case SNAPSHOT, REMOVED ->
                            accounts.computeIfAbsent(
                                            observed.getSubject().getSystem(),
                                            system -> new TreeSet<>())
                                    .add(observed.getSubject().getId());
                    case SOURCE_SYNCED, WORKER_EVENT, ACTIVITY, UNKNOWN -> {}
                }
            }
        }
        return accounts;
    }

    /**
     * What became known by a batch, each with the message that last told it. An account concerns
     * itself, the worker it is correlated with and the one it was correlated with before.
     *
     * @param before these accounts as they were known until now
     */
    public static Map<Concern, UUID> concerns(List<Received> batch, Collection<Account> before) {
        Map<Key, String> workers = new HashMap<>();
        before.forEach(account ->
                account.workerId()
                        .ifPresent(worker ->
                                workers.put(new Key(account.system(), account.id()), worker)));
        Map<Concern, UUID> concerns = new LinkedHashMap<>();
        for (Received received : batch) {
            UUID message = received.envelope().id();
            switch (received.message()) {
                case IdentityObserved observed -> {
                    Subject subject = observed.getSubject();
                    String known = workers.get(new Key(subject.getSystem(), subject.getId()));
                    switch (observed.getKind()) {
                        case SNAPSHOT -> {
                            account(subject, message, concerns);
                            worker(subject, known, message, concerns);
                            worker(subject, observed.getAccount().getWorkerId(), message, concerns);
                        }
                        case REMOVED -> {
                            account(subject, message, concerns);
                            worker(subject, known, message, concerns);
                        }
                        case SOURCE_SYNCED ->
                                concerns.put(new Concern.OfSource(observed.getSource()), message);
                        case WORKER_EVENT, ACTIVITY, UNKNOWN -> {}
                    }
                }
                case CharterPublished published ->
                        concerns.put(
                                new Concern.OfCharter(published.getCharter().getHash()), message);
                case AuthorityResumed _ -> concerns.put(new Concern.OfHalts(), message);
                default -> {}
            }
        }
        return concerns;
    }

    private static void account(Subject subject, UUID message, Map<Concern, UUID> concerns) {
        concerns.put(new Concern.OfAccount(subject.getSystem(), subject.getId()), message);
    }

    private static void worker(
            Subject subject, @Nullable String worker, UUID message, Map<Concern, UUID> concerns) {
        Optional.ofNullable(worker)
                .ifPresent(
                        id -> concerns.put(new Concern.OfWorker(subject.getSystem(), id), message));
    }
}
