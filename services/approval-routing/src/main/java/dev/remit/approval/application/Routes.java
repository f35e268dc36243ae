package dev.remit.approval.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.adapter.postgres.DecisionRow;
import dev.remit.approval.adapter.postgres.RouteRow;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Eligibility;
import dev.remit.approval.domain.Parties;
import dev.remit.handoff.Ids;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Opens stages, resolves whom they ask, and authorizes when the last one is approved. */
@Singleton
class Routes {
    private static final Logger LOG = Logger.getLogger(Routes.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Directory directory;
    private final String people;

    Routes(Directory directory, @ConfigProperty(name = "remit.people.system") String people) {
        this.directory = directory;
        this.people = people;
    }

    /** The charter of a route, if it was published and reads. */
    Uni<Optional<Charter>> charter(RouteRow row) {
        return directory
                .charter(row.charterHash)
                .map(published -> published.flatMap(Routes::readable));
    }

    /** Opens the row's stage: resolves its people and asks them. Without a charter it is held. */
    Uni<Void> open(RouteRow row, @Nullable UUID cause, Outbox outbox) {
        return charter(row)
                .chain(charter -> {
                    if (charter.isEmpty()) {
                        row.state = "CHARTER_UNKNOWN";
                        row.held = "the charter of this change is not known here";
                        return Uni.createFrom().voidItem();
                    }
                    Charter.Stage stage = charter.get().stages().get(row.stage);
                    return resolve(row, charter.get(), stage)
                            .invoke(candidates -> {
                                row.state = "OPEN";
                                row.stageName = stage.name();
                                Instant expiresAt = outbox.now().plus(stage.expiresAfter());
                                row.requestedAt = outbox.now();
                                row.expiresAt = expiresAt;
                                row.candidates = text(candidates);
                                Optional<String> held = held(candidates, stage);
                                row.held = held.orElse(null);
                                outbox.handOn(
                                        row.changeId,
                                        Messages.requested(
                                                row.changeId,
                                                stage,
                                                candidates,
                                                held,
                                                row.planHash,
                                                outbox.now(),
                                                expiresAt),
                                        cause);
                            })
                            .replaceWithVoid();
                });
    }

    /** The directory changed: an open stage may ask other people now, a held one may open. */
    Uni<Void> again(RouteRow row, UUID cause, Outbox outbox) {
        if (row.state.equals("CHARTER_UNKNOWN")) {
            return open(row, cause, outbox);
        }
        return charter(row)
                .chain(charter -> {
                    if (charter.isEmpty()) {
                        return Uni.createFrom().voidItem();
                    }
                    Charter.Stage stage = charter.get().stages().get(row.stage);
                    return resolve(row, charter.get(), stage)
                            .invoke(candidates -> {
                                List<Candidate> before = candidates(row);
                                if (!before.equals(candidates)) {
                                    row.candidates = text(candidates);
                                    Optional<String> held = held(candidates, stage);
                                    row.held = held.orElse(null);
                                    outbox.handOn(
                                            row.changeId,
                                            Messages.reassigned(
                                                    row.changeId,
                                                    stage.name(),
                                                    before,
                                                    candidates,
                                                    held,
                                                    outbox.now()),
                                            cause);
                                }
                            })
                            .replaceWithVoid();
                });
    }

    /** Goes on after an approved stage: to the next, or to the authorization. */
    Uni<Void> next(RouteRow row, Charter charter, UUID approval, Outbox outbox) {
        if (row.stage + 1 < charter.stages().size()) {
            row.stage++;
            return open(row, approval, outbox);
        }
        row.state = "APPROVED";
        return DecisionRow.<DecisionRow>list(
                        "changeId = ?1 and decision = 'APPROVED' order by decidedAt", row.changeId)
                .invoke(decisions -> {
                    outbox.handOn(
                            row.changeId,
                            Messages.authorized(
                                    row.change,
                                    Ids.derived(row.changeId, "authorization"),
                                    row.account,
                                    row.plan,
                                    row.planHash,
                                    decisions.stream().map(each -> each.id).toList(),
                                    outbox.now(),
                                    outbox.now().plus(charter.authorizationExpiresAfter())),
                            approval);
                })
                .replaceWithVoid();
    }

    /** Who has a part in the change already; those who approved earlier stages included. */
    Uni<Parties> parties(RouteRow row) {
        return DecisionRow.<DecisionRow>list(
                        "changeId = ?1 and decision = 'APPROVED' and stage < ?2",
                        row.changeId,
                        row.stage)
                .map(decisions ->
                        Messages.parties(
                                row.change,
                                row.account,
                                decisions.stream()
                                        .flatMap(decision ->
                                                Optional.ofNullable(decision.decidedBy).stream())
                                        .collect(Collectors.toSet())));
    }

    /** Someone's account, as observed. */
    Uni<Optional<Account>> account(String id) {
        return directory.withIds(people, List.of(id)).map(found -> found.stream().findFirst());
    }

    static List<Candidate> candidates(RouteRow row) {
        try {
            return JSON.readValue(row.candidates, new TypeReference<List<Candidate>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept candidates do not read", e);
        }
    }

    private Uni<List<Candidate>> resolve(RouteRow row, Charter charter, Charter.Stage stage) {
        Uni<List<Account>> asked =
                switch (stage.resolver()) {
                    case MANAGER ->
                            row.manager == null
                                    ? Uni.createFrom().item(List.of())
                                    : directory.withIds(people, List.of(row.manager));
                    case GROUP ->
                            stage.group()
                                    .map(group -> directory.membersOf(people, group))
                                    .orElse(Uni.createFrom().item(List.of()));
                };
        return asked.chain(accounts ->
                parties(row)
                        .map(parties -> {
                            List<Candidate> candidates = new ArrayList<>();
                            for (Account account : accounts) {
                                Optional<Eligibility.Bar> bar =
                                        Eligibility.bars(
                                                account.id(),
                                                Optional.of(account),
                                                Set.copyOf(account.roles()),
                                                charter.role(),
                                                parties);
                                candidates.add(
                                        new Candidate(
                                                account.id(),
                                                account.label(),
                                                bar.isEmpty(),
                                                bar.map(Enum::name).orElse(reason(stage))));
                            }
                            return List.copyOf(candidates);
                        }));
    }

    private static String reason(Charter.Stage stage) {
        return switch (stage.resolver()) {
            case MANAGER -> "manager of the subject";
            case GROUP -> "member of " + stage.group().orElse("");
        };
    }

    private static Optional<String> held(Collection<Candidate> candidates, Charter.Stage stage) {
        long eligible = candidates.stream().filter(Candidate::eligible).count();
        return eligible >= stage.quorum()
                ? Optional.empty()
                : Optional.of(
                        "stage "
                                + stage.name()
                                + " needs "
                                + stage.quorum()
                                + " and finds "
                                + eligible
                                + " who may decide");
    }

    private static Optional<Charter> readable(dev.remit.handoff.directory.Charter published) {
        try {
            return Optional.of(Messages.charter(published));
        } catch (IllegalArgumentException e) {
            LOG.errorf(
                    "charter %s %s does not read: %s",
                    published.name(), published.version(), e.getMessage());
            return Optional.empty();
        }
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON", e);
        }
    }
}
