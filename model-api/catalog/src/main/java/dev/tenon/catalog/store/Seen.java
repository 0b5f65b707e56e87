package dev.tenon.catalog.store;

import java.lang.ref.SoftReference;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Versions that were read before, by their ids in the index: they never change, and an id is not
 * given again, so only what is new has to be read. Only what is committed may be kept. The memory
 * is given back when there is little. Safe for threads.
 */
final class Seen {
  private static final int MOST = 50_000;

  private volatile SoftReference<Map<Long, StoredVersion>> versions = new SoftReference<>(null);

  /** Reads a version. */
  @FunctionalInterface
  interface Reading {
    StoredVersion read() throws SQLException;
  }

  /** The version of an id; it is read if it is new. */
  StoredVersion get(long id, Reading reading) throws SQLException {
    Map<Long, StoredVersion> known = versions.get();
    if (known == null || known.size() >= MOST) {
      known = new ConcurrentHashMap<>();
      versions = new SoftReference<>(known);
    }
    StoredVersion version = known.get(id);
    if (version == null) {
      version = reading.read();
      known.put(id, version);
    }
    return version;
  }
}
