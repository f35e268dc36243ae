package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.Answers.Claim;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.domain.Amending;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Signing;
import dev.remit.approval.domain.Signing.Checked;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Someone decides stages, or tries to. Each decision is judged and recorded on its own, all in one
 * transaction. A refused attempt is evidence: it is recorded, then answered.
 */
@Singleton
public class DecideStages {
    /** The code of an attempt that only the signature is missing of: nobody is answered it. */
    private static final String AWAITED = "SIGNATURE_AWAITED";

    /**
     * What someone decides of one change.
     *
     * @param planHash the plan that the decider saw
     * @param stage the stage's name; empty for the first that the decider may decide
     * @param onBehalfOf in whose place
     * @param nonce of the stage as the decider saw it
     * @param assertion the decider's signature of it
     * @param terms what the plan is amended to, for AMENDED
     */
    public record Item(
            UUID change,
            Attempt.Kind decision,
            String reason,
            String planHash,
            Optional<String> stage,
            Optional<String> onBehalfOf,
            Optional<UUID> nonce,
            Optional<Assertion> assertion,
            Terms terms) {
        /** One that amends nothing and that nobody signed. */
        public Item(
                UUID change,
                Attempt.Kind decision,
                String reason,
                String planHash,
                Optional<String> stage,
                Optional<String> onBehalfOf,
                Optional<UUID> nonce) {
            this(
                    change,
                    decision,
                    reason,
                    planHash,
                    stage,
                    onBehalfOf,
                    nonce,
                    Optional.empty(),
                    Terms.NONE);
        }
    }

    /** What is to be signed, or why it cannot be decided. */
    public sealed interface Asked {
        /**
         * It can be decided once this is signed.
         *
         * @param site the relying party's id
         * @param credentials of the decider
         */
        record Challenge(DecisionChallenge challenge, String site, List<String> credentials)
                implements Asked {}

        /** It cannot be decided. */
        record Refused(Result result) implements Asked {}
    }

    /**
     * Who decides, from the access token.
     *
     * @param by immutable id
     */
    public record Decider(String by, Set<String> roles, Authentication authentication) {}

    private final Routes routes;
    private final Advance advance;
    private final Answers answers;
    private final Passkeys passkeys;
    private final Authenticators authenticators;
    private final Amending amending;
    private final Handoffs handoffs;
    private final MeterRegistry meters;

    DecideStages(
            Routes routes,
            Advance advance,
            Answers answers,
            Passkeys passkeys,
            Authenticators authenticators,
            Amending amending,
            Handoffs handoffs,
            MeterRegistry meters) {
        this.routes = routes;
        this.advance = advance;
        this.answers = answers;
        this.passkeys = passkeys;
        this.authenticators = authenticators;
        this.amending = amending;
        this.handoffs = handoffs;
        this.meters = meters;
    }

    /**
     * Decides the open stages of these changes.
     *
     * @param bulk whether they were sent as many, however many they are
     * @param request if it may be repeated: a repetition is answered as before
     * @return a result for each item, in their order
     * @throws Problem 409 IDEMPOTENCY_KEY_REUSED if the key came with another request before
     */
    public Uni<List<Result>> decide(
            List<Item> items, Decider decider, boolean bulk, Optional<Request> request) {
        Map<UUID, Item> first = new LinkedHashMap<>();
        items.forEach(item -> first.putIfAbsent(item.change(), item));
        return handoffs.transact(
                List.of(),
                outbox ->
                        // only what was routed here is locked: a lock outlives the request
                        routes.routed(first.keySet())
                                .call(outbox::lock)
                                .chain(routed ->
                                        once(
                                                request,
                                                routed,
                                                () ->
                                                        judge(
                                                                items, first, routed, decider, bulk,
                                                                outbox))));
    }

    private Uni<List<Result>> once(Optional<Request> request, Set<UUID> changes, Work work) {
        if (request.isEmpty()) {
            return work.run();
        }
        return answers.claim(request.get())
                .chain(claim ->
                        switch (claim) {
                            case Claim.Taken _ ->
                                    work.run()
                                            .call(results ->
                                                    answers.keep(request.get(), changes, results));
                            case Claim.Answered(List<Result> results) ->
                                    Uni.createFrom().item(results);
                            case Claim.Contradicted _ -> throw Answers.reused();
                        });
    }

    /**
     * What the decider must sign to decide this: an attempt that stops short of the signature, by
     * the rules of every other, and leaves the same record if it is refused.
     */
    public Uni<Asked> challenge(Item item, Decider decider) {
        String site = authenticators.site();
        AtomicReference<DecisionChallenge> asked = new AtomicReference<>();
        Signing stop =
                (_, challenge) -> {
                    asked.set(challenge);
                    return new Checked.Flawed(
                            new Refused(409, AWAITED, "it is to be signed", false));
                };
        return handoffs.transact(
                List.of(),
                outbox ->
                        routes.routed(Set.of(item.change()))
                                .call(outbox::lock)
                                .chain(routed ->
                                        judge(
                                                List.of(item),
                                                Map.of(item.change(), item),
                                                routed,
                                                decider,
                                                false,
                                                Optional.of(stop),
                                                outbox))
                                .chain(results ->
                                        passkeys.of(decider.by())
                                                .map(own ->
                                                        asked.get() == null
                                                                ? new Asked.Refused(
                                                                        results.getFirst())
                                                                : new Asked.Challenge(
                                                                        asked.get(),
                                                                        site,
                                                                        own.stream()
                                                                                .map(each ->
                                                                                        each.key()
                                                                                                .credentialId())
                                                                                .toList()))));
    }

