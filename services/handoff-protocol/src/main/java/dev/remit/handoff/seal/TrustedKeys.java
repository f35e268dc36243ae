package dev.remit.handoff.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public keys that a verifier accepts, one verifier key text a line; blank lines and # comments
 * are skipped. After the key may stand {@code until=TIME}, when it was retired, and {@code
 * revoked=TIME}, when it was stolen or may have been; times as in RFC 3339, in UTC.
 */
public final class TrustedKeys {
    private static final String UNTIL = "until=";
    private static final String REVOKED = "revoked=";

    private final Map<String, Trusted> byReference;

    /**
     * One key and how far it is trusted.
     *
     * @param until what is sealed from then on is not accepted; empty for a key in use
     * @param revoked nothing by this key is accepted any more by who receives; what was sealed
     *     before then and is in the log still verifies
     */
    public record Trusted(VerifierKey key, Optional<Instant> until, Optional<Instant> revoked) {
        static Trusted parse(String line) {
            String[] words = line.strip().split("\\s+");
            VerifierKey key = VerifierKey.parse(words[0]);
            Optional<Instant> until = Optional.empty();
            Optional<Instant> revoked = Optional.empty();
            for (String word : List.of(words).subList(1, words.length)) {
                if (word.startsWith(UNTIL) && until.isEmpty()) {
                    until = Optional.of(time(key, UNTIL, word));
                } else if (word.startsWith(REVOKED) && revoked.isEmpty()) {
                    revoked = Optional.of(time(key, REVOKED, word));
                } else {
                    throw new IllegalArgumentException(
                            "trusted key "
                                    + key.reference()
                                    + ": '"
                                    + word
                                    + "' is neither until=TIME nor revoked=TIME, or stands twice");
                }
            }
            return new Trusted(key, until, revoked);
        }

        private static Instant time(VerifierKey key, String name, String word) {
            try {
                return Instant.parse(word.substring(name.length()));
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "trusted key "
                                + key.reference()
                                + ": "
                                + name
                                + " is not a time like 2026-01-31T12:00:00Z",
                        e);
            }
        }

        /** The line that it was read from, in its one form. */
        public String line() {
            return key
                    + until.map(time -> " " + UNTIL + time).orElse("")
                    + revoked.map(time -> " " + REVOKED + time).orElse("");
        }
    }

    private TrustedKeys(Stream<Trusted> keys) {
        byReference =
                keys.collect(
                        Collectors.toUnmodifiableMap(
                                each -> each.key().reference(),
                                Function.identity(),
                                TrustedKeys::same));
    }

    public static TrustedKeys of(List<VerifierKey> keys) {
        return new TrustedKeys(
                keys.stream().map(key -> new Trusted(key, Optional.empty(), Optional.empty())));
    }

    /**
     * Reads key texts.
     *
     * @throws IllegalArgumentException naming the key that does not read, or that stands twice and
     *     not in the same way
     */
    public static TrustedKeys parse(String text) {
        return new TrustedKeys(
                text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .map(Trusted::parse));
    }

    /** Reads the keys in a file. */
    public static TrustedKeys read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /** The key with this {@link VerifierKey#reference()}. */
    public Optional<Trusted> find(String reference) {
        return Optional.ofNullable(byReference.get(reference));
    }

    /** All keys, by reference. */
    public List<Trusted> all() {
        return byReference.keySet().stream().sorted().map(byReference::get).toList();
    }

    private static Trusted same(Trusted one, Trusted other) {
        if (!one.equals(other)) {
            throw new IllegalArgumentException(
                    "trusted key " + one.key().reference() + ": stands twice, not in the same way");
        }
        return one;
    }
}
