package dev.remit.handoff.loop;

import dev.remit.handoff.seal.TrustedKeys;

/** The keys that this service trusts. */
public interface Trust {
    /**
     * As their file says now, a second late at most; the same object until it changes. May read a
     * file.
     */
    TrustedKeys now();
}
