package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.content.Contents;
import dev.tenon.catalog.internal.content.Links;
import dev.tenon.catalog.internal.content.Sessions;
import dev.tenon.catalog.internal.index.Database;
import dev.tenon.catalog.spec.SpecNames;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Versions of models and datasets below one directory, the home. A version appears as a whole or
 * not at all, whenever a process dies, and never changes. Files with the same content are kept
 * once.
 *
 * <p>Safe for threads and for any number of processes on one machine; a home on a network file
 * system is not. Problems of the home are {@link dev.tenon.error.CheckpointException}s that name
 * it; waiting for other processes ends after three minutes with a {@link
 * dev.tenon.error.DeadlineExceededException}; a closed store throws {@link EngineClosedException}.
 */
public final class ModelStore implements AutoCloseable {
  private final Parts parts;
  private final Leases leases;
  private final AtomicBoolean open = new AtomicBoolean(true);

  private ModelStore(Parts parts) {
    this.parts = parts;
    this.leases = new Leases(parts);
  }

  /**
   * Opens a home, and makes it if it is missing.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException if a newer Tenon made it
   * @throws dev.tenon.error.CheckpointException if it cannot be used
   */
  public static ModelStore open(Path home) {
    return open(home, Links.HARD);
  }

  static ModelStore open(Path home, Links links) {
    return Parts.run(
        home,
        () -> {
          Path real = Files.createDirectories(home).toRealPath();
          Contents contents = new Contents(real, links);
          Sessions sessions = new Sessions(real);
          Database database = Database.open(real.resolve("store.db"), Tables.SCHEMA);
          try {
            contents.make();
            sessions.make();
            Sessions.Session session = database.write(sql -> sessions.begin());
            return new ModelStore(
                new Parts(real, database, contents, sessions, session, new Seen()));
          } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
          }
        });
  }

  /** The home, a real path. */
  public Path home() {
    return parts.home();
  }

  /**
   * A new, empty, private directory on the store's file system. It is deleted when this store is
   * closed or, once a collection runs, when its process is gone.
   */
  public Path newStaging() {
    if (!open.get()) {
      throw new EngineClosedException(
          Problems.problem(String.valueOf(parts.home()), "closed", "an open store"));
    }
    return parts.run(() -> Files.createDirectory(parts.session().fresh("new")));
  }

  /**
   * Makes a directory a new version. Its files are taken, not copied: they become read-only and
   * afterwards the directory is gone. Without a {@code tenon.json} it gets one with the record. It
   * is forced to disk before this returns; after an error it is still there and there is no
   * version.
   *
   * @param directory below {@link #newStaging}, or elsewhere in the home
   * @throws InvalidInputException if it is no such directory, is empty, or has paths that other
   *     systems cannot hold
   * @throws dev.tenon.error.CheckpointException if it holds a link or a special file, or cannot be
   *     read
   */
  public StoredVersion commit(ObjectName object, Path directory, VersionRecord record) {
    return new Commit(parts, object, record).of(directory);
  }

  /**
   * Gives a version that is there another name. Nothing is copied; the one that is linked can be
   * removed only after this one.
   *
   * @throws dev.tenon.error.UnknownNameException if it is not there any more
   */
  public StoredVersion link(ObjectName object, StoredVersion same, VersionRecord record) {
    return parts.write(
        (sql, versions) -> versions.add(object, same.digest(), record, versions.again(same).id()));
  }

  /**
   * The version that a reference means now.
   *
   * @throws dev.tenon.error.UnknownNameException listing names, or versions and aliases
   */
  public StoredVersion resolve(VersionRef ref) {
    return parts.read((sql, versions) -> versions.resolve(ref).version());
  }

  /** The version that a reference means now, if there is one. */
  public Optional<StoredVersion> find(VersionRef ref) {
    return parts.read((sql, versions) -> versions.find(ref).map(Versions.Row::version));
  }

  /** All versions of a name by their numbers; empty if nothing has the name. */
  public List<StoredVersion> versions(ObjectName object) {
    return parts.read((sql, versions) -> versions.of(object));
  }

  /** The versions that a query asks for: models first, by namespace, name and number. */
  public List<StoredVersion> list(StoreQuery query) {
    return parts.read((sql, versions) -> versions.list(query));
  }

  /**
   * Gives a version an alias, or moves one to it.
   *
   * @param alias an identifier, neither a number nor {@code latest}
   * @throws dev.tenon.error.UnknownNameException if there is no such version
   */
  public void alias(ObjectName object, String alias, int number) {
    checkAlias(object, alias);
    parts.write(
        (sql, versions) -> {
          versions.resolve(VersionRef.of(object, number));
          return sql.update(
              "INSERT OR REPLACE INTO alias(object, alias, number) VALUES(?, ?, ?)",
              versions.owner(object),
              alias,
              number);
        });
  }

  private static void checkAlias(ObjectName object, String alias) {
    boolean free =
        SpecNames.isIdentifier(alias)
            && !alias.equals(VersionRef.LATEST)
            && !alias.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!free) {
      throw new InvalidInputException(
          Problems.problem(
              "alias of " + object.text(),
              alias,
              "an identifier; no number, and not latest, which the store keeps"));
    }
  }

  /** The aliases of a name, {@code latest} among them; empty if nothing has the name. */
  public SortedMap<String, Integer> aliases(ObjectName object) {
    return Collections.unmodifiableSortedMap(
        parts.read((sql, versions) -> versions.aliases(object)));
  }

  /**
   * Removes an alias.
   *
   * @throws dev.tenon.error.UnknownNameException if there is none
   */
  public void unalias(ObjectName object, String alias) {
    checkAlias(object, alias);
    parts.write(
        (sql, versions) -> {
          versions.resolve(new VersionRef(object, alias));
          return sql.update(
              "DELETE FROM alias WHERE object = ? AND alias = ?", versions.owner(object), alias);
        });
  }

  /**
   * Removes a version. Its files go with the next {@link #collect}, unless another version has
   * them.
   *
   * @throws InvalidInputException naming what holds it: an alias, a link, a lease
   * @throws dev.tenon.error.UnknownNameException if it is not there
   */
  public void remove(VersionRef ref) {
    new Removal(parts, leases).remove(ref);
  }

  /**
   * Holds a version for this process.
   *
   * @throws dev.tenon.error.UnknownNameException if it is not there any more
   */
  public Lease lease(StoredVersion version) {
    return leases.take(version);
  }

  /**
   * Deletes files that no version names and what processes that are gone left behind. Commits wait
   * meanwhile.
   */
  public Collected collect() {
    return new Removal(parts, leases).collect();
  }

  /**
   * Reads all bytes of a version again.
   *
   * @throws dev.tenon.error.CheckpointException naming files that are missing, changed or not of it
   * @throws dev.tenon.error.UnknownNameException if it is not there any more
   */
  public void verify(StoredVersion version) {
    new Verification(parts).of(version);
  }

  /** The descriptions that were registered. */
  public Registrations registrations() {
    return new Registrations(parts);
  }

  /** Lets go of all leases and deletes what was staged; again is harmless. */
  @Override
  public void close() {
    if (open.getAndSet(false)) {
      parts.run(
          () -> {
            try (parts) {
              leases.releaseAll();
            }
            return true;
          });
    }
  }

  @Override
  public String toString() {
    return "ModelStore[" + parts.home() + "]";
  }
}
