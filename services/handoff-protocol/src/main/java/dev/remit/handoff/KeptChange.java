package dev.remit.handoff;

import dev.remit.wire.v1.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** A change as services keep it to hand it on unaltered: Avro single-object encoding. */
public final class KeptChange {
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
            return Change.fromByteBuffer(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
