package dev.remit.approval.adapter.kafka;

import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.application.Charters;
import dev.remit.approval.application.Readings;
import dev.remit.approval.application.Removals;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Fact;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDecision;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.FactState;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.Withdrawal;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads what approval-routing receives. */
@Singleton
public class KafkaReadings implements Readings {
    private static final String OWNER = ".owner";

    private final String people;

    public KafkaReadings(@ConfigProperty(name = "remit.people.system") String people) {
        this.people = people;
    }

    @Override
    public Reading of(Received received) {
        return switch (received.message()) {
            case ReadinessJudged judged -> judged(judged);
            case ChangeExecuted executed ->
                    new Reading.Reports(
                            executed.getChangeId(),
                            new Event.Executed(
                                    executed.getOutcome() != ExecutionOutcome.REFUSED,
                                    executed.getOutcome() == ExecutionOutcome.SUCCEEDED,
                                    executed.getExecutor().getId(),
                                    Optional.ofNullable(executed.getExecutorWorker())));
            case GrantEnded ended ->
                    new Reading.Reports(ended.getChangeId(), new Event.GrantEnded());
            case CharterDrafted drafted -> new Reading.Drafted(draft(drafted));
            case CharterDecided decided ->
                    decided.getDecision() == CharterDecision.APPROVED
                            ? new Reading.Nothing()
                            : new Reading.DraftEnded(decided.getDraftId());
            case CharterPublished published -> published(published);
            default -> new Reading.Nothing();
        };
    }

    private static Reading published(CharterPublished published) {
        UUID draft = published.getDraftId();
        return draft == null ? new Reading.Nothing() : new Reading.DraftEnded(draft);
    }

    private static Draft draft(CharterDrafted drafted) {
        Set<String> drafter = new HashSet<>();
        if (drafted.getDraftedBy().getKind() == ActorKind.HUMAN) {
            drafter.add(drafted.getDraftedBy().getId());
        }
        String worker = drafted.getWorker();
        if (worker != null) {
            drafter.add(worker);
        }
        return new Draft(
                drafted.getDraftId(),
                drafter,
                drafted.getNeeds().contains(CharterPart.OWNER)
                        ? Optional.of(drafted.getOwner())
                        : Optional.empty(),
                drafted.getNeeds().contains(CharterPart.SECOND),
                drafted.getExpiresAt());
    }

