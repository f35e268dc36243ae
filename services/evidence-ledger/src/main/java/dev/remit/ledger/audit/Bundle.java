package dev.remit.ledger.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads entry bundles (C2SP tlog-tiles): each entry behind its length in two bytes. */
final class Bundle {
    private Bundle() {}

    /**
     * The entries, exactly so many.
     *
     * @throws IllegalArgumentException if the bytes are not that
     */
    static List<byte[]> entries(byte[] bundle, int number) {
        List<byte[]> entries = new ArrayList<>(number);
        int at = 0;
        while (at < bundle.length) {
            if (at + 2 > bundle.length) {
                throw new IllegalArgumentException("ends within a length");
            }
            int length = (bundle[at] & 0xff) << 8 | (bundle[at + 1] & 0xff);
            at += 2;
            if (at + length > bundle.length) {
                throw new IllegalArgumentException("ends within an entry");
            }
            entries.add(Arrays.copyOfRange(bundle, at, at + length));
            at += length;
        }
        if (entries.size() != number) {
            throw new IllegalArgumentException(
                    "holds " + entries.size() + " entries, not " + number);
        }
        return entries;
    }
}
