package dev.remit.approval.domain;

import dev.remit.approval.domain.Duty.Demand;
import dev.remit.approval.domain.Duty.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Someone who may not execute an authorized change: if they did, the ledger could never close it.
 *
 * @param person immutable id
 * @param rule the rule, by name and version
 * @param reason which part they play already, in words
 * @param worker their HR worker id, as far as it is known: no other account of theirs may either
 */
public record BarredExecutor(String person, String rule, String reason, Optional<String> worker) {
    /**
     * The rules that no charter can lift, by an exception neither: who proposed it, is responsible
     * for the AI that did, is its subject or approved it does not execute it.
     */
    private static final String HARD = "separation-of-duties@1";

    /**
     * Everybody who may not, and by which rule first.
     *
     * @param decisions all of the route
     */
    static List<BarredExecutor> of(
            Ready ready, Charter charter, List<Decision> decisions, Known known) {
        Cast cast = Cast.of(ready, charter, decisions, -1, known);
        List<BarredExecutor> barred = new ArrayList<>();
        for (Part part :
                List.of(
                        Part.PROPOSER,
                        Part.PRINCIPAL,
                        Part.SUBJECT,
                        Part.APPROVER,
                        Part.DELEGATOR)) {
            cast.all(part).forEach(person -> add(barred, person, HARD, part));
        }
        for (Duty duty : charter.duties()) {
            if (duty.demand() instanceof Demand.Apart(Part one, Part other)
                    && (one == Part.EXECUTOR) != (other == Part.EXECUTOR)) {
                Part part = one == Part.EXECUTOR ? other : one;
                cast.all(part).stream()
                        .filter(person -> !duty.spares(person, known.now()))
                        .forEach(person -> add(barred, person, duty.rule().id(), part));
            }
        }
        return List.copyOf(barred);
    }

    private static void add(List<BarredExecutor> barred, Person person, String rule, Part part) {
        if (!person.id().isEmpty()
                && barred.stream()
                        .noneMatch(each ->
                                each.person().equals(person.id())
                                        && (person.worker().isEmpty()
                                                || each.worker().equals(person.worker())))) {
            barred.add(new BarredExecutor(person.id(), rule, words(part), person.worker()));
        }
    }

    private static String words(Part part) {
        return switch (part) {
            case PROPOSER -> "proposed it";
            case PRINCIPAL -> "is responsible for the AI that proposed it";
            case SUBJECT -> "is its subject";
            case APPROVER -> "approved it";
            case DELEGATOR -> "had it approved in their place";
            case EXECUTOR -> "executes it";
            case OWNER -> "owns the charter";
        };
    }
}
