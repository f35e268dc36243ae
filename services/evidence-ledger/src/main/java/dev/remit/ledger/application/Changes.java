package dev.remit.ledger.application;

import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.domain.Standing;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** How changes stand. Whatever the number, each call is one statement. */
public interface Changes {
    /** Those of these that are known. */
    Uni<List<Standing>> load(Collection<UUID> changes);

    /** Stores them, known or new. */
    Uni<Void> store(Collection<Standing> standings);

    /**
     * Marks those that wait for proof on these accounts, or for a charter with one of these hashes,
     * to be looked at again.
     *
     * @param signed whether a passkey was registered: those whose approvals are not complete, too
     */
    Uni<Void> stir(Collection<String> accounts, Collection<String> charterHashes, boolean signed);

    /**
     * Those to be looked at again: marked, or waiting for proof since before this time and not
     * refused for it.
     */
    Uni<List<UUID>> due(Instant before, int most);

    /** Open ones whose next handoff was due before this time, and of which that was not said. */
    Uni<List<UUID>> overdue(Instant before, int most);

    /** Takes the marks away. */
    Uni<Void> settle(Collection<UUID> changes);

    /**
     * Those of a population whose closure has a leaf index from the first to below the last, by
     * that index.
     */
    Uni<List<Standing>> closedBetween(long first, long last, Population population, int most);

    /**
     * What an auditor looks for; an empty part does not restrict.
     *
     * @param subject system and id, separated by a colon
     * @param account the target account
     * @param actors each of these proposed, is responsible for, decided or executed it
     * @param openedBefore leaf index of the last one on the page before
     */
    record Search(
            Optional<String> subject,
            Optional<String> account,
            Set<String> actors,
            Optional<String> charter,
            Optional<String> outcome,
            Optional<Long> openedBefore) {}

    /** What is found, newest first. */
    Uni<List<Standing>> search(Search search, int most);

    /** One of them. */
    Uni<Optional<Standing>> find(UUID change);

    /** A version of a charter under which changes ran that are closed and not erased. */
    record KeptUnder(String charter, String charterHash) {}

    /** All there are; it takes as long as they are many, and not the changes. */
    Uni<List<KeptUnder>> kept();

    /**
     * Closed changes that are not erased, and whose closure has a leaf index below this one, by
     * that index.
     */
    Uni<List<UUID>> keptUntil(String charterHash, long closedBefore, int most);

    /** How many of them there are. */
    Uni<Long> keptBefore(String charterHash, long closedBefore);

    /** How many are open, and since when the one that waits longest has waited. */
    record Backlog(long open, Optional<Instant> oldest) {}

    Uni<Backlog> backlog();
}
