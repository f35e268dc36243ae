package dev.remit.connector.application;

import dev.remit.connector.application.ObservedAccounts.Holding;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** Someone asks whose an account is and who answers for it, or whom a resource belongs to. */
@Singleton
public class FindOwner {
    /**
     * What is known.
     *
     * @param worker the HR worker id that an account carries; empty for a resource, and for an
     *     account of nobody, a service's for example
     * @param owner who answers for it: of an account whom it names as owner, a worker id or an
     *     account id, or else the worker id of the manager it carries; of a resource as its feed is
     *     configured
     * @param from where that is known from
     */
    public record Owned(
            String system,
            String id,
            Optional<String> worker,
            Optional<String> owner,
            String from) {}

    private final Handoffs handoffs;
    private final ObservedAccounts accounts;
    private final Owners owners;

    FindOwner(Handoffs handoffs, ObservedAccounts accounts, Owners owners) {
        this.handoffs = handoffs;
        this.accounts = accounts;
        this.owners = owners;
    }

    /**
     * Looks among the accounts that were read, then among the resources that event feeds tell of.
     *
     * @param system a system, or a feed's name
     * @param id an account's immutable id, or a resource as the feed names it
     * @throws Problem 404 OWNER_UNKNOWN if neither is known
     */
    public Uni<Owned> find(String system, String id) {
        return handoffs.transact(List.of(), outbox -> accounts.holding(system, id))
                .map(found ->
                        found.map(each -> owned(system, id, each))
                                .or(() ->
                                        owners.of("events:" + system, id)
                                                .map(owner ->
                                                        new Owned(
                                                                system,
                                                                id,
                                                                Optional.empty(),
                                                                Optional.of(owner),
                                                                "the configuration of the feed "
                                                                        + system)))
                                .orElseThrow(() ->
                                        Problem.of(
                                                404,
                                                "OWNER_UNKNOWN",
                                                "no account of this id was read of "
                                                        + system
                                                        + ", and no feed of this name says whose it is")));
    }

    private static Owned owned(String system, String id, Holding holding) {
        return new Owned(
                system,
                id,
                holding.worker(),
                holding.owner(),
                "the account as " + system + " had it when it was read last");
    }
}
