package dev.remit.approval.application;

import dev.remit.approval.domain.Violation;
import dev.remit.handoff.directory.Account;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What people hold that rules about access forbid, and the run that looks for it. */
public interface AccessViolations {
    /**
     * Some of those to look at.
     *
     * @param workers ascending: HR worker ids of those with an account, accounts that belong to
     *     nobody (system and id with a space between), and those of whom a violation stands
     * @param last whether there are no more
     */
    record Page(List<String> workers, boolean last) {}

    /** A charter's version. */
    record Published(String name, String version, String hash) {}

    /** A violation is one while worker, charter, rule and the rule's version are the same. */
    record Key(String worker, String charter, String rule, String version) {}

    /**
     * A violation.
     *
     * @param worker who holds it: an HR worker id, or the account that belongs to nobody
     * @param held what of all that the person holds the rule is about
     * @param accounts system and id of those that were looked at, with a space between
     */
    record Found(
            UUID id,
            String worker,
            Published charter,
            Violation violation,
            Set<String> held,
            List<String> accounts,
            Instant at) {
        Key key() {
            return new Key(worker, charter.name(), violation.rule(), violation.version());
        }

        static List<String> names(List<Account> accounts) {
            return accounts.stream().map(each -> each.system() + " " + each.id()).toList();
        }
    }

    /** One that stands. */
    record Standing(UUID id, Key key) {}

    /** One that stands no more. */
    record Ended(Standing violation, String reason) {}

    /** A violation as it is kept. */
    record Kept(Found found, Optional<Instant> endedAt, Optional<String> reason) {}

    /**
     * How the run goes.
     *
     * @param started when the last one began
     * @param finished when the last whole one ended
     * @param due when the next one begins; past while one is under way
     * @param looked how many people the last whole one looked at
     */
    record Run(Optional<Instant> started, Optional<Instant> finished, Instant due, long looked) {}

    /**
     * The next people to look at, if a run is due and no other replica has the turn; the turn is
     * kept until the transaction ends.
     */
    Uni<Optional<Page>> next(Instant now, int limit);

    /**
     * Each charter's version that was published last, and behind one that begins later those that
     * were published before it: by name, the last published first.
     */
    Uni<List<Published>> charters();

    /** The violations of these people that stand. */
    Uni<List<Standing>> standing(Collection<String> workers);

    Uni<Void> store(List<Found> found, List<Ended> ended, Instant now);

    /**
     * The page was looked at.
     *
     * @param every after what time the next run begins, if this was the last page
     */
    Uni<Void> done(Page page, Instant now, Duration every);

    /** A run is due now; one that is under way goes on. */
    Uni<Run> begin(Instant now);

    Uni<Run> run();

    /**
     * Violations in the order they were found.
     *
     * @param all also those that have ended
     * @param after the violation before the first one
     */
    Uni<List<Kept>> list(boolean all, Optional<UUID> after, int limit);

    /** How many stand. */
    Uni<Long> count();
}
