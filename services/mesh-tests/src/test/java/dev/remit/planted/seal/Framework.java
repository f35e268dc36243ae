package dev.remit.planted.seal;

/** Breaks the rule on purpose: what must stand alone, and knows the stack. */
record Framework(dev.remit.stack.Home home) {}
