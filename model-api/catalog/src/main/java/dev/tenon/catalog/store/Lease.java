package dev.tenon.catalog.store;

/**
 * Holds a version: no process removes or collects it until the lease is closed or its process is
 * gone. Safe for threads.
 */
public interface Lease extends AutoCloseable {
  /** The version that is held. */
  StoredVersion version();

  /** Lets go; again is harmless. */
  @Override
  void close();
}
