package dev.tenon.catalog.internal.content;

import dev.tenon.internal.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The files of a store: blobs by their SHA-256, trees by their digest. What changes them runs
 * within a write of the index, so that one process does so at a time.
 */
public final class Contents {
  private final Path blobs;
  private final Path trees;
  private final Links links;

  /** Below a home. */
  public Contents(Path home, Links links) {
    this.blobs = home.resolve("blobs");
    this.trees = home.resolve("trees");
    this.links = links;
  }

  /** Makes the directories. */
  public void make() throws IOException {
    Files.createDirectories(blobs);
    Files.createDirectories(trees);
  }

  /** Where the tree of a digest lies. */
  public Path tree(String digest) {
    return trees.resolve(digest);
  }

  private Path blob(String sha256) {
    return blobs.resolve(sha256.substring(0, 2)).resolve(sha256);
  }

  boolean isBlob(Path file, String sha256) throws IOException {
    Path blob = blob(sha256);
    return Files.exists(blob, LinkOption.NOFOLLOW_LINKS) && Files.isSameFile(blob, file);
  }

  /** Whether the tree has all its files, by name and size. */
  public boolean isWhole(Content content) throws IOException {
    Path tree = tree(content.digest());
    for (Map.Entry<String, Content.Entry> file : content.files().entrySet()) {
      if (!hasSize(tree.resolve(file.getKey()), file.getValue().bytes())) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasSize(Path file, long bytes) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == bytes;
  }

  /**
   * Makes a directory the tree of its content; blobs that are there already take the place of its
   * files, the others become blobs.
   *
   * @param known SHA-256 of the blobs that the index knows; others are leftovers
   * @param trash gets what stood in the way
   */
  public void place(Path directory, Content content, Set<String> known, Path trash)
      throws IOException {
    Set<String> good = new HashSet<>(known);
    Set<Path> changed = new LinkedHashSet<>();
    for (Map.Entry<String, Content.Entry> file : content.files().entrySet()) {
      Content.Entry entry = file.getValue();
      Path path = directory.resolve(file.getKey());
      if (good.add(entry.sha256()) || !hasSize(blob(entry.sha256()), entry.bytes())) {
        addBlob(path, entry.sha256(), trash);
        changed.add(Durable.parent(blob(entry.sha256())));
      } else if (!isBlob(path, entry.sha256())) {
        replaceByLink(path, blob(entry.sha256()));
      }
    }
    changed.add(blobs);
    changed.addAll(Modes.directories(directory));
    for (Path each : changed) {
      Durable.syncDirectory(each);
    }
    discard(tree(content.digest()), trash);
    Files.move(directory, tree(content.digest()), StandardCopyOption.ATOMIC_MOVE);
    Modes.freezeDirectories(tree(content.digest()));
    Durable.syncDirectory(trees);
  }

  private void addBlob(Path file, String sha256, Path trash) throws IOException {
    Path blob = blob(sha256);
    Files.createDirectories(Durable.parent(blob));
    discard(blob, trash);
    if (!links.link(file, blob)) {
      Copies.copy(file, blob);
    }
  }

  private void replaceByLink(Path file, Path blob) throws IOException {
    Path linked = Durable.temporaryBeside(file);
    if (links.link(blob, linked)) {
      Files.move(linked, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Moves a tree back to where it was placed from. */
  public void takeBack(String digest, Path directory) throws IOException {
    Modes.thawDirectory(tree(digest));
    Files.move(tree(digest), directory, StandardCopyOption.ATOMIC_MOVE);
    for (Path each : Modes.directories(directory)) {
      Modes.thawDirectory(each);
    }
  }

  /** Moves a tree or a blob out of the way, if it is there. */
  public void discard(Path path, Path trash) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Modes.thawDirectory(path);
    }
    Files.createDirectories(trash);
    Files.move(path, trash.resolve(UUID.randomUUID().toString()), StandardCopyOption.ATOMIC_MOVE);
  }

  /** All trees that are there, whole or not; by their names. */
  public Map<String, Path> trees() throws IOException {
    return children(trees);
  }

  /** All blobs that are there, whole or not; by their names. */
  public Map<String, Path> blobs() throws IOException {
    Map<String, Path> all = new TreeMap<>();
    for (Path part : children(blobs).values()) {
      all.putAll(children(part));
    }
    return all;
  }

  private static Map<String, Path> children(Path directory) throws IOException {
    Map<String, Path> children = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      all.forEach(x -> children.put(String.valueOf(x.getFileName()), x));
    }
    return children;
  }
}
