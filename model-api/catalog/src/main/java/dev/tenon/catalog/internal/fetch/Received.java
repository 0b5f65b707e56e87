package dev.tenon.catalog.internal.fetch;

/**
 * A file that is there.
 *
 * @param sha256 of its content, in hexadecimal digits
 * @param bytes its size
 * @param transferred bytes that came over the network in this call
 */
public record Received(String sha256, long bytes, long transferred) {}
