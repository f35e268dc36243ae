package dev.remit.readiness.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import dev.remit.readiness.application.Facts.Inquiry;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Event;
import dev.remit.readiness.domain.Outcome;
import dev.remit.readiness.domain.Outcome.Happened;
import dev.remit.readiness.domain.Outcome.Refused;
import dev.remit.readiness.domain.Proposal;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Readiness.Held;
import dev.remit.readiness.domain.Withdrawal;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Changes were proposed, or something became known that held changes wait for. What a batch tells
 * is taken in before anything is judged, so the order within the batch does not matter.
 */
@Singleton
public class JudgeReadiness implements Receiver {
    /** Held changes that are judged in one go. */
    static final int PAGE = 500;

    /** Pages of one transaction; what is left is due at once and found by {@link LookAgain}. */
    static final int PAGES = 4;

    private static final UUID FIRST = new UUID(0, 0);

    private final Readinesses readinesses;
    private final Facts facts;
    private final Letters letters;
    private final Judging judging;

    JudgeReadiness(Readinesses readinesses, Facts facts, Letters letters, Judging judging) {
        this.readinesses = readinesses;
        this.facts = facts;
        this.letters = letters;
        this.judging = judging;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        Map<UUID, Withdrawal> withdrawals = new LinkedHashMap<>();
        letters.withdrawals(batch).forEach(each -> withdrawals.putIfAbsent(each.change(), each));
        return facts.take(batch)
                .chain(news ->
                        news.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : again(news, FIRST, 1, outbox))
                .chain(() -> begin(letters.proposals(batch), withdrawals, batch, outbox))
                .chain(() -> withdraw(withdrawals, outbox));
    }

    /**
     * A withdrawal may come before its proposal: that one was set aside and is replayed later, or
     * was published late. So what is not known here is remembered as taken back.
     */
    private Uni<Void> withdraw(Map<UUID, Withdrawal> withdrawals, Outbox outbox) {
        if (withdrawals.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        // one that entered the mesh with nothing before it belongs to no change that is locked
        return outbox.lock(withdrawals.keySet())
                .chain(() -> readinesses.load(withdrawals.keySet()))
                .map(known ->
                        withdrawals.values().stream()
                                .map(each ->
                                        Readiness.decide(
                                                known.getOrDefault(
                                                        each.change(), new Readiness.New()),
                                                new Event.Withdrawn(each)))
                                .toList())
                .invoke(outcomes -> judging.settle(outcomes, outbox))
                .replaceWithVoid();
    }

    /** Ids first, in ascending order, so that replicas lock in the same order; then lock, load. */
    private Uni<Void> again(Map<Concern, UUID> news, UUID after, int page, Outbox outbox) {
        return readinesses
                .waitingFor(news.keySet(), after, PAGE)
                .chain(ids -> {
                    if (ids.isEmpty()) {
                        return Uni.createFrom().voidItem();
                    }
                    Uni<Void> judged =
                            outbox.lock(ids)
                                    .chain(() -> readinesses.load(ids))
                                    .chain(kept ->
                                            judging.again(
                                                    kept.values().stream()
                                                            .filter(Held.class::isInstance)
                                                            .map(Held.class::cast)
                                                            .toList(),
                                                    held -> cause(held, news),
                                                    outbox.now()))
                                    .invoke(outcomes -> judging.settle(outcomes, outbox))
                                    .replaceWithVoid();
                    if (ids.size() < PAGE) {
                        return judged;
                    }
                    return judged.chain(() ->
                            page == PAGES
                                    ? readinesses.lookAtOnce(
                                            news.keySet(), ids.getLast(), outbox.now())
                                    : again(news, ids.getLast(), page + 1, outbox));
                });
    }

    private static Optional<UUID> cause(Held held, Map<Concern, UUID> news) {
        return held.waitsFor().stream().map(news::get).filter(Objects::nonNull).findFirst();
    }

    private Uni<Void> begin(
            List<Proposal> proposals,
            Map<UUID, Withdrawal> withdrawals,
            List<Received> batch,
            Outbox outbox) {
        if (proposals.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return Uni.combine()
                .all()
                .unis(
                        readinesses.load(proposals.stream().map(Proposal::change).toList()),
                        facts.about(
                                proposals.stream()
                                        .map(each -> new Inquiry(each.request(), Map.of()))
                                        .toList(),
                                outbox.now()))
                .with((kept, known) ->
                        decide(proposals, standing(kept, withdrawals), known, batch, outbox))
                .invoke(outcomes -> judging.settle(outcomes, outbox))
                .replaceWithVoid();
    }

    /** What this very batch takes back is not judged first. */
    private static Map<UUID, Readiness> standing(
            Map<UUID, Readiness> known, Map<UUID, Withdrawal> withdrawals) {
        Map<UUID, Readiness> standing = new HashMap<>();
        withdrawals.forEach((change, each) -> standing.put(change, new Readiness.TakenBack(each)));
        standing.putAll(known);
        return standing;
    }

    private List<Outcome> decide(
            List<Proposal> proposals,
            Map<UUID, Readiness> readiness,
            Facts.Findings known,
            List<Received> batch,
            Outbox outbox) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Proposal proposal : proposals) {
            UUID change = proposal.change();
            Outcome outcome =
                    Readiness.decide(
                            readiness.getOrDefault(change, new Readiness.New()),
                            new Event.Proposed(proposal, known.of(change)));
            outcomes.add(outcome);
            switch (outcome) {
                case Happened happened -> readiness.put(change, happened.readiness());
                case Refused refused ->
                        batch.stream()
                                .filter(each -> each.envelope().id().equals(proposal.message()))
                                .forEach(each -> letters.setAside(each, refused, outbox));
                case Outcome.AlreadyDone _, Outcome.Remembered _ -> {}
            }
        }
        return outcomes;
    }
}
