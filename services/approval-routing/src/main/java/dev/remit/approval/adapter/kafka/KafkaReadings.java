package dev.remit.approval.adapter.kafka;

import dev.remit.approval.application.Readings;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ReadinessJudged;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads what approval-routing receives. */
@Singleton
public class KafkaReadings implements Readings {
    private final String people;

    public KafkaReadings(@ConfigProperty(name = "remit.people.system") String people) {
        this.people = people;
    }

    @Override
    public Reading of(Received received) {
        if (!(received.message() instanceof ReadinessJudged judged)) {
            return new Reading.Nothing();
        }
        return switch (judged.getVerdict()) {
            case HELD, HALTED, WITHDRAWN -> new Reading.Nothing();
            case READY, ENRICHED ->
                    new Reading.Says(judged.getChange().getChangeId(), ready(judged));
            case UNKNOWN ->
                    new Reading.Unreadable(
                            "VERDICT_UNKNOWN", "verdict: is not one that this build knows");
        };
    }

    @Override
    public Set<Concern> news(List<Received> batch) {
        Set<Concern> concerns = new HashSet<>();
        for (Received received : batch) {
            switch (received.message()) {
                case IdentityObserved observed -> {
                    if (observed.getSubject().getSystem().equals(people)) {
                        account(observed, concerns);
                    }
                }
                case CharterPublished published ->
                        concerns.add(Concern.charter(published.getCharter().getHash()));
                default -> {}
            }
        }
        return concerns;
    }

    private static void account(IdentityObserved observed, Set<Concern> concerns) {
        switch (observed.getKind()) {
            case SNAPSHOT, REMOVED -> {
                concerns.add(Concern.account(observed.getSubject().getId()));
                AccountFacts facts = observed.getAccount();
                if (facts != null) {
                    facts.getGroups()
                            .forEach(group -> concerns.add(Concern.group(group.getPath())));
                }
            }
            case WORKER_EVENT, ACTIVITY, SOURCE_SYNCED, UNKNOWN -> {}
        }
    }

    private static Event ready(ReadinessJudged judged) {
        Change change = judged.getChange();
        ByteBuffer plan = judged.getPlan();
        String planHash = judged.getPlanHash();
        String account = judged.getAccount();
        if (plan == null || planHash == null) {
            return lacking(change, "it is called ready without a plan");
        }
        if (account == null) {
            return lacking(change, "it is called ready without an account");
        }
        byte[] bytes = new byte[plan.remaining()];
        plan.duplicate().get(bytes);
        if (!Hash.sha256(bytes).hex().equals(planHash)) {
            return lacking(change, "its plan is not the one that planHash names");
        }
        return new Event.Readied(
                new Ready(
                        change.getChangeId(),
                        KeptChange.bytes(change),
                        change.getCharter().getHash(),
                        judged.getVerdict().name(),
                        Messages.parties(change, account),
                        Optional.ofNullable(judged.getManager()),
                        bytes,
                        planHash));
    }

    private static Event lacking(Change change, String why) {
        return new Event.Lacking(
                change.getChangeId(), KeptChange.bytes(change), change.getCharter().getHash(), why);
    }
}
