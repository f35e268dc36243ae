package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Charters;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Charter.Refusal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Rule;
import dev.remit.handoff.http.Agents;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who proposes, from the verified token. An AI is known by its client; the person who answers for
 * it is whoever's token it acts with, or whom its registration or the charter that it proposes
 * under names. A client that nobody answers for proposes nothing.
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

    private static final Refusal ROLE_MISSING =
            Rule.ROLE_MISSING.refuses(null, "the caller holds no role for this");
    private static final Refusal AGENT_READS_ONLY =
            Rule.AGENT_READS_ONLY.refuses(
                    null, "this client is registered to read, not to propose");
    private static final Refusal AGENT_MODEL_MISMATCH =
            Rule.AGENT_MODEL_MISMATCH.refuses(
                    "agent.model",
                    "agent.model: is not the one that is registered for this client");

    private final Charters charters;
    private final Caller caller;
    private final Scopes scopes;

    Proposers(Charters charters, Caller caller, Scopes scopes) {
        this.charters = charters;
        this.caller = caller;
        this.scopes = scopes;
    }

    /**
     * Who looks on or takes back, whether or not they say how they came to it.
     *
     * @throws Problem 403 NOBODY_ACCOUNTABLE
     */
    public Proposer caller() {
        Proposer by = by(Optional.empty(), Optional.empty());
        if (by.agent().isPresent() && by.principal().isEmpty()) {
            throw problem(nobodyAccountable());
        }
        return by;
    }

    /**
     * Refuses an AI whose registration lets it only read, and a token that is only to read with.
     *
     * @throws Problem 403 AGENT_READS_ONLY or SCOPE_MISSING
     */
    public void mayPropose() {
        readingOnly()
                .ifPresent(refusal -> {
                    throw problem(refusal);
                });
    }

    /**
     * Who proposes; barred if a rule lets them propose nothing. Such a proposal is refused and
     * recorded like any other that a rule is against.
     *
     * @throws Problem 422 if an AI does not say what it must, or a person says it
     */
    public Proposer proposer(@Nullable Given given) {
        String trace = given == null ? null : given.traceHash();
        String model = given == null ? null : given.model();
        boolean traced = trace != null && trace.matches("[0-9a-f]{64}");
        boolean modelled = model == null || (!model.isBlank() && model.length() <= 100);
        Optional<String> registered = caller.agent().flatMap(Agents.Registered::model);
        Proposer by =
                by(
                        registered.or(() -> Optional.ofNullable(modelled ? model : null)),
                        Optional.ofNullable(traced ? trace : null));
        Optional<Refusal> rule = rule(by);
        if (rule.isPresent()) {
            return by.barred(rule.get());
        }
        if (caller.isPerson()) {
            if (given != null) {
                throw Problem.inField(
                        "agent",
                        "AGENT_UNEXPECTED",
                        "agent: the caller is a person, and no agent is registered for its client");
            }
            return by;
        }
        if (!traced) {
            throw Problem.inField(
                    "agent.traceHash",
                    trace == null ? "FIELD_MISSING" : "FIELD_MISFORMED",
                    "agent.traceHash: must be the SHA-256 of the agent's trace, 64 lower-case hexadecimal digits");
        }
        if (!modelled) {
            throw Problem.inField(
                    "agent.model",
                    "FIELD_MISFORMED",
                    "agent.model: must have from 1 to 100 characters");
        }
        return model != null && registered.filter(known -> !known.equals(model)).isPresent()
                ? by.barred(AGENT_MODEL_MISMATCH)
                : by;
    }

    /** Who asks whether they could propose: without saying how they came to it. */
    Proposer looker() {
        Proposer by = by(Optional.empty(), Optional.empty());
        return rule(by).map(by::barred).orElse(by);
    }

    /** The rule by which this one may propose nothing. */
    private Optional<Refusal> rule(Proposer by) {
        if (!caller.has("proposer")) {
            return Optional.of(ROLE_MISSING);
        }
        Optional<Refusal> reading = readingOnly();
        if (reading.isPresent()) {
            return reading;
        }
        return by.agent().isPresent() && by.principal().isEmpty()
                ? Optional.of(nobodyAccountable())
                : Optional.empty();
    }

    private Optional<Refusal> readingOnly() {
        return caller.agent().filter(agent -> !agent.proposes()).isPresent()
                ? Optional.of(AGENT_READS_ONLY)
                : scopes.readsOnly();
    }

    private Refusal nobodyAccountable() {
        return Rule.NOBODY_ACCOUNTABLE.refuses(
                null, "nobody answers for the client " + caller.client().orElse("unknown"));
    }

    /** A refusal as it is answered. */
    static Problem problem(Refusal refusal) {
        return Problem.of(refusal.status(), refusal.code(), refusal.detail(), refusal.field());
    }

    private Proposer by(Optional<String> model, Optional<String> trace) {
        return (caller.isPerson() ? Proposer.person(caller.id()) : agent(model, trace))
                .in(caller.roles());
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
        Optional<String> registered = caller.agent().flatMap(Agents.Registered::principal);
        Proposer by =
                new Proposer(
                        caller.id(),
                        registered.or(() -> employer.map(Charter::principal)),
                        Optional.of(agent));
        return registered.isEmpty() && employer.isPresent() ? by.ofItsCharters() : by;
    }
}
