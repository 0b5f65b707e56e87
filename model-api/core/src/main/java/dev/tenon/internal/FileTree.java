package dev.tenon.internal;

import dev.tenon.error.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files below a directory, and what they hold as one number. Safe for threads. */
public final class FileTree {
  private static final int BUFFER = 1 << 16;

  private FileTree() {}

  /**
   * All files by their path, names with slashes between them, sorted.
   *
   * @throws CheckpointException for a link or anything else that is neither file nor directory
   */
  public static SortedMap<String, Path> files(Path directory) throws IOException {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          files.put(relative(directory, path), path);
        } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          throw new CheckpointException(
              Problems.problem(String.valueOf(path), "neither", "a file or directory"));
        }
      }
    }
    return files;
  }

  /**
   * Copies files into a directory, which is made.
   *
   * @param files by their path below it, names with slashes between them, as {@link #files} has
   *     them
   * @throws java.nio.file.FileAlreadyExistsException if one is there
   */
  public static void copy(SortedMap<String, Path> files, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Path target = directory.resolve(file.getKey());
      Files.createDirectories(Durable.parent(target));
      Files.copy(file.getValue(), target);
    }
  }

  /** The digest of a directory: {@link #digest(SortedMap)} of all its files. */
  public static String digest(Path directory) throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, Path> file : files(directory).entrySet()) {
      digests.put(file.getKey(), sha256(file.getValue()));
    }
    return digest(digests);
  }

  private static String relative(Path directory, Path file) {
    List<String> names = new ArrayList<>();
    directory.relativize(file).forEach(x -> names.add(x.toString()));
    return String.join("/", names);
  }

  /** SHA-256 of a file in lower-case hexadecimal digits. */
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A new SHA-256, which every Java platform has. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The digest of a tree whose files have these digests: SHA-256 over a line {@code sha256 path}
   * for each, sorted by path. Two trees with the same paths and contents have the same one,
   * whatever their times and modes are.
   */
  public static String digest(SortedMap<String, String> sha256ByPath) {
    MessageDigest digest = sha256();
    sha256ByPath.forEach(
        (path, sha256) ->
            digest.update((sha256 + " " + path + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Forces all files and directories of a tree to disk. */
  public static void sync(Path directory) throws IOException {
    for (Path file : files(directory).values()) {
      Durable.syncFile(file);
    }
    List<Path> directories;
    try (Stream<Path> all = Files.walk(directory)) {
      directories = all.filter(Files::isDirectory).toList();
    }
    for (Path each : directories) {
      Durable.syncDirectory(each);
    }
  }
}
