package dev.remit.ledger.log;

import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.VerifierKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

/**
 * A text with signatures (C2SP signed-note). Reading one verifies nothing: see {@link #verified}.
 *
 * @param text ends with a newline
 * @param lines at least one, in their order
 */
public record SignedNote(String text, List<Line> lines) {
    /**
     * One signature line.
     *
     * @param bytes the key's id in four bytes, then the signature
     */
    public record Line(String name, byte[] bytes) {
        /** Without the newline. */
        public String text() {
            return MARK + name + " " + Base64.getEncoder().encodeToString(bytes);
        }

        int id() {
            return ByteBuffer.wrap(bytes).getInt();
        }

        /** Whether it says to be by this key; it may not verify. */
        public boolean isBy(NoteKey key) {
            return id() == key.id() && name.equals(key.name());
        }

        /**
         * Reads a signature line without its newline.
         *
         * @throws IllegalArgumentException naming what is wrong
         */
        public static Line parse(String line) {
            String[] words = line.split(" ", -1);
            if (words.length != 3 || !line.startsWith(MARK) || !NoteKey.isName(words[1])) {
                throw new IllegalArgumentException("note: a signature line does not read");
            }
            byte[] bytes = Base64.getDecoder().decode(words[2]);
            if (bytes.length < 5 || !Base64.getEncoder().encodeToString(bytes).equals(words[2])) {
                throw new IllegalArgumentException(
                        "note: a signature is too short, or not in its one base64 form");
            }
            return new Line(words[1], bytes);
        }
    }

    /**
     * A signature that holds.
     *
     * @param time what the signature says, seconds since 1970; 0 when it says none
     */
    public record Verified(NoteKey key, long time) {}

    private static final String MARK = "\u2014 ";

    /** At least 16 must be accepted; the rest is a limit on work. */
    private static final int MOST_LINES = 100;

    private static final int MOST_CHARACTERS = 1 << 20;

    public SignedNote {
        lines = List.copyOf(lines);
    }

    /**
     * Reads a note.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static SignedNote parse(String note) {
        if (note.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("note: longer than a million characters");
        }
        if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new IllegalArgumentException("note: holds a control character");
        }
        int split = note.lastIndexOf("\n\n");
        if (split < 0 || !note.endsWith("\n") || split + 2 == note.length()) {
            throw new IllegalArgumentException("note: has no signature block");
        }
        List<Line> lines = new ArrayList<>();
        for (String line : note.substring(split + 2, note.length() - 1).split("\n", -1)) {
            if (lines.size() == MOST_LINES) {
                throw new IllegalArgumentException("note: more than " + MOST_LINES + " signatures");
            }
            lines.add(Line.parse(line));
        }
        return new SignedNote(note.substring(0, split + 1), lines);
    }

    /** Reads a note's bytes, which must be UTF-8. */
    public static SignedNote parse(byte[] note) {
        try {
            return parse(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(note)).toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("note: not UTF-8", e);
        }
    }

    /** Signs a text with each key, in this order. */
    public static String sign(String text, Collection<NoteSigner> signers, Instant time) {
        requireNewline(text);
        var note = new StringBuilder(text).append('\n');
        signers.forEach(each -> note.append(each.line(text, time)));
        return note.toString();
    }

    /**
     * Signs a text.
     *
     * @param text ends with a newline
     */
    public static String sign(String text, SigningKey key) {
        requireNewline(text);
        byte[] signature = key.sign(text.getBytes(StandardCharsets.UTF_8));
        byte[] line =
                ByteBuffer.allocate(4 + signature.length)
                        .putInt(key.verifier().id())
                        .put(signature)
                        .array();
        return new SignedNote(text, List.of(new Line(key.verifier().name(), line))).note();
    }

    /** The first line: of a checkpoint, its log's origin. */
    public String origin() {
        return text.substring(0, text.indexOf('\n'));
    }

    /**
     * The text, if this key signed it, under the name of the log or of its shard that the note is
     * of. Lines by other keys are passed over; a line by this key that does not verify refuses the
     * note.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static String open(String note, VerifierKey key) {
        SignedNote parsed = parse(note);
        parsed.verified(List.of(NoteKey.of(key).of(parsed.origin())));
        return parsed.text();
    }

    /**
     * The signatures by these keys, the first of each. Lines by other keys are passed over, even
     * when they share a name or an id.
     *
     * @throws IllegalArgumentException if a line by one of these keys does not verify, or none does
     */
    public List<Verified> verified(Collection<NoteKey> keys) {
        List<Verified> verified = new ArrayList<>();
        for (Line line : lines) {
            for (NoteKey key : keys) {
                if (!line.isBy(key)) {
                    continue;
                }
                OptionalLong time =
                        key.verify(text, Arrays.copyOfRange(line.bytes(), 4, line.bytes().length));
                if (time.isEmpty()) {
                    throw new IllegalArgumentException(
                            "note: the signature of " + key.reference() + " does not verify");
                }
                if (verified.stream().noneMatch(each -> each.key().equals(key))) {
                    verified.add(new Verified(key, time.getAsLong()));
                }
            }
        }
        if (verified.isEmpty()) {
            throw new IllegalArgumentException(
                    "note: is not signed by "
                            + String.join(" or ", keys.stream().map(NoteKey::reference).toList()));
        }
        return verified;
    }

    /** The note with these signature lines after its own. */
    public SignedNote with(Collection<Line> more) {
        List<Line> all = new ArrayList<>(lines);
        all.addAll(more);
        return new SignedNote(text, all);
    }

    /** The note as a text. */
    public String note() {
        var note = new StringBuilder(text).append('\n');
        lines.forEach(each -> note.append(each.text()).append('\n'));
        return note.toString();
    }

    private static void requireNewline(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("note: does not end with a newline");
        }
    }
}
