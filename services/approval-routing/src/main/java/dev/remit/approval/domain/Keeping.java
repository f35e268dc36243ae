package dev.remit.approval.domain;

import java.util.List;

/**
 * A protected entitlement that a plan takes, and who keeps it.
 *
 * @param lost whether a lasting holder is lost by it
 * @param keepers immutable ids of enabled accounts that hold it and are not about to lose it, at
 *     most two
 */
public record Keeping(Entitlement entitlement, boolean lost, List<String> keepers) {}
