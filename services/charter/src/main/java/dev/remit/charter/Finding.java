package dev.remit.charter;

/**
 * What is wrong with a charter, and what to do.
 *
 * @param code names the rule
 * @param file the file's name
 * @param line from 1
 * @param column from 1
 * @param path JSON pointer (RFC 6901) into the document
 * @param problem in plain words
 * @param remedy what to do, in plain words
 */
public record Finding(
        String code,
        Severity severity,
        String file,
        int line,
        int column,
        String path,
        String problem,
        String remedy) {

    /** Whether it stops the charter from being published. */
    public enum Severity {
        ERROR,
        WARNING
    }

    public boolean stops() {
        return severity == Severity.ERROR;
    }

    /** The path and the rule, in one line. */
    public String words() {
        return (path.isEmpty() ? "/" : path) + ": " + problem + "; " + remedy;
    }

    @Override
    public String toString() {
        return "%s:%d:%d: %s %s %s"
                .formatted(
                        file,
                        line,
                        column,
                        severity == Severity.ERROR ? "error" : "warning",
                        code,
                        words());
    }
}
