package dev.tenon.catalog;

import dev.tenon.catalog.internal.archive.ArchiveBudget;
import dev.tenon.catalog.internal.archive.ArchiveFormat;
import dev.tenon.catalog.internal.archive.ArchiveReader;
import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes versions of files that a user has. Safe for threads. */
record Uploads(ModelStore store) {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  /** The tag with the digest of files alone, without what the store writes beside them. */
  private static final String CONTENT = "content";

  private static final long MOST_BYTES = 1L << 40;

  /** Copies a user's files, which stay as they are, and commits the copy. */
  StoredVersion add(ObjectName object, Path from, VersionRecord record) {
    Path staged = stage(from);
    return store.commit(object, staged, described(object, from, staged, record));
  }

  /** The same, unless the newest version holds just these files. */
  StoredVersion addOnce(ObjectName object, Path from) {
    Path staged = stage(from);
    String digest = Durable.run(staged, "a readable directory", () -> FileTree.digest(staged));
    Optional<StoredVersion> newest = store.find(VersionRef.latest(object));
    if (newest.isPresent() && digest.equals(newest.get().record().tags().get(CONTENT))) {
      discard(Durable.parent(staged));
      return newest.get();
    }
    VersionRecord record = VersionRecord.EMPTY.withTags(Map.of(CONTENT, digest));
    return store.commit(object, staged, described(object, from, staged, record));
  }

  private Path stage(Path from) {
    if (!Files.exists(from)) {
      throw new InvalidInputException(
          Problems.problem("files", from, "a directory, an archive or a file that is there"));
    }
    Path staging = store.newStaging();
    Path staged = staging.resolve("files");
    try {
      return Durable.run(
          from,
          "a directory, an archive or a file",
          () -> {
            boolean file = Files.isRegularFile(from);
            if (file && ArchiveFormat.named(String.valueOf(from.getFileName())).isPresent()) {
              ArchiveReader.extractInner(from, staged, ArchiveBudget.model(staged, MOST_BYTES));
            } else {
              FileTree.copy(file ? named(from) : FileTree.files(from), staged);
            }
            return staged;
          });
    } catch (RuntimeException e) {
      discard(staging);
      throw e;
    }
  }

  /** What cannot be deleted now goes with the store's session. */
  private static void discard(Path staging) {
    try {
      Durable.deleteTree(staging);
    } catch (IOException e) {
      LOG.debug("{} is left for the end of the session", staging, e);
    }
  }

  private static SortedMap<String, Path> named(Path file) {
    return new TreeMap<>(Map.of(String.valueOf(file.getFileName()), file));
  }

  /** A record with what the files tell, and where they came from. */
  static VersionRecord described(ObjectName object, Path from, Path staged, VersionRecord record) {
    Map<String, String> tags = new TreeMap<>(record.tags());
    if (object.kind() == ObjectKind.DATASET) {
      tags.putAll(Durable.run(staged, "a readable directory", () -> DatasetForm.of(staged)));
    }
    String name = String.valueOf(from.toAbsolutePath().normalize().getFileName());
    return record
        .withTags(tags)
        .withLineage(Lineage.NONE.withOrigin(Map.of("kind", "upload", "name", name)));
  }
}
