package dev.remit.handoff.halt;

import dev.remit.handoff.KeptChange;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Agent;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.Scope;
import dev.remit.wire.v1.ScopeKind;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The scopes that a halt can have, as text: {@code mesh}, {@code charter/<name>}, {@code
 * version/<hash of the document>}, {@code agent/<immutable id or OAuth client>}. A demotion is kept
 * like a halt, of the scope {@code own/<charter>}, which no change is in: it takes only mode OWN
 * away. A change is in several of them; it is halted while one of them is.
 */
public final class Scopes {
    /** Everything. */
    public static final String MESH = "mesh";

    private static final String CHARTER = "charter/";
    private static final String VERSION = "version/";
    private static final String AGENT = "agent/";
    private static final String OWN = "own/";

    private Scopes() {}

    public static String charter(String name) {
        return CHARTER + name;
    }

    public static String version(String hash) {
        return VERSION + hash;
    }

    public static String agent(String id) {
        return AGENT + id;
    }

    /** What a digital employee owns under a charter; see {@code EmployeeDemoted}. */
    public static String own(String charter) {
        return OWN + charter;
    }

    /** Whether a scope is of a demotion, not of a halt. */
    public static boolean isOwn(String scope) {
        return scope.startsWith(OWN);
    }

    /** What a digital employee would own of a change that is in these scopes. */
    public static Set<String> own(Set<String> scopes) {
        Set<String> own = new LinkedHashSet<>();
        for (String scope : scopes) {
            if (scope.startsWith(CHARTER)) {
                own.add(own(scope.substring(CHARTER.length())));
            }
        }
        return own;
    }

    /**
     * The scopes that a change is in.
     *
     * @param kept the change as services keep it, see {@link KeptChange}
     */
    public static Set<String> of(byte[] kept) {
        return of(KeptChange.read(kept));
    }

    /** The scopes that a change is in. What proposed it is in one if it is not plainly a person. */
    public static Set<String> of(Change change) {
        Set<String> scopes = new LinkedHashSet<>();
        scopes.add(MESH);
        scopes.add(charter(change.getCharter().getName()));
        scopes.add(version(change.getCharter().getHash()));
        Actor proposer = change.getProposer();
        if (proposer.getKind() != ActorKind.HUMAN) {
            scopes.add(agent(proposer.getId()));
        }
        Agent agent = change.getAgent();
        if (agent != null) {
            scopes.add(agent(agent.getClient()));
        }
        return scopes;
    }

    /**
     * A scope as it travels.
     *
     * @throws IllegalArgumentException if the text is no scope
     */
    public static Scope wire(String scope) {
        if (scope.equals(MESH)) {
            return new Scope(ScopeKind.MESH, "");
        }
        String of = scope.substring(scope.indexOf('/') + 1);
        if (scope.startsWith(CHARTER)) {
            return new Scope(ScopeKind.CHARTER, of);
        }
        if (scope.startsWith(VERSION)) {
            return new Scope(ScopeKind.CHARTER_VERSION, of);
        }
        if (scope.startsWith(AGENT)) {
            return new Scope(ScopeKind.AGENT, of);
        }
        throw new IllegalArgumentException("not a scope: " + scope);
    }

    /** A scope of the wire; empty for a kind that this build does not know. */
    static Optional<String> of(Scope scope) {
        return switch (scope.getKind()) {
            case MESH -> Optional.of(MESH);
            case CHARTER -> Optional.of(charter(scope.getOf()));
            case CHARTER_VERSION -> Optional.of(version(scope.getOf()));
            case AGENT -> Optional.of(agent(scope.getOf()));
            case UNKNOWN -> Optional.empty();
        };
    }
}