    private static Reading judged(ReadinessJudged judged) {
        return switch (judged.getVerdict()) {
            case HELD, HALTED -> new Reading.Nothing();
            case WITHDRAWN -> withdrawn(judged);
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
                    account(observed, concerns);
                }
                case CharterPublished published ->
                        concerns.add(Concern.charter(published.getCharter().getHash()));
                case AuthorityResumed _ -> concerns.add(Concern.halts());
                default -> {}
            }
        }
        return concerns;
    }

    @Override
    public List<Charters.Published> published(List<Received> batch) {
        return batch.stream()
                .map(Received::message)
                .filter(CharterPublished.class::isInstance)
                .map(CharterPublished.class::cast)
                .map(each ->
                        new Charters.Published(
                                each.getCharter().getName(),
                                each.getCharter().getHash(),
                                each.getPublishedAt()))
                .toList();
    }

    @Override
    public Removals.Observed observed(List<Received> batch) {
        Set<String> systems = new HashSet<>();
        Set<Removals.Holder> accounts = new HashSet<>();
        for (Received received : batch) {
            if (received.message() instanceof IdentityObserved observed) {
                switch (observed.getKind()) {
                    case SOURCE_SYNCED -> systems.add(observed.getSource());
                    case SNAPSHOT, REMOVED ->
                            accounts.add(
                                    new Removals.Holder(
                                            observed.getSubject().getSystem(),
                                            observed.getSubject().getId()));
                    case WORKER_EVENT, ACTIVITY, UNKNOWN -> {}
                }
            }
        }
        return new Removals.Observed(systems, accounts);
    }

    private void account(IdentityObserved observed, Set<Concern> concerns) {
        switch (observed.getKind()) {
            case SNAPSHOT, REMOVED -> {
                String system = observed.getSubject().getSystem();
                concerns.add(Concern.target(system, observed.getSubject().getId()));
                AccountFacts facts = observed.getAccount();
                if (facts != null && facts.getEnabled()) {
                    facts.getGroups()
                            .forEach(group ->
                                    concerns.add(Concern.holders(system, group.getPath())));
                }
                if (facts != null && facts.getWorkerId() != null) {
                    concerns.add(Concern.person(facts.getWorkerId()));
                }
                if (!system.equals(people)) {
                    return;
                }
                concerns.add(Concern.account(observed.getSubject().getId()));
                if (facts != null) {
                    facts.getGroups()
                            .forEach(group -> concerns.add(Concern.group(group.getPath())));
                    facts.getRoles().forEach(role -> concerns.add(Concern.role(role)));
                    String worker = facts.getWorkerId();
                    if (worker != null) {
                        concerns.add(Concern.worker(worker));
                    }
                }
            }
            case WORKER_EVENT, ACTIVITY, SOURCE_SYNCED, UNKNOWN -> {}
        }
    }

    /** Who may take a change back was judged where it was taken back. */
    private static Reading withdrawn(ReadinessJudged judged) {
        Withdrawal withdrawal = judged.getWithdrawal();
        return withdrawal == null
                ? new Reading.Unreadable(
                        "WITHDRAWAL_MISSING",
                        "withdrawal: is missing where the verdict is WITHDRAWN")
                : new Reading.Says(
                        judged.getChange().getChangeId(),
                        new Event.Withdrawn(
                                withdrawal.getBy().getId(),
                                withdrawal.getReason(),
                                Optional.empty()));
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
                        Messages.about(change),
                        change.getCharter().getHash(),
                        judged.getVerdict().name(),
                        states(judged),
                        found(judged),
                        Map.of(),
                        Map.of(),
                        owners(judged),
                        Messages.parties(change, account),
                        Optional.ofNullable(judged.getManager()),
                        Optional.empty(),
                        bytes,
                        planHash,
                        JsonPlan.effect(bytes)));
    }

    private static Map<String, String> states(ReadinessJudged judged) {
        Map<String, String> states = new HashMap<>();
        judged.getFacts().forEach(fact -> states.put(fact.getName(), fact.getState().name()));
        return Map.copyOf(states);
    }

    private static Map<String, Fact> found(ReadinessJudged judged) {
        Map<String, Fact> found = new HashMap<>();
        judged.getFacts()
                .forEach(fact ->
                        found.put(
                                fact.getName(),
                                new Fact(
                                        Optional.ofNullable(fact.getValue()),
                                        fact.getSource(),
                                        Optional.ofNullable(fact.getObservedAt()))));
        return Map.copyOf(found);
    }

    /** What facts named {@code <what>.owner} say, where they hold; ids separated by commas. */
    private static Map<String, List<String>> owners(ReadinessJudged judged) {
        Map<String, List<String>> owners = new HashMap<>();
        for (FactJudgement fact : judged.getFacts()) {
            String value = fact.getValue();
            if (fact.getName().endsWith(OWNER)
                    && fact.getState() == FactState.PRESENT
                    && value != null) {
                owners.put(
                        fact.getName().substring(0, fact.getName().length() - OWNER.length()),
                        Stream.of(value.split(",", -1))
                                .map(String::strip)
                                .filter(id -> !id.isEmpty())
                                .toList());
            }
        }
        return Map.copyOf(owners);
    }

    private static Event lacking(Change change, String why) {
        return new Event.Lacking(
                change.getChangeId(),
                KeptChange.bytes(change),
                change.getCharter().getHash(),
                Messages.parties(change, ""),
                why);
    }
}
