package dev.remit.connector.adapter.http;

import dev.remit.connector.domain.Charter.Refusal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Rule;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What a token must be for (RFC 6749, section 3.3), beside the roles of whose it is: a token to
 * read with proposes nothing and takes nothing back, whatever its person may. MCP asks every token
 * for a scope; by REST one that has none of these, as people's browsers and command lines give, is
 * limited by its roles alone. Where no scope is configured, none is asked for.
 */
@Singleton
public class Scopes {
    private final Optional<String> read;
    private final Optional<String> propose;
    private final Caller caller;

    public Scopes(
            @ConfigProperty(name = "remit.mcp.scopes.read") Optional<String> read,
            @ConfigProperty(name = "remit.mcp.scopes.propose") Optional<String> propose,
            Caller caller) {
        this.read = read;
        this.propose = propose;
        this.caller = caller;
    }

    /**
     * Refuses a token that is not to read with; one to propose with is.
     *
     * @throws Problem 403 SCOPE_MISSING
     */
    public void mayRead() {
        if (lacks(read) && (propose.isEmpty() || lacks(propose))) {
            throw missing(read);
        }
    }

    /**
     * Refuses a token that is not to propose with.
     *
     * @throws Problem 403 SCOPE_MISSING
     */
    public void mayPropose() {
        if (lacks(propose)) {
            throw missing(propose);
        }
    }

    /** Who proposes; barred if the token is not to propose with, unless they are already. */
    public Proposer proposing(Proposer by) {
        return by.barred().isEmpty() && lacks(propose) ? by.barred(refusal(propose)) : by;
    }

    /**
     * Why a token that says it is to read with, and not that it is to propose with, proposes
     * nothing.
     */
    Optional<Refusal> readsOnly() {
        return read.filter(each -> caller.scopes().contains(each)).isPresent() && lacks(propose)
                ? Optional.of(refusal(propose))
                : Optional.empty();
    }

    private boolean lacks(Optional<String> scope) {
        return scope.filter(each -> !caller.scopes().contains(each)).isPresent();
    }

    private static Problem missing(Optional<String> scope) {
        Refusal refusal = refusal(scope);
        return Problem.of(refusal.status(), refusal.code(), refusal.detail());
    }

    private static Refusal refusal(Optional<String> scope) {
        return Rule.SCOPE_MISSING.refuses(
                null, "the token has not the scope " + scope.orElse("that is asked for"));
    }
}
