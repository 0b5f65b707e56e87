package dev.tenon.catalog.store;

/**
 * What a collection removed.
 *
 * @param trees directories that no version named
 * @param blobs contents that no directory named
 * @param sessions processes that were gone and left something
 * @param bytes freed on disk
 */
public record Collected(int trees, int blobs, int sessions, long bytes) {}
