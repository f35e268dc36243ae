package dev.remit.readiness.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Ids;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import dev.remit.readiness.adapter.kafka.Messages;
import dev.remit.readiness.adapter.postgres.CorrectionRow;
import dev.remit.readiness.adapter.postgres.ReadinessRow;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Judgement.Verdict;
import dev.remit.readiness.domain.Observed;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Request;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A change was proposed, or something became known that a held change waits for. */
@Singleton
public class JudgeReadiness implements Receiver {
    private static final Logger LOG = Logger.getLogger(JudgeReadiness.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEFAULT_HOLD = Duration.ofDays(2);

    private final Directory directory;
    private final Handoffs handoffs;
    private final MeterRegistry meters;

    JudgeReadiness(Directory directory, Handoffs handoffs, MeterRegistry meters) {
        this.directory = directory;
        this.handoffs = handoffs;
        this.meters = meters;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        Optional<UUID> news =
                batch.stream()
                        .filter(Directory::concerns)
                        .map(each -> each.envelope().id())
                        .reduce((a, b) -> b);
        return directory
                .take(batch)
                .chain(() -> each(batch, received -> begin(received, outbox)))
                .chain(() ->
                        news.map(cause -> judgeHeld(cause, outbox))
                                .orElse(Uni.createFrom().voidItem()));
    }

    /** Ends what nobody corrected in time. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> endOverdue() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                ReadinessRow.<ReadinessRow>list(
                                                "state = 'HELD' and holdUntil < ?1", outbox.now())
                                        .chain(rows ->
                                                outbox.lock(
                                                                rows.stream()
                                                                        .map(row -> row.changeId)
                                                                        .toList())
                                                        .chain(() ->
                                                                each(
                                                                        rows,
                                                                        row -> halt(row, outbox)))))
                .onFailure()
                .invoke(failure -> LOG.warnf("overdue changes wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Judges one held change again. */
    Uni<Void> judge(ReadinessRow row, @Nullable UUID cause, Outbox outbox) {
        Request request = Messages.request(row.change);
        Map<String, String> corrections = corrections(row);
        return directory
                .charter(request.charterHash())
                .chain(published ->
                        observe(request, corrections, outbox.now())
                                .chain(observed ->
                                        settle(
                                                row,
                                                request,
                                                published.flatMap(JudgeReadiness::readable),
                                                observed,
                                                cause,
                                                outbox)));
    }

    /** Facts that people supplied for this change. */
    static Map<String, String> corrections(ReadinessRow row) {
        try {
            return JSON.readValue(row.corrections, new TypeReference<TreeMap<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept corrections do not read", e);
        }
    }

    static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON", e);
        }
    }

