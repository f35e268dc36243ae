package dev.remit.ledger.domain;

/** Compares two versions of a charter. */
@FunctionalInterface
public interface Tightening {
    /**
     * Whether the second certainly makes changes harder and nothing else.
     *
     * @param before canonical JSON
     * @param after canonical JSON
     */
    boolean isHarderOnly(String before, String after);
}
