package dev.tenon.catalog.store;

/**
 * A version that another one was made of. It may be removed later; its digest still tells what it
 * was.
 *
 * @param object its name
 * @param number of the version
 * @param digest of its directory
 */
public record ParentVersion(ObjectName object, int number, String digest) {}
