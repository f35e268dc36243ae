package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Charters;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposer;
import dev.remit.handoff.http.Agents;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who proposes, from the verified token. An AI is known by its client; the person who answers for
 * it is whoever's token it acts with, or whom its registration or charter names. A client that
 * nobody answers for proposes nothing.
 */
@Singleton
public class Proposers {
    /**
     * What an AI says of itself.
     *
     * @param model the model it runs on; what its registration says stands
     * @param traceHash SHA-256 of its own trace, 64 hexadecimal digits
     */
    public record Given(@Nullable String model, @Nullable String traceHash) {}

    private final Charters charters;
    private final Caller caller;

    Proposers(Charters charters, Caller caller) {
        this.charters = charters;
        this.caller = caller;
    }

    /** Who looks on or takes back, whether or not they say how they came to it. */
    public Proposer caller() {
        return caller.isPerson()
                ? Proposer.person(caller.id())
                : agent(Optional.empty(), Optional.empty());
    }

    /**
     * Refuses an AI whose registration lets it only read.
     *
     * @throws Problem 403 AGENT_READS_ONLY
     */
    public void mayPropose() {
        if (caller.agent().filter(agent -> !agent.proposes()).isPresent()) {
            throw Problem.of(
                    403, "AGENT_READS_ONLY", "this client is registered to read, not to propose");
        }
    }

    /**
     * Who proposes.
     *
     * @throws Problem 422 if an AI does not say what it must, or a person says it; 403 if nobody
     *     answers for the caller
     */
    public Proposer proposer(@Nullable Given given) {
        if (caller.isPerson()) {
            if (given != null) {
                throw Problem.inField(
                        "agent",
                        "AGENT_UNEXPECTED",
                        "agent: the caller is a person, and no agent is registered for its client");
            }
            return Proposer.person(caller.id());
        }
        mayPropose();
        String trace = given == null ? null : given.traceHash();
        if (trace == null || !trace.matches("[0-9a-f]{64}")) {
            throw Problem.inField(
                    "agent.traceHash",
                    trace == null ? "FIELD_MISSING" : "FIELD_MISFORMED",
                    "agent.traceHash: must be the SHA-256 of the agent's trace, 64 lower-case hexadecimal digits");
        }
        String model = given == null ? null : given.model();
        if (model != null && (model.isBlank() || model.length() > 100)) {
            throw Problem.inField(
                    "agent.model",
                    "FIELD_MISFORMED",
                    "agent.model: must have from 1 to 100 characters");
        }
        Optional<String> registered = caller.agent().flatMap(Agents.Registered::model);
        if (model != null && registered.filter(known -> !known.equals(model)).isPresent()) {
            throw Problem.inField(
                    "agent.model",
                    "AGENT_MODEL_MISMATCH",
                    "agent.model: is not the one that is registered for this client");
        }
        return agent(registered.or(() -> Optional.ofNullable(model)), Optional.of(trace));
    }

    private Proposer agent(Optional<String> model, Optional<String> trace) {
        String client = caller.client().orElse("unknown");
        Optional<Charter> employer =
                charters.all().stream()
                        .filter(charter -> charter.employee().equals(caller.id()))
                        .findFirst();
        Proposer.Kind kind =
                caller.agent()
                        .map(agent -> Proposer.Kind.valueOf(agent.kind().name()))
                        .orElse(
                                employer.isPresent()
                                        ? Proposer.Kind.DIGITAL_EMPLOYEE
                                        : Proposer.Kind.COPILOT);
        Agent agent = new Agent(kind, client, model, trace);
        if (!caller.isClient()) {
            return new Proposer(
                    caller.actor().orElse("client:" + client),
                    Optional.of(caller.id()),
                    Optional.of(agent));
        }
        String principal =
                caller.agent()
                        .flatMap(Agents.Registered::principal)
                        .or(() -> employer.map(Charter::principal))
                        .orElseThrow(() ->
                                Problem.of(
                                        403,
                                        "NOBODY_ACCOUNTABLE",
                                        "nobody answers for the client " + client));
        return new Proposer(caller.id(), Optional.of(principal), Optional.of(agent));
    }
}
