package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A change whose data is fit, with the one plan that may be approved.
 *
 * @param kept the change as it was proposed, to be handed on unaltered
 * @param verdict the readiness verdict, READY or ENRICHED; empty if it is not known any more, and
 *     then no rule applies
 * @param facts name of each readiness fact to its state, for example PRESENT
 * @param found what was found of each fact; empty in what came before that was kept
 * @param labels names at the time of those that it speaks of, by immutable id; to show only
 * @param workers the HR worker of each account that readiness names, as the directory had it when
 *     the route began, by the account's id
 * @param owners immutable account ids of the owners that readiness facts name, by what they own
 * @param parties who has a part in it already; nobody has approved yet
 * @param manager immutable id of the manager's account, if one was found
 * @param managerWorker the manager's HR worker id as the directory had it when the route began;
 *     empty text if it had none, nothing before the route began
 * @param planHash SHA-256 of the plan, lower-case hex
 * @param effect what the plan does to what is held
 */
public record Ready(
        UUID change,
        byte[] kept,
        About about,
        String charterHash,
        String verdict,
        Map<String, String> facts,
        Map<String, Fact> found,
        Map<String, String> labels,
        Map<String, String> workers,
        Map<String, List<String>> owners,
        Parties parties,
        Optional<String> manager,
        Optional<String> managerWorker,
        byte[] plan,
        String planHash,
        Effect effect) {
    /** One of whose facts only the states are known. */
    public Ready(
            UUID change,
            byte[] kept,
            About about,
            String charterHash,
            String verdict,
            Map<String, String> facts,
            Map<String, List<String>> owners,
            Parties parties,
            Optional<String> manager,
            Optional<String> managerWorker,
            byte[] plan,
            String planHash,
            Effect effect) {
        this(
                change,
                kept,
                about,
                charterHash,
                verdict,
                facts,
                Map.of(),
                Map.of(),
                Map.of(),
                owners,
                parties,
                manager,
                managerWorker,
                plan,
                planHash,
                effect);
    }

    /**
     * The same, as the directory sees it when the route begins: the manager, who proposed it, and
     * the names.
     */
    Ready seen(Known known) {
        Map<String, String> names = new HashMap<>();
        Stream.concat(Stream.of(parties.proposer()), parties.principal().stream())
                .flatMap(id -> known.account(id).stream())
                .forEach(each -> names.put(each.id(), each.label()));
        known.accounts(Concern.target(about.target(), parties.account()))
                .forEach(each -> names.put(each.id(), each.label()));
        return with(
                Map.copyOf(names),
                named(known),
                parties.seen(about.target(), known),
                // who becomes the manager while it is held takes over from whom readiness named
                managerWorker.or(
                        () -> Optional.of(Resolution.managerOf(this, known.people()).orElse(""))),
                plan,
                planHash,
                effect);
    }

    /** Who was known before stays who they were. */
    private Map<String, String> named(Known known) {
        Map<String, String> all = new HashMap<>(workers);
        Stream.concat(manager.stream(), owners.values().stream().flatMap(List::stream))
                .forEach(id ->
                        known.account(id)
                                .flatMap(Account::workerId)
                                .ifPresent(worker -> all.putIfAbsent(id, worker)));
        return Map.copyOf(all);
    }

    /** The same with another plan. */
    Ready amended(Amending.Amended.Plan to) {
        return with(labels, workers, parties, managerWorker, to.bytes(), to.hash(), to.effect());
    }

    /** The same, executed. */
    Ready executedBy(String by, Optional<String> worker) {
        return with(
                labels,
                workers,
                parties.executedBy(Optional.of(by), worker),
                managerWorker,
                plan,
                planHash,
                effect);
    }

    private Ready with(
            Map<String, String> names,
            Map<String, String> belongings,
            Parties who,
            Optional<String> worker,
            byte[] bytes,
            String hash,
            Effect does) {
        return new Ready(
                change,
                kept,
                about,
                charterHash,
                verdict,
                facts,
                found,
                names,
                belongings,
                owners,
                who,
                manager,
                worker,
                bytes,
                hash,
                does);
    }
}
