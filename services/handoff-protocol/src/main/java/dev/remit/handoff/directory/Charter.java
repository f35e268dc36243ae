package dev.remit.handoff.directory;

/**
 * A charter as published.
 *
 * @param hash SHA-256 of the document, hexadecimal
 * @param document canonical JSON (RFC 8785)
 */
public record Charter(String name, String version, String hash, String document) {}