    private Uni<List<Result>> judge(
            List<Item> items,
            Map<UUID, Item> first,
            Set<UUID> routed,
            Decider decider,
            boolean bulk,
            Outbox outbox) {
        Optional<Assertion> assertion =
                items.size() == 1 ? items.getFirst().assertion() : Optional.empty();
        if (assertion.isEmpty()) {
            return judge(items, first, routed, decider, bulk, Optional.empty(), outbox);
        }
        String signed = Hash.sha256(assertion.get().signed()).hex();
        return passkeys.withCredential(assertion.get().credentialId(), signed)
                .chain(found ->
                        judge(
                                items,
                                first,
                                routed,
                                decider,
                                bulk,
                                Optional.of((by, challenge) ->
                                        checked(
                                                by,
                                                challenge,
                                                assertion.get(),
                                                found,
                                                outbox.now())),
                                outbox));
    }

    private Checked checked(
            String by,
            DecisionChallenge challenge,
            Assertion assertion,
            Optional<Passkeys.Found> found,
            Instant at) {
        if (found.filter(each -> each.kept().until().isEmpty()).isEmpty()) {
            return flawed(403, "PASSKEY_UNKNOWN", "this passkey is not registered, or is revoked");
        }
        Passkeys.Kept kept = found.get().kept();
        if (!kept.key().person().equals(by)) {
            return flawed(403, "PASSKEY_NOT_YOURS", "this passkey is another person's");
        }
        if (at.isBefore(kept.since())) {
            // by the log a key signs nothing before it is registered, whichever clock said when
            return new Checked.Flawed(
                    new Refused(
                            409,
                            "PASSKEY_NOT_YET",
                            "this passkey was registered at %s, and here it is only %s: the clocks of two replicas differ; try again in a moment"
                                    .formatted(kept.since(), at),
                            false));
        }
        if (found.get().replayed()) {
            return flawed(
                    409, "PASSKEY_REPLAYED", "this signature was used before: sign once more");
        }
        return authenticators
                .flaw(kept, assertion, challenge.bytes())
                .<Checked>map(Checked.Flawed::new)
                .orElseGet(() ->
                        new Checked.Holds(
                                new Signing.Signature(
                                        kept.id(), assertion, Authenticators.count(assertion))));
    }

    private static Checked flawed(int status, String code, String words) {
        return new Checked.Flawed(new Refused(status, code, words, true));
    }

    private Uni<Void> used(List<Outcome> outcomes, Outbox outbox) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.happened().stream())
                .filter(Happened.Decided.class::isInstance)
                .flatMap(each -> ((Happened.Decided) each).signature().stream())
                .findFirst()
                .map(each ->
                        passkeys.used(
                                each.passkey(),
                                each.count(),
                                Hash.sha256(each.assertion().signed()).hex(),
                                outbox.now()))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private Uni<List<Result>> judge(
            List<Item> items,
            Map<UUID, Item> first,
            Set<UUID> routed,
            Decider decider,
            boolean bulk,
            Optional<Signing> signing,
            Outbox outbox) {
        List<Step> steps =
                first.values().stream()
                        .filter(item -> routed.contains(item.change()))
                        .map(item -> step(item, decider, bulk, signing, outbox))
                        .toList();
        return advance.all(steps, outbox)
                .call(outcomes -> used(outcomes, outbox))
                .map(outcomes -> {
                    Map<UUID, Result> results = new HashMap<>();
                    for (int n = 0; n < steps.size(); n++) {
                        UUID change = steps.get(n).change();
                        results.put(change, result(change, outcomes.get(n)));
                    }
                    Set<UUID> seen = new HashSet<>();
                    List<Result> all = new ArrayList<>();
                    for (Item item : items) {
                        UUID change = item.change();
                        all.add(
                                !seen.add(change)
                                        ? repeated(change)
                                        : results.getOrDefault(
                                                change, refused(change, Attempt.CHANGE_UNKNOWN)));
                    }
                    return List.copyOf(all);
                });
    }

    private Step step(
            Item item, Decider decider, boolean bulk, Optional<Signing> signing, Outbox outbox) {
        return new Step(
                item.change(),
                new Event.Attempted(
                        new Attempt(
                                decider.by(),
                                item.decision(),
                                item.reason(),
                                item.planHash(),
                                item.stage(),
                                item.onBehalfOf(),
                                item.nonce(),
                                bulk,
                                outbox.now(),
                                item.terms()),
                        decider.roles(),
                        decider.authentication(),
                        signing,
                        Optional.of(amending)),
                null);
    }

    private Result result(UUID change, Outcome outcome) {
        return outcome.refused()
                .map(refused -> {
                    if (!refused.code().equals(AWAITED)) {
                        meters.counter("remit.approval.refused", "code", refused.code())
                                .increment();
                    }
                    return refused(change, refused);
                })
                .orElse(new Result(change, 201, null, null));
    }

    private static Result refused(UUID change, Refused refused) {
        return new Result(change, refused.status(), refused.code(), refused.words());
    }

    private static Result repeated(UUID change) {
        return new Result(
                change, 409, "CHANGE_REPEATED", "the request decides this change before already");
    }

    /** What is done once. */
    private interface Work {
        Uni<List<Result>> run();
    }
}
