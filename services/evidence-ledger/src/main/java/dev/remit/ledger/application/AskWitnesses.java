package dev.remit.ledger.application;

import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Tree;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.AddCheckpoint;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Asks the witnesses of the policy to cosign a checkpoint, all at once. One that is silent is asked
 * less and less often, at least once a minute; one that refuses is heard, and stops nobody else.
 */
@Singleton
public class AskWitnesses {
    private static final Logger LOG = Logger.getLogger(AskWitnesses.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int ATTEMPTS = 3;

    /**
     * What a round of asking brought.
     *
     * @param note the checkpoint with the cosignatures
     * @param isWitnessed whether they are a quorum
     * @param ahead the largest size that a witness showed to have cosigned, when it is larger
     */
    record Round(String note, boolean isWitnessed, long ahead) {}

    /** How a witness stands: what it cosigned of which shard, what it said last. */
    public record Standing(String origin, long size, String said, int failures, Instant next) {}

    private record Heard(
            TrustPolicy.Member witness,
            Optional<SignedNote.Line> line,
            long size,
            String said,
            boolean failed) {}

    private final Log log;
    private final PublicFiles files;
    private final Witnesses witnesses;
    private final Map<String, Standing> standings = new ConcurrentHashMap<>();

    AskWitnesses(Log log, PublicFiles files, Witnesses witnesses) {
        this.log = log;
        this.files = files;
        this.witnesses = witnesses;
    }

    /** How each witness stands that was asked, by its name in the policy. */
    public Map<String, Standing> standings() {
        return new TreeMap<>(standings);
    }

    /**
     * What each witness cosigned last of the shard of this period. One that does not answer is
     * passed over: it is heard when it is asked to cosign.
     */
    Map<TrustPolicy.Member, Checkpoint> last(String period) {
        Map<TrustPolicy.Member, Checkpoint> cosigned = new HashMap<>();
        for (TrustPolicy.Member witness : log.witnesses().witnesses()) {
            if (witness.url().isPresent()) {
                last(witness, log.origin(period)).ifPresent(each -> cosigned.put(witness, each));
            }
        }
        return cosigned;
    }

    /**
     * Compares a shard of this log with what the witnesses cosigned before.
     *
     * @param cosigned asked for before the sizes were read
     * @param logged the number of its entries here
     * @param published the size up to which tiles are there
     * @throws RolledBack if a witness cosigned what is not in this log
     */
    void check(
            String period,
            Map<TrustPolicy.Member, Checkpoint> cosigned,
            long logged,
            long published) {
        cosigned.forEach(
                (witness, each) -> check(files.of(period), witness, each, logged, published));
    }

    private static void check(
            PublicFiles files,
            TrustPolicy.Member witness,
            Checkpoint cosigned,
            long logged,
            long published) {
        if (cosigned.size() > logged) {
            throw new RolledBack(
                    "witness "
                            + witness.name()
                            + " cosigned size "
                            + cosigned.size()
                            + ", the database holds "
                            + logged
                            + " entries: it was rolled back");
        }
        if (cosigned.size() > 0
                && cosigned.size() <= published
                && !new Tree(files, cosigned.size()).root().equals(cosigned.root())) {
            throw new RolledBack(
                    "witness "
                            + witness.name()
                            + " cosigned another root for size "
                            + cosigned.size()
                            + ": this is another history");
        }
    }

    /** Asks until there is a quorum or nobody is left to be heard. It blocks. */
    Round ask(String signed, Instant now) {
        SignedNote note = SignedNote.parse(signed);
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        List<TrustPolicy.Member> due =
                log.witnesses().witnesses().stream()
                        .filter(each -> each.url().isPresent())
                        .filter(each -> {
                            Standing standing = standings.get(each.name());
                            return standing == null || !standing.next().isAfter(now);
                        })
                        .toList();
        Map<String, SignedNote.Line> lines = new HashMap<>();
        long ahead = 0;
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ExecutorCompletionService<Heard>(each);
            List<Future<Heard>> asked =
                    due.stream()
                            .map(witness -> answers.submit(() -> ask(witness, checkpoint, signed)))
                            .toList();
            long until = System.nanoTime() + PATIENCE.multipliedBy(2).toNanos();
            for (int n = 0; n < asked.size() && !log.witnesses().isMetBy(lines.keySet()); n++) {
                Future<Heard> next =
                        answers.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (next == null) {
                    break;
                }
                Heard heard = next.get();
                stand(heard, checkpoint.origin(), now);
                heard.line().ifPresent(line -> lines.put(heard.witness().name(), line));
                ahead = Math.max(ahead, heard.size() > checkpoint.size() ? heard.size() : 0);
            }
            asked.forEach(future -> future.cancel(true));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RolledBack other
                    ? other
                    : new IllegalStateException("witnesses cannot be asked", e.getCause());
        }
        Set<String> names = new HashSet<>(lines.keySet());
        return new Round(
                note.with(
                                log.witnesses().witnesses().stream()
                                        .map(TrustPolicy.Member::name)
                                        .filter(lines::containsKey)
                                        .map(lines::get)
                                        .toList())
                        .note(),
                log.witnesses().isMetBy(names),
                ahead);
    }

