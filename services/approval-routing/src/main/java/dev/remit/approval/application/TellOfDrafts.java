package dev.remit.approval.application;

import dev.remit.approval.application.Readings.Draft;
import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * A draft of a charter waits in the connector: those who may approve it are told, once each, and
 * who is not known yet once they are.
 */
@Singleton
class TellOfDrafts {
    /** Who may be the second person to approve a charter (decision 14). */
    private static final List<String> SECOND = List.of("admin", "approver");

    /** One look takes in no more. */
    private static final int PAGE = 50;

    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(TellOfDrafts.class);

    private final Drafts drafts;
    private final Handoffs handoffs;
    private final People people;
    private final Notices notices;

    TellOfDrafts(Drafts drafts, Handoffs handoffs, People people, Notices notices) {
        this.drafts = drafts;
        this.handoffs = handoffs;
        this.people = people;
        this.notices = notices;
    }

    /** These wait from now on. */
    Uni<Void> tell(List<Draft> fresh, Outbox outbox) {
        List<Draft> asking =
                fresh.stream().filter(each -> each.owner().isPresent() || each.second()).toList();
        return asking.isEmpty()
                ? Uni.createFrom().voidItem()
                : drafts.add(asking).chain(() -> look(outbox));
    }

    /** These ended: nobody is told of them any more. */
    Uni<Void> end(Collection<UUID> ended) {
        return ended.isEmpty() ? Uni.createFrom().voidItem() : drafts.end(ended);
    }

    /** Somebody may have become known since; any replica looks, a draft's lock keeps it to one. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> lookAgain() {
        return handoffs.transact(List.of(), this::look)
                .onFailure()
                .invoke(failure -> LOG.warnf("who may approve drafts is told later: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> look(Outbox outbox) {
        return drafts.due(outbox.now().minus(AGAIN), outbox.now(), PAGE)
                .chain(open -> open.isEmpty() ? Uni.createFrom().voidItem() : told(open, outbox));
    }

    /**
     * Whoever the connector would let approve a draft is told, as it judges: its owner, by the
     * account that the charter names alone, and for a second person everybody else in use with one
     * of the roles; never who drafted it. Where nobody knows the owner an admin stands in for them,
     * and a second person is needed. That only tells: who may, the connector decides when they try.
     */
    private Uni<Void> told(List<Drafts.Open> open, Outbox outbox) {
        Set<Concern> wanted = new HashSet<>();
        SECOND.forEach(role -> wanted.add(Concern.role(role)));
        open.forEach(each ->
                each.draft().owner().ifPresent(owner -> wanted.add(Concern.account(owner))));
        return people.behind(wanted)
                .chain(found -> {
                    List<Notices.Notice> told = new ArrayList<>();
                    Map<UUID, Set<String>> all = new HashMap<>();
                    for (Drafts.Open each : open) {
                        Draft draft = each.draft();
                        Optional<Account> owner =
                                draft.owner()
                                        .flatMap(id ->
                                                found
                                                        .getOrDefault(
                                                                Concern.account(id), List.of())
                                                        .stream()
                                                        .filter(one -> one.workerId().isPresent())
                                                        .findFirst());
                        boolean second =
                                draft.second() || (draft.owner().isPresent() && owner.isEmpty());
                        Set<String> fresh =
                                Stream.concat(
                                                owner.stream(),
                                                SECOND.stream()
                                                        .filter(_ -> second)
                                                        .map(Concern::role)
                                                        .flatMap(role ->
                                                                found
                                                                        .getOrDefault(
                                                                                role, List.of())
                                                                        .stream())
                                                        .filter(one -> !isOther(one, owner)))
                                        .filter(Account::enabled)
                                        .filter(one -> !draft.drafter().contains(one.id()))
                                        .filter(one ->
                                                one.workerId()
                                                        .filter(draft.drafter()::contains)
                                                        .isEmpty())
                                        .map(Account::id)
                                        .filter(id -> !each.told().contains(id))
                                        .collect(Collectors.toSet());
                        told.addAll(
                                Notices.ofDraft(draft.id(), fresh, draft.until(), outbox.now()));
                        Set<String> everybody = new HashSet<>(each.told());
                        everybody.addAll(fresh);
                        all.put(draft.id(), everybody);
                    }
                    return (told.isEmpty() ? Uni.createFrom().voidItem() : notices.add(told))
                            .chain(() -> drafts.looked(all, outbox.now()));
                });
    }

    /** Another account of the owner, with which they approve nothing. */
    private static boolean isOther(Account account, Optional<Account> owner) {
        return owner.filter(each -> !each.id().equals(account.id()))
                .flatMap(Account::workerId)
                .filter(worker -> account.workerId().filter(worker::equals).isPresent())
                .isPresent();
    }
}
