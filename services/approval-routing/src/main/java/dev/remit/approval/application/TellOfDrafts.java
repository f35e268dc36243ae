package dev.remit.approval.application;

import dev.remit.approval.application.Readings.Draft;
import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A draft of a charter waits in the connector: those who may approve it are told, once. */
@Singleton
class TellOfDrafts {
    /** Who may be the second person to approve a charter (decision 14). */
    private static final List<String> SECOND = List.of("admin", "approver");

    private final People people;
    private final Notices notices;

    TellOfDrafts(People people, Notices notices) {
        this.people = people;
        this.notices = notices;
    }

    /**
     * Whoever the connector would let approve a draft is told, as it judges: its owner, by the
     * account that the charter names alone, and for a second person everybody else in use with one
     * of the roles; never who drafted it. Where nobody knows the owner an admin stands in for them,
     * and a second person is needed. That only tells: who may, the connector decides when they try.
     */
    Uni<Void> tell(List<Draft> drafts, Outbox outbox) {
        if (drafts.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Set<Concern> wanted = new HashSet<>();
        SECOND.forEach(role -> wanted.add(Concern.role(role)));
        drafts.forEach(
                draft -> draft.owner().ifPresent(owner -> wanted.add(Concern.account(owner))));
        return people.behind(wanted)
                .chain(found -> {
                    List<Notices.Notice> told = new ArrayList<>();
                    for (Draft draft : drafts) {
                        Optional<Account> owner =
                                draft.owner()
                                        .flatMap(id ->
                                                found
                                                        .getOrDefault(
                                                                Concern.account(id), List.of())
                                                        .stream()
                                                        .filter(each -> each.workerId().isPresent())
                                                        .findFirst());
                        boolean second =
                                draft.second() || (draft.owner().isPresent() && owner.isEmpty());
                        Set<String> asked =
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
                                                        .filter(each -> !isOther(each, owner)))
                                        .filter(Account::enabled)
                                        .filter(each -> !draft.drafter().contains(each.id()))
                                        .filter(each ->
                                                each.workerId()
                                                        .filter(draft.drafter()::contains)
                                                        .isEmpty())
                                        .map(Account::id)
                                        .collect(Collectors.toSet());
                        told.addAll(
                                Notices.ofDraft(draft.id(), asked, draft.until(), outbox.now()));
                    }
                    return told.isEmpty() ? Uni.createFrom().voidItem() : notices.add(told);
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
