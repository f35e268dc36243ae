package dev.remit.connector.domain;

import dev.remit.connector.domain.Charter.Refusal;
import java.util.Optional;
import java.util.Set;

/**
 * Who proposes, from a verified token. Whatever proposes, a person is responsible.
 *
 * @param id immutable id
 * @param principal the person responsible, for an AI; empty for a person
 * @param agent the AI; empty when a person proposes alone
 * @param barred the rule by which this one may propose nothing at all, if one is against it
 * @param roles what the token says; a charter asks for one of them
 * @param byCharter whether nothing but the charters that name it says who answers for it: for each
 *     change the one under which it is proposed
 */
public record Proposer(
        String id,
        Optional<String> principal,
        Optional<Agent> agent,
        Optional<Refusal> barred,
        Set<String> roles,
        boolean byCharter) {
    /** What proposes. */
    public enum Kind {
        HUMAN,
        COPILOT,
        DIGITAL_EMPLOYEE
    }

    public Proposer(String id, Optional<String> principal, Optional<Agent> agent) {
        this(id, principal, agent, Optional.empty(), Set.of(), false);
    }

    public static Proposer person(String id) {
        return new Proposer(id, Optional.empty(), Optional.empty());
    }

    /** The same, who may propose nothing. */
    public Proposer barred(Refusal rule) {
        return new Proposer(id, principal, agent, Optional.of(rule), roles, byCharter);
    }

    /** The same, with these roles. */
    public Proposer in(Set<String> held) {
        return new Proposer(id, principal, agent, barred, Set.copyOf(held), byCharter);
    }

    /** The same, for whom its charters alone say who answers. */
    public Proposer ofItsCharters() {
        return new Proposer(id, principal, agent, barred, roles, true);
    }

    /** What this is: without a principal, a person. */
    public Kind kind() {
        return agent.map(Agent::kind)
                .orElse(principal.isPresent() ? Kind.DIGITAL_EMPLOYEE : Kind.HUMAN);
    }

    /** Whether someone with this id proposed it or answers for it. */
    public boolean answersTo(String person) {
        return id.equals(person) || principal.filter(person::equals).isPresent();
    }
}
