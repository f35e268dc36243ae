package dev.remit.connector.application;

/** A charter file as it was read. */
public sealed interface CharterText {
    /** The file's name. */
    String file();

    /** The text as people wrote it; the beginning of it if it is too long. */
    String text();

    /** It reads. */
    record Good(String file, String text, PublishedCharters.Document document)
            implements CharterText {}

    /** It does not; the fault names the path and the rule. */
    record Broken(String file, String text, String fault) implements CharterText {}
}
