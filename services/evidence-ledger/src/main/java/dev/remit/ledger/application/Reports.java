package dev.remit.ledger.application;

import dev.remit.ledger.certificate.PackReport;

/** Reports for people to read and print. They block. */
public interface Reports {
    /** The report as a file; the same report always gives the same bytes. */
    byte[] printed(PackReport report);
}
