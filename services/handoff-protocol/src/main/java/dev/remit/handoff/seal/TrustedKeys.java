package dev.remit.handoff.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public keys that a verifier accepts, one verifier key text a line; blank lines and # comments
 * are skipped.
 */
public final class TrustedKeys {
    private final Map<String, VerifierKey> byReference;

    private TrustedKeys(Stream<VerifierKey> keys) {
        byReference =
                keys.collect(
                        Collectors.toUnmodifiableMap(
                                VerifierKey::reference, Function.identity(), (a, b) -> a));
    }

    public static TrustedKeys of(List<VerifierKey> keys) {
        return new TrustedKeys(keys.stream());
    }

    /**
     * Reads key texts.
     *
     * @throws IllegalArgumentException naming the key that does not read
     */
    public static TrustedKeys parse(String text) {
        return new TrustedKeys(
                text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .map(VerifierKey::parse));
    }

    /** Reads the keys in a file. */
    public static TrustedKeys read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /** The key with this {@link VerifierKey#reference()}. */
    public Optional<VerifierKey> find(String reference) {
        return Optional.ofNullable(byReference.get(reference));
    }

    /** All keys, by reference. */
    public List<VerifierKey> all() {
        return byReference.keySet().stream().sorted().map(byReference::get).toList();
    }
}
