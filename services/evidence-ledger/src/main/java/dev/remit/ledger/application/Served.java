package dev.remit.ledger.application;

/** How a public file is given out, and for how long it may be cached (C2SP tlog-tiles). */
public enum Served {
    /** A state of the log: the next one takes its place. */
    STATE("text/plain; charset=utf-8", "no-cache"),
    /** Never changes: tiles, entry bundles, timestamps. */
    FOR_EVER("application/octet-stream", "max-age=31536000, immutable");

    private final String contentType;
    private final String cacheControl;

    Served(String contentType, String cacheControl) {
        this.contentType = contentType;
        this.cacheControl = cacheControl;
    }

    /** The HTTP header of that name. */
    public String contentType() {
        return contentType;
    }

    /** The HTTP header of that name. */
    public String cacheControl() {
        return cacheControl;
    }
}