    private Heard ask(TrustPolicy.Member witness, Checkpoint checkpoint, String signed) {
        Standing standing = standings.get(witness.name());
        String origin = checkpoint.origin();
        // each shard is cosigned from its start
        long old = standing == null || !standing.origin().equals(origin) ? 0 : standing.size();
        PublicFiles own = files.of(log.period(checkpoint));
        for (int attempt = 0; attempt < ATTEMPTS && old <= checkpoint.size(); attempt++) {
            AddCheckpoint request =
                    new AddCheckpoint(
                            old,
                            old == 0
                                    ? List.of()
                                    : new Tree(own, checkpoint.size()).consistencyProof(old),
                            signed);
            switch (witnesses.ask(witness, request, PATIENCE)) {
                case Witnesses.Answer.Lines(String text) -> {
                    return cosigned(witness, checkpoint, text);
                }
                case Witnesses.Answer.OtherSize(long size) -> old = size;
                case Witnesses.Answer.Refused(String why) -> {
                    // its word does not stop this log; what this log signed does
                    last(witness, origin)
                            .ifPresent(each ->
                                    check(own, witness, each, Long.MAX_VALUE, checkpoint.size()));
                    return new Heard(witness, Optional.empty(), old, "refused: " + why, true);
                }
                case Witnesses.Answer.Silent(String why) -> {
                    return new Heard(witness, Optional.empty(), old, "silent: " + why, true);
                }
            }
        }
        long shown = last(witness, origin).map(Checkpoint::size).orElse(0L);
        return shown > checkpoint.size()
                ? new Heard(
                        witness,
                        Optional.empty(),
                        shown,
                        "cosigned size " + shown + " before",
                        false)
                : new Heard(
                        witness,
                        Optional.empty(),
                        0,
                        "claims size " + old + " and does not show it",
                        true);
    }

    /** What it cosigned last of this origin, if this log signed it. */
    private Optional<Checkpoint> last(TrustPolicy.Member witness, String origin) {
        try {
            return witnesses
                    .last(witness, origin, PATIENCE)
                    .map(log::open)
                    .filter(each -> each.origin().equals(origin));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Its line, verified: what does not verify goes into no note. */
    private static Heard cosigned(TrustPolicy.Member witness, Checkpoint checkpoint, String text) {
        try {
            SignedNote answer = SignedNote.parse(checkpoint.text() + "\n" + text);
            answer.verified(List.of(witness.key()));
            return new Heard(
                    witness,
                    answer.lines().stream().filter(line -> line.isBy(witness.key())).findFirst(),
                    checkpoint.size(),
                    "cosigned size " + checkpoint.size(),
                    false);
        } catch (IllegalArgumentException e) {
            return new Heard(
                    witness,
                    Optional.empty(),
                    checkpoint.size(),
                    "answered what does not verify: " + e.getMessage(),
                    true);
        }
    }

    private void stand(Heard heard, String origin, Instant now) {
        String name = heard.witness().name();
        Standing before = standings.get(name);
        int failures = heard.failed() ? (before == null ? 0 : before.failures()) + 1 : 0;
        Duration pause =
                failures == 0
                        ? Duration.ZERO
                        : Duration.ofSeconds(
                                Math.min(LONGEST_PAUSE.toSeconds(), 1L << Math.min(failures, 10)));
        if (failures == 1) {
            LOG.warnf("witness %s %s", name, heard.said());
        }
        standings.put(
                name, new Standing(origin, heard.size(), heard.said(), failures, now.plus(pause)));
    }
}
