package dev.remit.approval.domain;

import java.util.Optional;

/**
 * Who has a part in a change besides those who approve it, by immutable id.
 *
 * @param proposer who proposed it
 * @param principal the person responsible for a digital employee or copilot that proposed it
 * @param account the account that is to be changed; empty if it is not known
 * @param subjectWorker the HR worker it belongs to; empty where it is the subject itself, since
 *     nobody is behind it
 * @param executor who executed it, a person where it was done by hand; empty until it was
 * @param executorWorker that person's HR worker id, as the executor says
 * @param proposerWorker the proposer's HR worker id as the directory had it when the route began:
 *     an account may be gone, or be another's, since; empty if none was known, or in what came
 *     before that was kept
 * @param principalWorker the same of the person responsible
 * @param accountWorker the HR worker that the account to be changed belonged to then
 */
public record Parties(
        String proposer,
        Optional<String> principal,
        String account,
        String subjectWorker,
        Optional<String> executor,
        Optional<String> executorWorker,
        Optional<String> proposerWorker,
        Optional<String> principalWorker,
        Optional<String> accountWorker) {
    /** Nobody has executed it, and nobody was looked up. */
    public Parties(
            String proposer, Optional<String> principal, String account, String subjectWorker) {
        this(
                proposer,
                principal,
                account,
                subjectWorker,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The HR worker whose identity is changed; empty for an account that nobody is behind. */
    Optional<String> worker() {
        return Optional.of(subjectWorker).filter(each -> !each.isEmpty());
    }

    /** The subject as one person. */
    Person subject() {
        return new Person(account, worker());
    }

    /** By which id the change names its subject. */
    public String subjectId() {
        return worker().orElse(account);
    }

    /** The same, executed. */
    public Parties executedBy(Optional<String> by, Optional<String> worker) {
        return new Parties(
                proposer,
                principal,
                account,
                subjectWorker,
                by,
                worker,
                proposerWorker,
                principalWorker,
                accountWorker);
    }

    /** The same, with these HR workers behind the proposal and the account that it changes. */
    public Parties proposedBy(
            Optional<String> worker, Optional<String> responsible, Optional<String> changed) {
        return new Parties(
                proposer,
                principal,
                account,
                subjectWorker,
                executor,
                executorWorker,
                worker,
                responsible,
                changed);
    }

    /** The same, as the directory sees it now; who was known before stays who they were. */
    Parties seen(String target, Known known) {
        return proposedBy(
                proposerWorker.or(() -> known.person(proposer).worker()),
                principalWorker.or(() -> principal.flatMap(id -> known.person(id).worker())),
                accountWorker.or(() ->
                        known.accounts(Concern.target(target, account)).stream()
                                .flatMap(each -> each.workerId().stream())
                                .findFirst()));
    }
}
