package dev.remit.approval.domain;

/**
 * What a change is about.
 *
 * @param charter the charter's name
 * @param mode OWN or ASSIST
 * @param hash the change's hash: SHA-256, lower-case hex
 */
public record About(
        String charter, String action, String target, String reason, String mode, String hash) {}
