package dev.remit.approval.adapter.mail;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Where people are written to: a file with an immutable account id and an address a line, {@code
 * id=address}, read again when it changes. Addresses are in no message, log or database.
 */
final class Addresses {
    private static final Logger LOG = Logger.getLogger(Addresses.class);

    /** One plain address (RFC 5321, 4.1.2, without quotes): no list, no name, no line end. */
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}");

    private record Read(FileTime at, Map<String, String> byId) {}

    private final Path file;
    private volatile Read read = new Read(FileTime.fromMillis(Long.MIN_VALUE), Map.of());

    Addresses(Path file) {
        this.file = file;
    }

    /**
     * @throws IllegalStateException if it is not one plain address
     */
    static void check(String property, String address) {
        if (!PLAIN.matcher(address).matches()) {
            throw new IllegalStateException(property + ": is not one mail address");
        }
    }

    /** The address; empty if there is none, or none that is plain. */
    Optional<String> of(String person) {
        return Optional.ofNullable(current().byId().get(person));
    }

    private Read current() {
        try {
            FileTime at = Files.getLastModifiedTime(file);
            if (!at.equals(read.at())) {
                Properties lines = new Properties();
                try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                    lines.load(in);
                }
                read =
                        new Read(
                                at,
                                lines.stringPropertyNames().stream()
                                        .filter(id ->
                                                PLAIN.matcher(lines.getProperty(id)).matches())
                                        .collect(
                                                Collectors.toUnmodifiableMap(
                                                        id -> id, lines::getProperty)));
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warnf(
                    "remit.notices.mail.addresses does not read: %s", e.getClass().getSimpleName());
        }
        return read;
    }
}
