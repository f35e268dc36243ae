package dev.remit.verify;

import dev.remit.ledger.certificate.VerifyFile;

/** What the jar starts; whatever it does not reach is left out of the jar. */
public final class Main {
    private Main() {}

    /** See {@link VerifyFile#main}. */
    public static void main(String[] arguments) {
        VerifyFile.main(arguments);
    }
}
