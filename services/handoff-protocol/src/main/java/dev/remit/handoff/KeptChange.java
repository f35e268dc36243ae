package dev.remit.handoff;

import dev.remit.wire.Messages;
import dev.remit.wire.v1.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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

    private static BinaryMessageDecoder<Change> decoder() {
        BinaryMessageDecoder<Change> decoder = Change.createDecoder(new SchemaStore.Cache());
        Messages.released().stream()
                .filter(schema -> schema.getName().equals("ChangeProposed"))
                .forEach(schema -> decoder.addSchema(schema.getField("change").schema()));
        return decoder;
    }
}
