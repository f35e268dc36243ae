package dev.remit.connector.application;

import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Event;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Accounts as last observed, by system. Each method runs in the caller's transaction. */
public interface ObservedAccounts {
    /** Account id to fingerprint of what was observed last. */
    Uni<Map<String, String>> fingerprints(String system);

    /** How many accounts of these systems are known; an answer for every one of them. */
    Uni<Map<String, Long>> counts(Collection<String> systems);

    /**
     * An account as it is kept, for what triggers look for.
     *
     * @param fingerprint of all that counts as observed
     */
    record Seen(Account account, String fingerprint) {
        /** Immutable id. */
        String id() {
            return account.id();
        }

        /** The HR worker id it carries; empty for none. */
        Optional<String> workerId() {
            return Optional.ofNullable(account.workerId());
        }
    }

    /**
     * What is looked for in a system's accounts.
     *
     * @param charter that looks for it; what it was told of before is not found again
     * @param today who was to be back by this day has not left
     * @param by for ORPHAN_FOUND, the worker left by this day; for CREDENTIAL_TOO_OLD, no
     *     credential is newer than its beginning, UTC; OWNER_LEFT takes whoever HR says will leave
     * @param ended what led to a change that ended by then is found anew, once
     * @param read for CREDENTIAL_TOO_OLD, what was not read since then is not judged
     * @param after the last account of the page before; empty at first
     */
    record Search(
            Event event,
            String charter,
            String system,
            LocalDate today,
            LocalDate by,
            Instant ended,
            Instant read,
            String after,
            int atMost) {}

    /**
     * An account that was found.
     *
     * @param id the occurrence's id: the same while nothing is different
     * @param words what was found, for people
     */
    record Found(String id, String words, Account account) {}

    /** Enabled accounts of which the event holds and was not told yet, by id. */
    Uni<List<Found>> find(Search search);

    /** The enabled accounts of a system, by id: those after this one. */
    Uni<List<String>> enabled(String system, String after, int atMost);

    /**
     * Keeps since when the oldest credential of these accounts, by id, is in use, as read now.
     *
     * @param since empty where the system says nothing
     */
    Uni<Void> credentials(String system, Map<String, Optional<Instant>> since, Instant now);

    /**
     * The HR workers of those of these accounts that were observed and carry one, by account id.
     */
    Uni<Map<String, String>> workers(String system, Collection<String> ids);

    /**
     * Whose an account is.
     *
     * @param worker the HR worker id that it carries
     * @param owner who answers for it: whom its system names as owner, an HR worker id or the
     *     account id of a person, or else the HR worker id of the manager
     */
    record Holding(Optional<String> worker, Optional<String> owner) {}

    /** Whose this account is; empty if it was not read. */
    Uni<Optional<Holding>> holding(String system, String id);

    /** Keeps these, no two of the same id. */
    Uni<Void> put(String system, Collection<Seen> accounts);

    /** Forgets these. */
    Uni<Void> remove(String system, Collection<String> ids);
}
