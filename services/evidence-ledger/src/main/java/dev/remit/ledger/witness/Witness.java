package dev.remit.ledger.witness;

import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.SignedNote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cosigns a log's checkpoints, each only when it extends the last one cosigned: so nobody who asks
 * for this cosignature can be shown another history.
 */
public final class Witness {
    /** What is kept: the last checkpoint cosigned of each log. */
    public interface Cosigned {
        /** The note last kept for this origin. */
        Optional<String> last(String origin);

        /** The note last kept for the origin that SHA-256, hexadecimal, names in paths. */
        Optional<String> named(String id);

        /** Keeps a note; it outlasts a crash when this returns. */
        void keep(String origin, String note);
    }

    /** What a witness answers. */
    public sealed interface Answer {
        /** Cosigned: signature lines, each with its newline. */
        record Lines(String text) implements Answer {}

        /** The request does not read. */
        record Malformed(String why) implements Answer {}

        /** No log of this origin is known here. */
        record UnknownLog(String origin) implements Answer {}

        /** The log's signature is missing or does not verify. */
        record NotSigned(String why) implements Answer {}

        /** Another size was cosigned last: this one. */
        record OtherSize(long size) implements Answer {}

        /** The checkpoint does not extend the one cosigned last. */
        record NotConsistent(String why) implements Answer {}
    }

    private final List<NoteSigner> signers;
    private final List<NoteKey> logs;
    private final Cosigned cosigned;

    /**
     * @param signers of kinds that make cosignatures; each answers with a line
     * @param logs the keys of the logs to cosign, each with its shards; a key's name is its log's
     *     origin
     */
    public Witness(List<NoteSigner> signers, List<NoteKey> logs, Cosigned cosigned) {
        for (NoteSigner signer : signers) {
            if (signer.verifier().kind() == NoteKey.Kind.ED25519) {
                throw new IllegalArgumentException(
                        signer.verifier().reference() + " does not make cosignatures");
            }
        }
        this.signers = List.copyOf(signers);
        this.logs = List.copyOf(logs);
        this.cosigned = cosigned;
    }

    /**
     * Answers a request, one at a time: what was compared is what is replaced. What is answered
     * with lines is kept before.
     */
    public synchronized Answer add(String request, Instant now) {
        AddCheckpoint add;
        Checkpoint next;
        try {
            add = AddCheckpoint.parse(request);
            next = Checkpoint.parse(add.note().substring(0, add.note().lastIndexOf("\n\n") + 1));
        } catch (IllegalArgumentException e) {
            return new Answer.Malformed(String.valueOf(e.getMessage()));
        }
        List<NoteKey> keys =
                logs.stream()
                        .map(each -> each.of(next.origin()))
                        .filter(each -> each.name().equals(next.origin()))
                        .toList();
        if (keys.isEmpty()) {
            return new Answer.UnknownLog(next.origin());
        }
        SignedNote note;
        try {
            note = SignedNote.parse(add.note());
            note.verified(keys);
        } catch (IllegalArgumentException e) {
            return new Answer.NotSigned(String.valueOf(e.getMessage()));
        }
        Optional<Checkpoint> last =
                cosigned.last(next.origin())
                        .map(kept -> Checkpoint.parse(SignedNote.parse(kept).text()));
        return decide(last, add, next).orElseGet(() -> cosign(note, keys, next, now));
    }

    /** Why this checkpoint is not cosigned after that one; empty when it is. */
    static Optional<Answer> decide(Optional<Checkpoint> last, AddCheckpoint add, Checkpoint next) {
        if (add.old() > next.size()) {
            return Optional.of(
                    new Answer.Malformed("old is larger than the size of the checkpoint"));
        }
        long size = last.map(Checkpoint::size).orElse(0L);
        if (add.old() != size) {
            return Optional.of(new Answer.OtherSize(size));
        }
        boolean follows =
                size == 0
                        ? add.proof().isEmpty()
                                && (next.size() > 0 || next.root().equals(Merkle.root(List.of())))
                        : Merkle.isConsistent(
                                last.orElseThrow().root(),
                                size,
                                next.root(),
                                next.size(),
                                add.proof());
        return follows
                ? Optional.empty()
                : Optional.of(
                        new Answer.NotConsistent(
                                size == next.size()
                                        ? "the root is another one for the same size"
                                        : "the consistency proof does not hold"));
    }

    private Answer cosign(SignedNote note, List<NoteKey> keys, Checkpoint next, Instant now) {
        List<SignedNote.Line> lines = new ArrayList<>();
        for (NoteSigner signer : signers) {
            String line = signer.line(note.text(), now);
            lines.add(SignedNote.Line.parse(line.substring(0, line.length() - 1)));
        }
        SignedNote theLogs =
                new SignedNote(
                        note.text(),
                        note.lines().stream()
                                .filter(line -> keys.stream().anyMatch(line::isBy))
                                .toList());
        cosigned.keep(next.origin(), theLogs.with(lines).note());
        var text = new StringBuilder();
        lines.forEach(each -> text.append(each.text()).append('\n'));
        return new Answer.Lines(text.toString());
    }

    /**
     * The last checkpoint cosigned of a log.
     *
     * @param id SHA-256 of its origin, hexadecimal
     */
    public Optional<String> named(String id) {
        return cosigned.named(id);
    }
}
