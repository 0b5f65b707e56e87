package dev.tenon.nn.internal;

import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where DJL unpacks native libraries: {@code ENGINE_CACHE_DIR}, else {@code DJL_CACHE_DIR} (both
 * environment variables or properties), else {@code .djl.ai} in the home directory. Where that can
 * be neither written nor used as it is, a directory in {@code java.io.tmpdir} that no other user
 * can write: code is loaded from it.
 */
public final class NativesCache {
  static final String PROPERTY = "DJL_CACHE_DIR";
  private static final String NAME = ".djl.ai";

  private NativesCache() {}

  /** The directory in use; it may not exist yet. */
  public static Path directory() {
    DjlSettings.apply();
    return Utils.getEngineCacheDir();
  }

  /** Whether libraries can be unpacked into the directory, made if need be. */
  public static boolean isWritable(Path directory) {
    Path at = directory.toAbsolutePath();
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    return at != null && Files.isDirectory(at) && Files.isWritable(at);
  }

  /** What to set instead of DJL's own choice; empty if that will do. */
  static Optional<Path> replacement() {
    boolean chosen =
        isSet(System.getProperty(PROPERTY))
            || isSet(System.getenv(PROPERTY))
            || isSet(System.getProperty("ENGINE_CACHE_DIR"))
            || isSet(System.getenv("ENGINE_CACHE_DIR"));
    Path home = Path.of(System.getProperty("user.home", "?"));
    return chosen ? Optional.empty() : replacement(home, temporary());
  }

  static Optional<Path> replacement(Path home, Path temporary) {
    Path usual = home.resolve(NAME);
    if (isWritable(usual) && Files.isDirectory(home)) {
      return Optional.empty();
    }
    // Perhaps in an image that is never written.
    return isUnpacked(usual) ? Optional.of(usual) : privateDirectory(temporary);
  }

  /**
   * Whether libraries lie there that we may read: DJL unpacks into directories that only their
   * owner can open, so what root unpacked is of no use to another user.
   */
  private static boolean isUnpacked(Path cache) {
    try (Stream<Path> found = Files.walk(cache, 2)) {
      return Files.isDirectory(cache.resolve("pytorch"))
          && found.filter(Files::isDirectory).allMatch(Files::isExecutable);
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir", "."));
  }

  private static String userName() {
    return System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_-]", "_");
  }

  /** Kept from run to run if it is ours; empty if nothing can be written at all. */
  private static Optional<Path> privateDirectory(Path temporary) {
    Path kept = temporary.resolve(NAME + "-" + userName());
    try {
      Files.createDirectory(kept, ownerOnly());
      return Optional.of(kept);
    } catch (FileAlreadyExistsException e) {
      return ours(kept) ? Optional.of(kept) : freshDirectory(temporary);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Path> freshDirectory(Path temporary) {
    try {
      return Optional.of(Files.createTempDirectory(temporary, NAME + "-"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A directory that others could have made may hold a library of theirs. */
  private static boolean ours(Path directory) {
    try {
      Path probe = Files.createTempFile(directory, "probe", "");
      try {
        boolean link = Files.isSymbolicLink(directory);
        return !link && Files.getOwner(probe).equals(Files.getOwner(directory));
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      return false;
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    return Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isEmpty();
  }
}
