package dev.tenon.catalog.job;

import dev.tenon.catalog.store.Lease;
import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A running JupyterLab on the loopback interface, behind a token of its own. Its directory has
 * {@code saved}, the files of a model, which must stay as they are, and {@code trained}, which it
 * may write and which becomes a version when that is asked for. Closing it ends the server and its
 * kernels; what was not committed is gone. Safe for threads.
 */
public final class Notebook implements AutoCloseable {
  private final ModelStore store;
  private final Optional<StoredVersion> source;
  private final Optional<Lease> lease;
  private final Path directory;
  private final JupyterServer server;

  private Notebook(
      ModelStore store,
      Optional<StoredVersion> source,
      Optional<Lease> lease,
      Path directory,
      JupyterServer server) {
    this.store = store;
    this.source = source;
    this.lease = lease;
    this.directory = directory;
    this.server = server;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param source the version that stands in {@code saved}
   * @param settings where programs are looked for
   * @throws dev.tenon.error.UnsupportedFeatureException if JupyterLab is not installed
   * @throws JobFailedException if it does not answer within 90 s; the message has its last lines
   */
  public static Notebook start(
      ModelStore store, Optional<StoredVersion> source, JobSettings settings) {
    Path program = JupyterServer.find(settings.path());
    Optional<Lease> lease = source.map(store::lease);
    Optional<Path> directory = Optional.empty();
    try {
      Path made = store.newStaging();
      directory = Optional.of(made);
      Path work = Files.createDirectory(made.resolve("work"));
      Files.createDirectory(work.resolve("trained"));
      if (source.isPresent()) {
        mount(source.get().directory(), work.resolve("saved"));
      }
      JupyterServer server = JupyterServer.start(program, made, settings);
      return new Notebook(store, source, lease, made, server);
    } catch (IOException e) {
      discard(lease, directory, e);
      throw new InvalidInputException(
          Problems.problem("notebook", e.getMessage(), "a directory to write and a program"), e);
    } catch (RuntimeException e) {
      discard(lease, directory, e);
      throw e;
    }
  }

  private static void discard(Optional<Lease> lease, Optional<Path> directory, Exception cause) {
    lease.ifPresent(Lease::close);
    try {
      if (directory.isPresent()) {
        Durable.deleteTree(directory.get());
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** A link where the system has links, a copy elsewhere. */
  private static void mount(Path files, Path place) throws IOException {
    try {
      Files.createSymbolicLink(place, files);
    } catch (IOException | UnsupportedOperationException e) {
      FileTree.copy(FileTree.files(files), place);
    }
  }

  /** What to open in a browser; the token stands in it. */
  public URI url() {
    return server.url();
  }

  /** Whether the server still runs; somebody may have ended it in the browser. */
  public boolean isRunning() {
    return server.isRunning();
  }

  /** Where the notebook writes. */
  public Path trained() {
    return directory.resolve("work").resolve("trained");
  }

  /**
   * Makes a version of what lies in {@code trained} now; the notebook may go on.
   *
   * @throws InvalidInputException if nothing lies there
   * @throws ChangedSourceException if the files in {@code saved} are not what they were
   */
  public StoredVersion commit(ObjectName destination) {
    source.ifPresent(this::requireUnchanged);
    SortedMap<String, Path> files =
        Durable.run(trained(), "a readable directory", () -> written(trained()));
    if (files.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem("trained", "no files", "the files of a version"));
    }
    Path staged = store.newStaging().resolve("files");
    Durable.run(
        staged,
        "a writable directory",
        () -> {
          FileTree.copy(files, staged);
          return staged;
        });
    Lineage lineage = Lineage.NONE.withOrigin(Map.of("kind", "notebook"));
    VersionRecord record = source.map(StoredVersion::record).orElse(VersionRecord.EMPTY);
    return store.commit(
        destination,
        staged,
        record
            .withTags(Map.of())
            .withMetrics(Map.of())
            .withLineage(
                source.map(StoredVersion::asParent).map(lineage::withParent).orElse(lineage)));
  }

  private void requireUnchanged(StoredVersion version) {
    try {
      store.verify(version);
    } catch (CheckpointException e) {
      throw new ChangedSourceException(
          "saved: " + version.ref().text() + " is not what it was: " + e.getMessage(), e);
    }
  }

  /** All but what the server keeps for itself. */
  private static SortedMap<String, Path> written(Path directory) throws IOException {
    SortedMap<String, Path> files = FileTree.files(directory);
    files.keySet().removeIf(x -> x.startsWith(".") || x.contains("/."));
    return files;
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      lease.ifPresent(Lease::close);
      Durable.run(
          directory,
          "a directory to remove",
          () -> {
            Durable.deleteTree(directory);
            return true;
          });
    }
  }
}
