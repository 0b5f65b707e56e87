package dev.tenon.catalog.store;

import java.nio.file.Path;
import java.time.Instant;

/**
 * One version of a model or dataset. It never changes; it can be removed.
 *
 * @param object its name
 * @param number from 1, counted up under its name; a removed one's number is not given again
 * @param digest of the directory: SHA-256 over paths and contents of all its files, {@code
 *     tenon.json} among them, in hexadecimal digits
 * @param bytes of its files
 * @param created when it was committed, in milliseconds
 * @param record what it is and how it was made
 * @param directory its files, read-only; there as long as the version is. A process that works with
 *     them takes a {@link ModelStore#lease lease}, so that no other one removes them meanwhile
 */
public record StoredVersion(
    ObjectName object,
    int number,
    String digest,
    long bytes,
    Instant created,
    VersionRecord record,
    Path directory) {
  /** How people name it, {@code heron:3}. */
  public VersionRef ref() {
    return VersionRef.of(object, number);
  }

  /** How the lineage of another version names it. */
  public ParentVersion asParent() {
    return new ParentVersion(object, number, digest);
  }
}
