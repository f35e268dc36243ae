package dev.remit.handoff.halt;

/** Nothing is decided now: an order to halt may wait to be read. It passes. */
public final class HaltsUnread extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String why;

    public HaltsUnread(String why) {
        super(why, null, false, false);
        this.why = why;
    }

    /** In plain words. */
    public String why() {
        return why;
    }
}
