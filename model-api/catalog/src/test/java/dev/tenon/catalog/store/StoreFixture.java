package dev.tenon.catalog.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Directories to commit. */
final class StoreFixture {
  static final ObjectName HERON = ObjectName.model("heron");
  static final String WEIGHTS = "model.safetensors";

  private StoreFixture() {}

  /** A staged directory with these files; slashes make directories. */
  static Path staged(ModelStore store, Map<String, String> files) {
    Path directory = store.newStaging().resolve("files");
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = directory.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  static StoredVersion commit(ModelStore store, ObjectName object, Map<String, String> files) {
    return store.commit(object, staged(store, files), VersionRecord.EMPTY);
  }

  /** A version whose weights are this text. */
  static StoredVersion commit(ModelStore store, ObjectName object, String weights) {
    return commit(store, object, Map.of("config.json", "{}", WEIGHTS, weights));
  }
}
