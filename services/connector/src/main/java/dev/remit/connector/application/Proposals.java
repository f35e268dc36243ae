package dev.remit.connector.application;

import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposal;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Changes proposed, or waiting for their day. Each method runs in the caller's transaction and
 * costs one statement.
 */
public interface Proposals {
    /**
     * A proposal as kept.
     *
     * @param cause the message that led to it, null when a person asked
     * @param due the day on which it is proposed, UTC
     * @param effect what it does, see {@link Charter#effect}; empty if a build that did not say so
     *     kept it
     */
    record Kept(
            UUID change, Proposal proposal, @Nullable UUID cause, LocalDate due, String effect) {
        /** The same change, proposed like this. */
        Kept as(Proposal other, String does) {
            return new Kept(change, other, cause, due, does);
        }

        /** Whether it makes the account of its subject. */
        boolean makes() {
            return List.of(effect.split(" ", -1)).contains("create-account");
        }

        Matter matter() {
            return new Matter(proposal.subjectId(), proposal.target(), proposal.action(), effect);
        }
    }

    /**
     * What a change is about: a worker, or an account that nobody is behind. No two open changes
     * are about the same: the second is refused when someone asks, and waits when nobody did.
     */
    record Matter(String subjectId, String target, String action, String effect) {
        /** The same action on the same account, or another one that does the same. */
        boolean isSameAs(Matter other) {
            return subjectId.equals(other.subjectId)
                    && target.equals(other.target)
                    && (action.equals(other.action)
                            || (!effect.isEmpty() && effect.equals(other.effect)));
        }

        /** The change among these that is about the same. */
        static Optional<UUID> open(Matter matter, Map<Matter, UUID> open) {
            return open.entrySet().stream()
                    .filter(each -> each.getKey().isSameAs(matter))
                    .map(Map.Entry::getValue)
                    .findFirst();
        }

        /** Under which name those who decide on it, or on what may be the same, wait. */
        String queue() {
            return String.join("|", "matter", subjectId, target);
        }
    }

    /** Under which charter, in which target. */
    record Field(String charter, String target) {}

    /**
     * How a change stands, as far as the connector knows.
     *
     * @param proposed whether it was handed on; false while it waits for its day
     * @param withdrawnAt when someone took it back
     * @param end how it ended; empty while it is open
     * @param brake the brake that holds it, or that a person released or discarded just now
     * @param superseded whether it was taken back because HR said meanwhile that its subject left
     */
    record Standing(
            UUID change,
            Proposal proposal,
            Instant since,
            boolean proposed,
            Optional<Instant> withdrawnAt,
            Optional<End> end,
            Optional<UUID> brake,
            boolean superseded) {}

    /**
     * A change whose day has come.
     *
     * @param released whether a brake held it and a person let it go on
     */
    record Waiting(Kept kept, boolean released) {}

    /**
     * How a change ended.
     *
     * @param outcome as the ledger decided, for example COMPLETED
     */
    record End(String outcome, Instant at) {
        /** By a rule, or by the approvers. */
        static final String REFUSED = "REFUSED";
    }

    /**
     * Which changes to show.
     *
     * @param person only those that this person proposed or answers for; empty for all
     * @param open true for open ones, false for ended ones; empty for both
     * @param after the last one of the page before
     */
    record Selection(
            Optional<String> person, Optional<Boolean> open, Optional<Place> after, int limit) {}

    /** A change's place in the list: the newest first, by id among those of one moment. */
    record Place(Instant since, UUID change) {}

    /**
     * Keeps proposals of changes that are not known, or that ended {@link End#REFUSED} before they
     * were proposed; those due by today count as proposed.
     *
     * @return the changes that are open by this
     */
    Uni<Set<UUID>> add(Collection<Kept> proposals, LocalDate today, Instant now);

    /** The same; these are not proposed yet, since another change about the same is. */
    Uni<Set<UUID>> addBehind(Collection<Kept> proposals, Instant now);

    /**
     * Changes that wait though their day has come, no brake holds them and nothing about the same
     * is {@link #underWay}, at most this many.
     */
    Uni<List<UUID>> due(LocalDate today, int atMost);

    /** Of these changes, those that still wait and that no brake holds. */
    Uni<List<Waiting>> waiting(Collection<UUID> changes);

    /** These, which still wait, are to be proposed like this. */
    Uni<Void> renew(Collection<Kept> proposals);

    /** These count as proposed from now on. */
    Uni<Void> take(Collection<UUID> changes, Instant now);

    /** A brake holds these, known ones or new ones; what was proposed before stays so. */
    Uni<Void> hold(Collection<Kept> proposals, UUID brake, Instant now);

    /** Changes that wait and that a person has discarded with their brake, at most this many. */
    Uni<List<UUID>> discarded(int atMost);

    /**
     * Lets no other transaction that asks for the same go on before this one ends.
     *
     * @param names of what is decided on
     */
    Uni<Void> queue(Set<String> names);

    /**
     * The open changes about these, by these; not those that were executed and are {@link
     * #unproved}: nobody knows when they will end.
     */
    Uni<Map<Matter, UUID>> open(Collection<Matter> matters);

    /** Of these, those that were handed on. */
    Uni<Map<Matter, UUID>> underWay(Collection<Matter> matters);

    /**
     * What goes on in these fields; an answer for every one of them. What a person released from a
     * brake does not count.
     *
     * @param shared the charters that limit a share of the population; under others nobody counts
     *     people
     * @param since from when on a change that has ended counts too; of the hour's changes all of
     *     that minute count
     */
    Uni<Map<Field, Admission.Load>> load(
            Collection<Field> fields, Set<String> shared, Instant since);

    /** Those of these changes that are known. */
    Uni<List<Standing>> standing(Collection<UUID> changes);

    /** The newest first. */
    Uni<List<Standing>> list(Selection selection);

    /** Someone took it back; one that waits for its day ends by it. */
    Uni<Void> withdrawn(UUID change, Instant now);

    /**
     * Changes that were handed on, are open and nobody has taken back, by which an account is to be
     * made for who has left by this day and was not back by it; at most this many.
     */
    Uni<List<UUID>> makingForWhoLeft(LocalDate day, int atMost);

    /** These are taken back because HR says that their subjects left. */
    Uni<Void> superseded(Collection<UUID> changes, Instant now);

    /** These ended; what is not known here is passed over. */
    Uni<Void> ended(Map<UUID, End> ends);

    /** These were executed, and the ledger does not close them as they are. */
    Uni<Void> unproved(Collection<UUID> changes, Instant now);

    /** Forgets what no hour counts any more. */
    Uni<Void> prune(Instant now);
}
