package dev.remit.bench;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.UUID;

/**
 * A message of the floors: as large as the mesh's, and without meaning but its number.
 *
 * @param change the key
 * @param payload starts with the number of the change in its run, eight bytes
 */
record Message(UUID change, byte[] payload) {
    /** About what the mesh's messages measure. */
    static final int BYTES = 500;

    private static final byte[] FILLING = filling();

    static Message number(long run, int index) {
        byte[] payload = FILLING.clone();
        ByteBuffer.wrap(payload).putLong(index);
        return new Message(new UUID(run, index), payload);
    }

    static int number(byte[] payload) {
        return (int) ByteBuffer.wrap(payload).getLong();
    }

    private static byte[] filling() {
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
