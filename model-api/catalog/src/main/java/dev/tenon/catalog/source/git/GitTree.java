package dev.tenon.catalog.source.git;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/** Lists the files below a path of a commit, all of them checked, before one is written. */
final class GitTree {
  private static final int DEEPEST = 32;

  private final ObjectReader objects;
  private final GitLimits limits;
  private final GitNames names = new GitNames();
  private final List<GitFile> files = new ArrayList<>();
  private long bytes;
  private int entries;

  private GitTree(ObjectReader objects, GitLimits limits) {
    this.objects = objects;
    this.limits = limits;
  }

  /**
   * The files below a path, in git's order.
   *
   * @param path empty for the root; a file is the one file of the list
   * @throws InvalidInputException if the path is not there, a name is not safe, an entry is a link
   *     or a submodule, or there is more than the limits let
   */
  static List<GitFile> files(ObjectReader objects, ObjectId root, String path, GitLimits limits)
      throws IOException {
    GitTree tree = new GitTree(objects, limits);
    if (path.isEmpty()) {
      tree.add(root, "", 0);
      return tree.files;
    }
    ObjectId at = root;
    String[] parts = path.split("/+", -1);
    for (int i = 0; i < parts.length; i++) {
      CanonicalTreeParser entry = tree.child(at, parts[i], path);
      boolean last = i == parts.length - 1;
      if (last && !entry.getEntryFileMode().equals(FileMode.TREE)) {
        tree.add(entry, "", 0);
        return tree.files;
      }
      if (!entry.getEntryFileMode().equals(FileMode.TREE)) {
        throw missing(path, parts[i], "a directory");
      }
      at = entry.getEntryObjectId();
    }
    tree.add(at, "", 0);
    return tree.files;
  }

  /** The blob of a file in the root, whatever else is there. */
  static Optional<ObjectId> rootFile(ObjectReader objects, ObjectId root, String name)
      throws IOException {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    CanonicalTreeParser entries = new CanonicalTreeParser(null, objects, root);
    for (; !entries.eof(); entries.next(1)) {
      if (Arrays.equals(name(entries), wanted)
          && entries.getEntryFileMode().equals(FileMode.REGULAR_FILE)) {
        return Optional.of(entries.getEntryObjectId());
      }
    }
    return Optional.empty();
  }

  private CanonicalTreeParser child(ObjectId directory, String name, String path)
      throws IOException {
    List<String> there = new ArrayList<>();
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    CanonicalTreeParser entries = new CanonicalTreeParser(null, objects, directory);
    for (; !entries.eof(); entries.next(1)) {
      byte[] found = name(entries);
      if (Arrays.equals(found, wanted)) {
        return entries;
      }
      there.add(new String(found, StandardCharsets.UTF_8).replaceAll("\\p{C}", "?"));
    }
    Optional<String> rest = there.size() > 20 ? Optional.of("…") : Optional.empty();
    List<String> shown = new ArrayList<>(there.subList(0, Math.min(20, there.size())));
    rest.ifPresent(shown::add);
    throw missing(path, name, "one of " + String.join(", ", shown));
  }

  private static InvalidInputException missing(String path, String part, String expected) {
    return new InvalidInputException(
        Problems.problem("path " + path + " in the repository", part, expected));
  }

  private static byte[] name(CanonicalTreeParser entry) {
    byte[] name = new byte[entry.getNameLength()];
    entry.getName(name, 0);
    return name;
  }

  private void add(ObjectId directory, String prefix, int depth) throws IOException {
    check(depth <= DEEPEST, "depth of " + prefix, depth, "at most " + DEEPEST + " directories");
    CanonicalTreeParser entries = new CanonicalTreeParser(null, objects, directory);
    for (; !entries.eof(); entries.next(1)) {
      add(entries, prefix, depth);
    }
  }

  private void add(CanonicalTreeParser entry, String prefix, int depth) throws IOException {
    check(++entries <= limits.entries(), "entries", entries, "at most " + limits.entries());
    String path = names.accept(prefix, name(entry));
    FileMode mode = entry.getEntryFileMode();
    if (mode.equals(FileMode.TREE)) {
      add(entry.getEntryObjectId(), path + "/", depth + 1);
      return;
    }
    boolean file = mode.equals(FileMode.REGULAR_FILE) || mode.equals(FileMode.EXECUTABLE_FILE);
    check(file, "path in the repository " + path, kind(mode), "a file or a directory");
    ObjectId blob = entry.getEntryObjectId();
    long size = objects.getObjectSize(blob, Constants.OBJ_BLOB);
    bytes += size;
    check(bytes <= limits.bytes(), "bytes of the files", bytes, "at most " + limits.bytes());
    files.add(new GitFile(path, blob, size));
  }

  private static String kind(FileMode mode) {
    if (mode.equals(FileMode.SYMLINK)) {
      return "a symbolic link";
    }
    return mode.equals(FileMode.GITLINK) ? "a submodule" : "mode " + mode;
  }

  private static void check(boolean holds, String what, Object value, String expected) {
    if (!holds) {
      throw new InvalidInputException(Problems.problem(what, value, expected));
    }
  }
}
