package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.ledger.domain.Standing;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    /** It was erased now, or was before. */
    public record Done(boolean before) implements Erased {}

    /** It was not, and why. */
    public record Refused(String code, String reason) implements Erased {}

    /** Who erases when the retention is over. */
    public static final String LEDGER = "evidence-ledger";

    private static final Logger LOG = Logger.getLogger(EraseContent.class);
    private static final int MOST = 100;

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
            return Uni.createFrom()
                    .item(new Refused("REASON_MISSING", "reason: is empty; it is logged for ever"));
        }
        return handoffs.<Erased>transact(
                        List.of(change),
                        outbox ->
                                changes.find(change)
                                        .chain(found -> {
                                            if (found.isEmpty()) {
                                                return refused(
                                                        "CHANGE_UNKNOWN",
                                                        "no change has the id " + change);
                                            }
                                            Standing standing = found.get();
                                            if (standing.closingLeaf().isEmpty()) {
                                                return refused(
                                                        "NOT_CLOSED",
                                                        "the change goes on: what is kept of it is needed to close it");
                                            }
                                            if (standing.isErased()) {
                                                return Uni.createFrom().item(new Done(true));
                                            }
                                            if (held) {
                                                return refused(
                                                        "HELD",
                                                        "remit.ledger.retention-hold is on: nothing is erased");
                                            }
                                            announcements.erased(change, by, reason, outbox);
                                            return contents.erase(List.of(change), outbox.now())
                                                    .chain(() ->
                                                            changes.store(
                                                                    List.of(
                                                                            standing.erased(
                                                                                    outbox
                                                                                            .newId()))))
                                                    .chain(() -> waits.forgetPeople(change))
                                                    .replaceWith(new Done(false));
                                        }))
                .call(erased ->
                        erased instanceof Done
                                ? forget(List.of(change))
                                : Uni.createFrom().voidItem())
                .invoke(erased -> {
                    if (erased instanceof Done done && !done.before()) {
                        meters.counter("remit.ledger.contents.erased").increment();
                    }
                });
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
