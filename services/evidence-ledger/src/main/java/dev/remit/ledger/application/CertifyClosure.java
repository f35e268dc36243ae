package dev.remit.ledger.application;

import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.adapter.postgres.ChangeRow;
import dev.remit.ledger.adapter.postgres.CheckpointRow;
import dev.remit.ledger.adapter.postgres.MessageRow;
import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Tree;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** A closed change whose every message is under a checkpoint gets its certificate. */
@Singleton
public class CertifyClosure {
    private final Log log;

    CertifyClosure(Log log) {
        this.log = log;
    }

    /** Certifies what can be certified. */
    Uni<Void> certify() {
        return Panache.withTransaction(() ->
                ChangeRow.<ChangeRow>list("outcome is not null and certified = false")
                        .chain(rows ->
                                rows.isEmpty()
                                        ? Uni.createFrom().voidItem()
                                        : CheckpointRow.<CheckpointRow>find("order by size desc")
                                                .firstResult()
                                                .chain(checkpoint ->
                                                        each(
                                                                rows,
                                                                row -> certify(row, checkpoint)))));
    }

    private Uni<Void> certify(ChangeRow row, CheckpointRow checkpoint) {
        return MessageRow.<MessageRow>list(
                        "changeId = ?1 order by sequence, leafIndex", row.changeId)
                .chain(rows -> {
                    Optional<Stories.Claimed> closed =
                            rows.stream()
                                    .filter(each -> each.type.equals("ChangeClosed"))
                                    .flatMap(each -> Stories.claimed(Log.message(each)).stream())
                                    .findFirst();
                    if (checkpoint == null || closed.isEmpty()) {
                        return Uni.createFrom().voidItem();
                    }
                    return support(rows, closed.get())
                            .chain(support ->
                                    RecordHandoffs.charterRow(row.charter, row.charterHash)
                                            .invoke(charter ->
                                                    write(
                                                            row,
                                                            checkpoint,
                                                            rows,
                                                            support,
                                                            charter)));
                })
                .replaceWithVoid();
    }

    /**
     * Messages outside the chain that it rests on: what triggered it, and observations that the
     * proofs name.
     */
    private static Uni<List<MessageRow>> support(List<MessageRow> rows, Stories.Claimed closure) {
        Set<UUID> ids = new TreeSet<>(closure.proofs());
        rows.stream()
                .map(Log::message)
                .map(message -> message.envelope().causation())
                .forEach(cause -> {
                    if (cause != null) {
                        ids.add(cause);
                    }
                });
        rows.forEach(row -> ids.remove(row.id));
        return ids.isEmpty()
                ? Uni.createFrom().item(List.of())
                : MessageRow.list("id in ?1 order by leafIndex", ids);
    }

    private void write(
            ChangeRow row,
            CheckpointRow checkpoint,
            List<MessageRow> rows,
            List<MessageRow> support,
            Optional<MessageRow> charter) {
        List<MessageRow> all =
                new ArrayList<>(rows.stream().filter(each -> each.sequence > 0).toList());
        all.addAll(rows.stream().filter(each -> each.sequence == 0).toList());
        all.addAll(support);
        charter.filter(each -> all.stream().noneMatch(one -> one.id.equals(each.id)))
                .ifPresent(all::add);
        if (charter.isEmpty() || all.stream().anyMatch(each -> each.leafIndex >= checkpoint.size)) {
            return;
        }
        Tree tree = new Tree(log.files(), checkpoint.size);
        List<Certificate.Message> messages =
                all.stream()
                        .map(each ->
                                new Certificate.Message(
                                        Log.topic(each),
                                        Log.headers(each),
                                        each.payload,
                                        each.sealKey,
                                        each.seal,
                                        each.policy,
                                        each.salt,
                                        each.leafIndex,
                                        tree.inclusionProof(each.leafIndex)))
                        .toList();
        Certificate certificate =
                new Certificate(
                        row.changeId.toString(),
                        String.valueOf(row.outcome),
                        words(rows),
                        log.blinded(row.changeId),
                        messages,
                        checkpoint.note,
                        log.trustedKeys(),
                        log.key().verifier().toString());
        log.certificates().write(row.changeId + ".json", certificate.sign(log.key()));
        row.certified = true;
    }

    private static List<String> words(List<MessageRow> rows) {
        return Stories.of(rows.stream().map(Log::message).toList())
                .map(Story::steps)
                .orElse(List.of())
                .stream()
                .map(step ->
                        "%d. %s %s by %s: %s"
                                .formatted(
                                        step.sequence(),
                                        step.time(),
                                        step.type(),
                                        step.producer(),
                                        step.words()))
                .toList();
    }

    private static Uni<Void> each(
            List<ChangeRow> rows, java.util.function.Function<ChangeRow, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(rows)
                .onItem()
                .transformToUniAndConcatenate(work::apply)
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
