package dev.remit.approval.domain;

/** How many of those asked must say the same. */
public sealed interface Threshold {
    /** A number, from 1. */
    record Count(int number) implements Threshold {}

    /** A part of those asked, above 0 and at most 1, rounded up. */
    record Share(double part) implements Threshold {}

    /** The number, at least 1, when so many are asked. */
    default int of(int asked) {
        return switch (this) {
            case Count(int number) -> number;
            case Share(double part) -> Math.max(1, (int) Math.ceil(part * asked - 1e-9));
        };
    }
}
