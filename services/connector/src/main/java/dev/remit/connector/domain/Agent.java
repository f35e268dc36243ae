package dev.remit.connector.domain;

import java.util.Optional;

/**
 * The AI behind a proposal.
 *
 * @param client the OAuth client whose token proposed
 * @param model the model as registered for the client, or as the agent names it
 * @param traceHash SHA-256 of the agent's own trace, 64 hexadecimal digits
 */
public record Agent(
        Proposer.Kind kind, String client, Optional<String> model, Optional<String> traceHash) {}
