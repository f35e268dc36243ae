package dev.remit.ledger.log;

import dev.remit.handoff.Ids;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * That a service's key was published, retired or revoked, as a leaf of the log: text, LF lines, in
 * the clear. So that whoever reads the log can tell by which keys, and until when, seals could
 * hold.
 *
 * @param at from when on what is sealed by the key does not hold; empty for a key that is published
 */
public record KeyTrust(What what, VerifierKey key, Optional<Instant> at) {
    /** What became of a key. */
    public enum What {
        PUBLISHED,
        RETIRED,
        REVOKED
    }

    /** The type of the rows that hold one. */
    public static final String TYPE = "KeyTrust";

    private static final String HEAD = "key-trust/v1";

    /** Namespace of the leaves' ids: each is logged once, whoever comes first. */
    private static final UUID KEYS = UUID.fromString("3f0a1c52-6a5e-5d0c-9d9b-2f6f0a6c7e11");

    public KeyTrust {
        if (at.isPresent() == (what == What.PUBLISHED)) {
            throw new IllegalArgumentException("key: has a time when it is retired or revoked");
        }
    }

    /** Everything that there is to be said of these keys. */
    public static List<KeyTrust> of(TrustedKeys keys) {
        List<KeyTrust> all = new ArrayList<>();
        for (TrustedKeys.Trusted each : keys.all()) {
            all.add(new KeyTrust(What.PUBLISHED, each.key(), Optional.empty()));
            each.until()
                    .ifPresent(
                            at -> all.add(new KeyTrust(What.RETIRED, each.key(), Optional.of(at))));
            each.revoked()
                    .ifPresent(
                            at -> all.add(new KeyTrust(What.REVOKED, each.key(), Optional.of(at))));
        }
        return List.copyOf(all);
    }

    /**
     * The id of its leaf: each shard has its own, so that what is in one is shown by what is in it.
     *
     * @param period the shard's
     */
    public UUID id(String period) {
        return Ids.derived(KEYS, text() + period);
    }

    /** The leaf. */
    public byte[] leaf() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    private String text() {
        return HEAD
                + "\n"
                + what.name().toLowerCase(Locale.ROOT)
                + " "
                + key
                + at.map(time -> " " + time).orElse("")
                + "\n";
    }

    /**
     * Reads a leaf; empty if it is one of another kind.
     *
     * @throws IllegalArgumentException if it is of this kind and does not read
     */
    public static Optional<KeyTrust> parse(byte[] leaf) {
        String text = new String(leaf, StandardCharsets.UTF_8);
        if (!text.startsWith(HEAD + "\n")) {
            return Optional.empty();
        }
        String[] words = text.substring(HEAD.length() + 1).strip().split(" ", -1);
        try {
            KeyTrust read =
                    new KeyTrust(
                            What.valueOf(words[0].toUpperCase(Locale.ROOT)),
                            VerifierKey.parse(words.length > 1 ? words[1] : ""),
                            words.length > 2
                                    ? Optional.of(Instant.parse(words[2]))
                                    : Optional.empty());
            if (!read.text().equals(text)) {
                throw new IllegalArgumentException("key: a leaf is not in its one form");
            }
            return Optional.of(read);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("key: a leaf names no time", e);
        }
    }
}
