package dev.remit.handoff.seal;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A message's part of a batch signature: one Ed25519 signature over the Merkle root of the batch,
 * and the path from this message to that root. A batch of one has an empty path; it is verified in
 * the same way.
 *
 * @param key the signer, as {@link VerifierKey#reference()}
 * @param index the message's place in its batch, from 0
 * @param size the number of messages in the batch
 * @param path the sibling hashes from leaf to root (RFC 9162 section 2.1.3)
 * @param signature 64 bytes over {@link #signedBytes}
 */
public record Seal(String key, int index, int size, List<Hash> path, byte[] signature) {
    /** Header with the signer's {@link VerifierKey#reference()}. */
    public static final String KEY_HEADER = "remit-key";

    /** Header with index, size, signature and path, separated by spaces. */
    public static final String SEAL_HEADER = "remit-seal";

    private static final String PAYLOAD_TYPE = "application/vnd.remit.handoff.v1";

    public Seal {
        path = List.copyOf(path);
        if (size < 1 || index < 0 || index >= size) {
            throw new IllegalArgumentException("index " + index + " of " + size);
        }
    }

    /** The {@link #SEAL_HEADER}'s text. */
    public String text() {
        var words = new ArrayList<String>();
        words.add(String.valueOf(index));
        words.add(String.valueOf(size));
        words.add(Base64.getEncoder().encodeToString(signature));
        path.forEach(hash -> words.add(hash.toString()));
        return String.join(" ", words);
    }

    /**
     * Reads what {@link #text()} writes, and nothing else.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Seal parse(String key, String text) {
        List<String> words = List.of(text.split(" ", -1));
        if (words.size() < 3) {
            throw new IllegalArgumentException("seal: fewer than three words");
        }
        int index = Integer.parseInt(words.get(0));
        int size = Integer.parseInt(words.get(1));
        byte[] signature = Base64.getDecoder().decode(words.get(2));
        List<Hash> path = new ArrayList<>(words.size() - 3);
        for (String word : words.subList(3, words.size())) {
            path.add(Hash.parse(word));
        }
        // a hash reads in one form only; the other words may have more than one
        if (!Integer.toString(index).equals(words.get(0))
                || !Integer.toString(size).equals(words.get(1))
                || !Base64.getEncoder().encodeToString(signature).equals(words.get(2))) {
            throw new IllegalArgumentException("seal: not in its one form");
        }
        return new Seal(key, index, size, path, signature);
    }

    /**
     * The exact bytes a seal covers: DSSE's pre-authentication encoding (DSSE v1, protocol section
     * 2) of the topic, the envelope's headers in their fixed order as lines {@code name: value}, an
     * empty line, and the payload.
     */
    public static byte[] sealedBytes(Envelope envelope, byte[] payload) {
        byte[] head = head(envelope, payload);
        byte[] all = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }

    /** What comes before the payload. */
    private static byte[] head(Envelope envelope, byte[] payload) {
        var lines =
                new StringBuilder(1024)
                        .append("topic: ")
                        .append(envelope.handoff().topic().topicName())
                        .append('\n');
        envelope.headers()
                .forEach((name, value) ->
                        lines.append(name).append(": ").append(value).append('\n'));
        byte[] head = lines.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        byte[] encoding =
                ("DSSEv1 "
                                + PAYLOAD_TYPE.length()
                                + ' '
                                + PAYLOAD_TYPE
                                + ' '
                                + (head.length + payload.length)
                                + ' ')
                        .getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(encoding, encoding.length + head.length);
        System.arraycopy(head, 0, all, encoding.length, head.length);
        return all;
    }

    /**
     * The message's hash: the RFC 9162 leaf hash of its sealed bytes. The next handoff names it in
     * {@code ce_prev}.
     */
    public static Hash hash(Envelope envelope, byte[] payload) {
        return Merkle.leafHash(head(envelope, payload), payload);
    }

    /**
     * What the signature covers: {@code remit-seal/v1}, the batch's size and its root, a line each.
     */
    static byte[] signedBytes(int size, Hash root) {
        return ("remit-seal/v1\n" + size + '\n' + root + '\n').getBytes(StandardCharsets.US_ASCII);
    }

    /** Seals a batch: one signature, a seal for each leaf in order. */
    public static List<Seal> all(SigningKey key, List<Hash> leaves) {
        if (leaves.isEmpty()) {
            return List.of();
        }
        byte[] signature = key.sign(signedBytes(leaves.size(), Merkle.root(leaves)));
        List<List<Hash>> paths = Merkle.inclusionProofs(leaves);
        var seals = new ArrayList<Seal>();
        for (int index = 0; index < leaves.size(); index++) {
            seals.add(
                    new Seal(
                            key.verifier().reference(),
                            index,
                            leaves.size(),
                            paths.get(index),
                            signature));
        }
        return seals;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Seal seal && key.equals(seal.key) && text().equals(seal.text());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature) + index;
    }
}
