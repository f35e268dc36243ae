package dev.remit.verify;

import dev.remit.ledger.certificate.VerifyFile;

/** What the jar starts; whatever it does not reach is left out of the jar. */
public final class Main {
    private Main() {}

    /** See {@link VerifyFile#main}. */
    public static void main(String[] arguments) {
        // Avro logs, and nobody listens: SLF4J need not say so
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        VerifyFile.main(arguments);
    }
}
