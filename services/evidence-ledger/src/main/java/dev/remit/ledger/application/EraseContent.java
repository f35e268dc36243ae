package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.ledger.domain.Standing;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Erases what is kept of a closed change: its key is destroyed, and a sealed {@code ContentErased}
 * becomes a leaf. The leaves and every proof stay valid. Who asks gives a reason; {@link
 * RetainEvidence} asks for what is past its retention.
 */
@Singleton
public class EraseContent {
    /** What became of an erasure. */
    public sealed interface Erased {}

    /** These were erased now; what is not among them was before. */
    public record Done(List<UUID> changes) implements Erased {}

    /** It was not, and why. */
    public record Refused(String code, String reason) implements Erased {}

    /** Who erases when the retention is over. */
    public static final String LEDGER = "evidence-ledger";

    private static final Logger LOG = Logger.getLogger(EraseContent.class);
    private static final int MOST = 100;

    /** Changes of one person or account that one transaction erases. */
    private static final int MOST_OF_ONE = 1_000;

    private static final Uni<Erased> REASON_MISSING =
            refused("REASON_MISSING", "reason: is empty; it is logged for ever");

    /** A certificate that was being made when the change was erased is kept by then, and goes. */
    private static final Duration MAKING = Duration.ofMinutes(10);

    private final Handoffs handoffs;
    private final Changes changes;
    private final Waits waits;
    private final Contents contents;
    private final Announcements announcements;
    private final PublicFiles files;
    private final CertificateFiles certificates;
    private final MeterRegistry meters;
    private final Clock clock;
    private final boolean held;

    /**
     * @param held nothing is erased, whoever asks (a legal hold)
     */
    EraseContent(
            Handoffs handoffs,
            Changes changes,
            Waits waits,
            Contents contents,
            Announcements announcements,
            PublicFiles files,
            CertificateFiles certificates,
            MeterRegistry meters,
            Clock clock,
            @ConfigProperty(name = "remit.ledger.retention-hold", defaultValue = "false")
                    boolean held) {
        this.handoffs = handoffs;
        this.changes = changes;
        this.waits = waits;
        this.contents = contents;
        this.announcements = announcements;
        this.files = files;
        this.certificates = certificates;
        this.meters = meters;
        this.clock = clock;
        this.held = held;
    }

    /** Whether nothing is erased, whoever asks. */
    public boolean isHeld() {
        return held;
    }

    /**
     * Erases one change's content.
     *
     * @param by who asks, an immutable id; {@link #LEDGER} for the ledger itself
     * @param reason why, without personal data: it is logged for ever
     */
    public Uni<Erased> erase(UUID change, String by, String reason) {
        if (reason.isBlank()) {
            return REASON_MISSING;
        }
        return counted(
                handoffs.transact(
                        List.of(change),
                        outbox ->
                                changes.find(change)
                                        .chain(found ->
                                                found.isEmpty()
                                                        ? refused(
                                                                "CHANGE_UNKNOWN",
                                                                "no change has the id " + change)
                                                        : erase(
                                                                List.of(found.get()),
                                                                by,
                                                                reason,
                                                                outbox))));
    }

    /**
     * Erases the content of every change of a person or account, all in one transaction or none.
     * One that goes on refuses it: what is kept of it is needed to close it. Of who has had none,
     * or none that is not erased, nothing is erased.
     *
     * @param subject system and id, separated by a colon
     * @param account the target account; with a subject, of both
     */
    public Uni<Erased> eraseOf(
            Optional<String> subject, Optional<String> account, String by, String reason) {
        if (reason.isBlank()) {
            return REASON_MISSING;
        }
        var all =
                new Changes.Search(
                        subject,
                        account,
                        Set.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        return changes.search(all, MOST_OF_ONE + 1)
                .map(EraseContent::ids)
                .chain(seen ->
                        seen.size() > MOST_OF_ONE
                                ? refused(
                                        "TOO_MANY_CHANGES",
                                        "there are more than %d: erase each by its id"
                                                .formatted(MOST_OF_ONE))
                                : counted(
                                        handoffs.transact(
                                                seen,
                                                outbox -> locked(all, seen, by, reason, outbox))));
    }

    /** One that was proposed since they were looked up is open, or nobody has locked it. */
    private Uni<Erased> locked(
            Changes.Search all, List<UUID> seen, String by, String reason, Outbox outbox) {
        return changes.search(all, MOST_OF_ONE + 1)
                .chain(found ->
                        seen.containsAll(ids(found))
                                ? erase(found, by, reason, outbox)
                                : refused("NOT_CLOSED", "another change was proposed just now"));
    }

    private static List<UUID> ids(List<Standing> standings) {
        return standings.stream().map(Standing::change).toList();
    }

    private Uni<Erased> erase(List<Standing> all, String by, String reason, Outbox outbox) {
        List<UUID> open = ids(all.stream().filter(each -> each.closingLeaf().isEmpty()).toList());
        List<Standing> kept = all.stream().filter(each -> !each.isErased()).toList();
        if (!open.isEmpty()) {
            return refused(
                    "NOT_CLOSED",
                    "it goes on, and what is kept of it is needed to close it: change "
                            + open.getFirst()
                            + (open.size() > 1 ? " and %d more".formatted(open.size() - 1) : ""));
        }
        if (kept.isEmpty()) {
            return Uni.createFrom().item(new Done(List.of()));
        }
        if (held) {
            return refused("HELD", "remit.ledger.retention-hold is on: nothing is erased");
        }
        List<UUID> ids = ids(kept);
        ids.forEach(each -> announcements.erased(each, by, reason, outbox));
        return contents.erase(ids, outbox.now())
                .chain(() ->
                        changes.store(
                                kept.stream().map(each -> each.erased(outbox.newId())).toList()))
                .chain(() -> waits.forgetPeople(ids))
                .replaceWith(new Done(ids));
    }

    private Uni<Erased> counted(Uni<Erased> erasing) {
        return erasing.call(erased ->
                erased instanceof Done(var ids) && !ids.isEmpty()
                        ? forget(ids)
                                .invoke(() ->
                                        meters.counter("remit.ledger.contents.erased")
                                                .increment(ids.size()))
                        : Uni.createFrom().voidItem());
    }

    private static Uni<Erased> refused(String code, String reason) {
        return Uni.createFrom().item(new Refused(code, reason));
    }

    /** Certificates of erased changes that a stop left behind. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> tidy() {
        return tidy(clock.instant())
                .onFailure()
                .invoke(failure -> LOG.warnf("erasures wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    Uni<Void> tidy(Instant now) {
        return contents.unswept(now.minus(MAKING), MOST)
                .chain(left ->
                        left.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : forget(left)
                                        .chain(() ->
                                                handoffs.transact(
                                                        List.of(),
                                                        _ -> contents.swept(left, now))));
    }

    /** After the commit: a stop before it leaves the files to the timer. */
    private Uni<Void> forget(List<UUID> owners) {
        return files.away(
                        () -> {
                            owners.forEach(certificates::forget);
                            return true;
                        })
                .replaceWithVoid();
    }
}
