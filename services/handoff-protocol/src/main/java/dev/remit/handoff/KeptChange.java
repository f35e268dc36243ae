package dev.remit.handoff;

import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.Messages;
import dev.remit.wire.v1.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.SchemaStore;

/** A change as services keep it to hand it on unaltered: Avro single-object encoding. */
public final class KeptChange {
    /** Reads what this build and every released version kept. */
    private static final BinaryMessageDecoder<Change> DECODER = decoder();

    private KeptChange() {}

    public static byte[] bytes(Change change) {
        try {
            ByteBuffer buffer = change.toByteBuffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Change read(byte[] bytes) {
        try {
            return DECODER.decode(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The HR worker whose identity a change is about; empty where its subject is an account of the
     * target, named by its immutable id: such an account is correlated with nobody.
     */
    public static Optional<String> worker(Change change) {
        return change.getSubject().getSystem().equals(change.getTarget())
                ? Optional.empty()
                : Optional.of(change.getSubject().getId());
    }

    /** When a kept change was proposed; microseconds, UTC. */
    public static Instant proposedAt(byte[] kept) {
        return read(kept).getProposedAt();
    }

    /**
     * What a change says, as one hash: SHA-256 of the canonical JSON of its members, those of the
     * first version of the record, so that it is the same whichever version carries it.
     *
     * @return lower-case hex
     */
    public static String hash(Change change) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("action", change.getAction());
        members.put("changeId", change.getChangeId().toString());
        members.put("charterHash", change.getCharter().getHash());
        members.put("mode", change.getMode().name());
        members.put("proposedAt", change.getProposedAt().truncatedTo(ChronoUnit.MICROS).toString());
        members.put("proposer", change.getProposer().getId());
        members.put("proposerKind", change.getProposer().getKind().name());
        members.put("reason", change.getReason());
        members.put("subject", change.getSubject().getId());
        members.put("subjectSystem", change.getSubject().getSystem());
        members.put("target", change.getTarget());
        String principal = change.getProposer().getPrincipal();
        if (principal != null) {
            members.put("principal", principal);
        }
        String json =
                members.entrySet().stream()
                        .map(each -> quoted(each.getKey()) + ":" + quoted(each.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
        return Hash.sha256(CanonicalJson.of(json)).hex();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').append((char) c);
                    } else if (c < ' ') {
                        quoted.append("\\u%04x".formatted(c));
                    } else {
                        quoted.append((char) c);
                    }
                });
        return quoted.append('"').toString();
    }

    private static BinaryMessageDecoder<Change> decoder() {
        BinaryMessageDecoder<Change> decoder = Change.createDecoder(new SchemaStore.Cache());
        Messages.released().stream()
                .filter(schema -> schema.getName().equals("ChangeProposed"))
                .forEach(schema -> decoder.addSchema(schema.getField("change").schema()));
        return decoder;
    }
}
