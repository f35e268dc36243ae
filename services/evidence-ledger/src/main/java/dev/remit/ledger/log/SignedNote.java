package dev.remit.ledger.log;

import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.VerifierKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** A text with its signature (C2SP signed-note, Ed25519). */
public final class SignedNote {
    private static final String MARK = "\u2014 ";

    private SignedNote() {}

    /**
     * Signs a text.
     *
     * @param text ends with a newline
     */
    public static String sign(String text, SigningKey key) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("note: does not end with a newline");
        }
        byte[] signature = key.sign(text.getBytes(StandardCharsets.UTF_8));
        byte[] line =
                ByteBuffer.allocate(4 + signature.length)
                        .putInt(key.verifier().id())
                        .put(signature)
                        .array();
        return text
                + "\n"
                + MARK
                + key.verifier().name()
                + " "
                + Base64.getEncoder().encodeToString(line)
                + "\n";
    }

    /**
     * The text, if this key signed it. Lines by other keys are passed over; a line by this key that
     * does not verify refuses the note.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static String open(String note, VerifierKey key) {
        if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new IllegalArgumentException("note: holds a control character");
        }
        int split = note.lastIndexOf("\n\n");
        if (split < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("note: has no signature block");
        }
        String text = note.substring(0, split + 1);
        boolean verified = false;
        for (String line : note.substring(split + 2).lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length != 3 || !line.startsWith(MARK) || words[1].isEmpty()) {
                throw new IllegalArgumentException("note: a signature line does not read");
            }
            byte[] signature = Base64.getDecoder().decode(words[2]);
            if (signature.length < 5
                    || !Base64.getEncoder().encodeToString(signature).equals(words[2])) {
                throw new IllegalArgumentException(
                        "note: a signature is too short, or not in its one base64 form");
            }
            if (words[1].equals(key.name()) && ByteBuffer.wrap(signature).getInt() == key.id()) {
                byte[] bare = Arrays.copyOfRange(signature, 4, signature.length);
                if (!key.verifies(text.getBytes(StandardCharsets.UTF_8), bare)) {
                    throw new IllegalArgumentException(
                            "note: the signature of " + key.reference() + " does not verify");
                }
                verified = true;
            }
        }
        if (!verified) {
            throw new IllegalArgumentException("note: is not signed by " + key.reference());
        }
        return text;
    }
}
