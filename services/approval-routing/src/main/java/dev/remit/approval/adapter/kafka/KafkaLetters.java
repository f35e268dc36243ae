package dev.remit.approval.adapter.kafka;

import dev.remit.approval.application.AccessViolations;
import dev.remit.approval.application.Letters;
import dev.remit.approval.application.Passkeys;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Happened;
import dev.remit.handoff.Ids;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.passkey.Passkey;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Writes what happened as the wire's records. */
@Singleton
public class KafkaLetters implements Letters {
    @Override
    public List<UUID> handOn(
            UUID change,
            List<Happened> happened,
            List<UUID> approvals,
            @Nullable UUID cause,
            Outbox outbox) {
        List<UUID> approved = new ArrayList<>(approvals);
        List<UUID> ids = new ArrayList<>();
        UUID before = cause;
        for (Happened each : happened) {
            before = outbox.handOn(change, message(change, each, approved, outbox), before);
            ids.add(before);
            if (each instanceof Happened.Decided decided
                    && decided.decision().kind() == Decision.Kind.APPROVED) {
                approved.add(before);
            }
        }
        return ids;
    }

    @Override
    public void registered(Passkeys.Kept kept, Authentication authentication, Outbox outbox) {
        outbox.publish(
                kept.id(),
                kept.key().person(),
                Messages.registered(kept, authentication),
                null,
                null);
    }

    @Override
    public void revoked(
            Passkeys.Kept kept, String by, String reason, Instant until, Outbox outbox) {
        outbox.publish(
                Passkey.revocation(kept.id()),
                kept.key().person(),
                Messages.revoked(kept, by, reason, until),
                null,
                kept.id());
    }

    @Override
    public void violations(
            List<AccessViolations.Found> found, List<AccessViolations.Ended> ended, Outbox outbox) {
        for (AccessViolations.Ended each : ended) {
            outbox.publish(
                    Ids.derived(each.violation().id(), "ended"),
                    each.violation().key().worker(),
                    Messages.ended(each, outbox.now()),
                    null,
                    each.violation().id());
        }
        for (AccessViolations.Found each : found) {
            outbox.publish(each.id(), each.worker(), Messages.found(each), null, null);
        }
    }

    private static SpecificRecord message(
            UUID change, Happened happened, List<UUID> approvals, Outbox outbox) {
        return switch (happened) {
            case Happened.Requested requested ->
                    Messages.requested(change, requested, outbox.now());
            case Happened.Reassigned reassigned ->
                    Messages.reassigned(change, reassigned, outbox.now());
            case Happened.Decided decided -> Messages.decided(change, decided);
            case Happened.Authorized authorized ->
                    Messages.authorized(authorized, approvals, outbox.now());
        };
    }
}
