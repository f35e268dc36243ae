package dev.remit.approval.domain;

import dev.remit.approval.domain.Duty.Part;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who plays which part in a change, as people and not as accounts. */
final class Cast {
    private final Map<Part, List<Person>> parts = new EnumMap<>(Part.class);

    private final Set<String> agents = new HashSet<>();

    private Cast() {}

    /**
     * The cast before and while a stage is decided.
     *
     * @param stage the stage whose own approvers do not count; none of them does before a route
     *     opens, all do where it is negative
     */
    static Cast of(Ready ready, Charter charter, List<Decision> decisions, int stage, Known known) {
        Cast cast = new Cast();
        Parties parties = ready.parties();
        cast.add(Part.PROPOSER, known.person(parties.proposer()));
        // an account may be gone, or be another's, since
        parties.proposerWorker()
                .map(worker -> new Person(parties.proposer(), Optional.of(worker)))
                .ifPresent(person -> cast.add(Part.PROPOSER, person));
        parties.principal()
                .ifPresent(id -> {
                    cast.add(Part.PRINCIPAL, known.person(id));
                    parties.principalWorker()
                            .map(worker -> new Person(id, Optional.of(worker)))
                            .ifPresent(person -> cast.add(Part.PRINCIPAL, person));
                });
        cast.add(Part.SUBJECT, parties.subject());
        // who answers for the account is not who it is, and may approve; whose it is by now may not
        Duties.otherWorker(ready, known.people())
                .map(worker -> new Person(parties.account(), Optional.of(worker)))
                .ifPresent(person -> cast.add(Part.SUBJECT, person));
        charter.agents()
                .forEach((agent, principal) -> {
                    Person person = known.person(principal);
                    // the charter says so, whomever the proposal names
                    if (agent.equals(parties.proposer())) {
                        cast.add(Part.PRINCIPAL, person);
                    }
                    if (cast.plays(Part.PROPOSER, person) || cast.plays(Part.PRINCIPAL, person)) {
                        cast.agents.add(agent);
                    }
                });
        known.executors().forEach(id -> cast.add(Part.EXECUTOR, known.person(id)));
        parties.executor()
                .ifPresent(id -> {
                    cast.add(Part.EXECUTOR, known.person(id));
                    cast.add(Part.EXECUTOR, new Person(id, parties.executorWorker()));
                });
        if (!charter.owner().isEmpty()) {
            cast.add(Part.OWNER, known.person(charter.owner()));
        }
        decisions.stream()
                .filter(each -> each.kind() == Decision.Kind.APPROVED && each.stage() != stage)
                .filter(each -> each.by().filter(id -> !isRule(id)).isPresent())
                .forEach(each -> {
                    cast.add(Part.APPROVER, each.by().orElseThrow(), each.worker(), known);
                    each.onBehalfOf()
                            .ifPresent(id ->
                                    cast.add(Part.DELEGATOR, id, each.delegatorWorker(), known));
                });
        return cast;
    }

    /** Who they were when they decided, and who they are known to be since. */
    private void add(Part part, String id, Optional<String> worker, Known known) {
        worker.ifPresent(then -> add(part, new Person(id, Optional.of(then))));
        Person now = known.person(id);
        if (worker.isEmpty() || now.worker().isPresent()) {
            add(part, now);
        }
    }

    /** Whether this is an AI of the one who proposed the change, or is responsible for it. */
    boolean isAgent(String id) {
        return agents.contains(id);
    }

    List<Person> all(Part part) {
        return parts.getOrDefault(part, List.of());
    }

    boolean plays(Part part, Person person) {
        return all(part).stream().anyMatch(person::isSame);
    }

    private void add(Part part, Person person) {
        List<Person> all = parts.computeIfAbsent(part, _ -> new ArrayList<>());
        if (!all.contains(person)) {
            all.add(person);
        }
    }

    private static boolean isRule(String id) {
        return id.startsWith(Charter.Policy.PREFIX);
    }
}