    private Uni<Void> begin(Received received, Outbox outbox) {
        Optional<byte[]> proposed = Messages.proposed(received);
        if (proposed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        ReadinessRow row = new ReadinessRow();
        row.changeId = Messages.request(proposed.get()).change();
        row.change = proposed.get();
        row.cause = received.envelope().id();
        row.state = "NEW";
        row.reasons = "";
        row.facts = "[]";
        row.corrections = "{}";
        return row.<ReadinessRow>persistAndFlush()
                .chain(() -> judge(row, received.envelope().id(), outbox));
    }

    private Uni<Void> judgeHeld(UUID cause, Outbox outbox) {
        return ReadinessRow.<ReadinessRow>list("state = 'HELD'")
                .chain(rows ->
                        outbox.lock(rows.stream().map(row -> row.changeId).toList())
                                .chain(() -> each(rows, row -> judge(row, cause, outbox))));
    }

    private Uni<Observed> observe(Request request, Map<String, String> corrections, Instant now) {
        return directory
                .ofWorkers(request.target(), List.of(request.subjectId()))
                .chain(accounts -> {
                    Optional<String> manager =
                            Optional.ofNullable(corrections.get(Judgement.MANAGER))
                                    .or(() ->
                                            accounts.size() == 1
                                                    ? accounts.getFirst().managerWorkerId()
                                                    : Optional.empty());
                    Uni<List<Account>> managers =
                            manager.map(worker ->
                                            directory.ofWorkers(request.target(), List.of(worker)))
                                    .orElse(Uni.createFrom().item(List.of()));
                    return managers.chain(found ->
                            directory
                                    .readAt(request.target())
                                    .map(readAt ->
                                            new Observed(
                                                    accounts, found, readAt, corrections, now)));
                });
    }

    private Uni<Void> settle(
            ReadinessRow row,
            Request request,
            Optional<Charter> charter,
            Observed observed,
            @Nullable UUID cause,
            Outbox outbox) {
        Judgement judgement = Judgement.of(request, charter, observed);
        row.facts = text(judgement.facts().stream().map(JudgeReadiness::summary).toList());
        if (judgement.verdict() == Verdict.HELD
                && row.state.equals("HELD")
                && row.reasons.equals(judgement.held())) {
            return Uni.createFrom().voidItem();
        }
        row.state = judgement.verdict().name();
        row.reasons = judgement.verdict() == Verdict.HELD ? judgement.held() : judgement.reason();
        row.plan = judgement.plan().map(Plan::json).orElse(null);
        row.planHash = judgement.plan().map(Plan::hash).orElse(null);
        if (judgement.verdict() == Verdict.HELD && row.holdUntil == null) {
            row.holdUntil = outbox.now().plus(charter.map(Charter::hold).orElse(DEFAULT_HOLD));
        }
        meters.counter("remit.readiness.judged", "verdict", row.state).increment();
        outbox.handOn(row.changeId, Messages.judged(row.change, judgement, outbox.now()), cause);
        return each(judgement.correctable(), fact -> ask(row, request, fact, outbox));
    }

    private static Uni<Void> ask(
            ReadinessRow row, Request request, Judgement.Fact fact, Outbox outbox) {
        UUID id = Ids.derived(row.changeId, "correction|" + fact.name());
        Instant due = row.holdUntil == null ? outbox.now().plus(DEFAULT_HOLD) : row.holdUntil;
        return CorrectionRow.<CorrectionRow>findById(id)
                .chain(known -> {
                    if (known != null) {
                        return Uni.createFrom().voidItem();
                    }
                    CorrectionRow correction = new CorrectionRow();
                    correction.id = id;
                    correction.changeId = row.changeId;
                    correction.subjectSystem = request.subjectSystem();
                    correction.subjectId = request.subjectId();
                    correction.fact = fact.name();
                    correction.question =
                            "Who is the manager of worker "
                                    + request.subjectId()
                                    + "? Give the manager's worker id. ("
                                    + fact.reason()
                                    + ")";
                    correction.requestedAt = outbox.now();
                    correction.dueAt = due;
                    outbox.publish(
                            Ids.derived(id, "requested"),
                            correction.subjectId,
                            Messages.requested(
                                    id,
                                    request,
                                    fact.name(),
                                    correction.question,
                                    outbox.now(),
                                    due),
                            row.changeId,
                            row.cause);
                    return correction.persist().replaceWithVoid();
                });
    }

    private static Uni<Void> halt(ReadinessRow row, Outbox outbox) {
        row.state = Verdict.HALTED.name();
        Judgement judgement =
                new Judgement(
                        Verdict.HALTED,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "held too long: " + row.reasons);
        outbox.handOn(row.changeId, Messages.judged(row.change, judgement, outbox.now()), null);
        return Uni.createFrom().voidItem();
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

    private static Map<String, String> summary(Judgement.Fact fact) {
        return Map.of(
                "name", fact.name(),
                "state", fact.state().name(),
                "value", fact.value().orElse(""),
                "source", fact.source(),
                "reason", fact.reason());
    }

    private static <T> Uni<Void> each(List<T> all, java.util.function.Function<T, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(all)
                .onItem()
                .transformToUniAndConcatenate(work::apply)
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
