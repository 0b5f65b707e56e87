package dev.tenon.catalog.source;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A project's directory {@code .key} with a file for each secret, named as it is. In a git
 * repository it must be ignored: by a line {@code .key}, {@code .key/} or {@code /.key/} in a
 * {@code .gitignore} above it, or by a {@code *} in its own. Safe for threads.
 *
 * @param directory which need not exist
 */
public record KeyDirectory(Path directory) implements CredentialSource {
  private static final String IGNORE = ".gitignore";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  /** That of a project. */
  public static KeyDirectory of(Path project) {
    return new KeyDirectory(project.resolve(".key"));
  }

  /**
   * A secret of the directory.
   *
   * @throws InvalidInputException if git would take the directory into its repository
   */
  @Override
  public Optional<String> find(String name) {
    Path file = NAME.matcher(name).matches() ? directory.resolve(name) : directory;
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      if (!isIgnored()) {
        throw new InvalidInputException(
            Problems.problem("keys", directory, "a line .key/ in the repository's " + IGNORE));
      }
      return Optional.of(Files.readString(file).strip()).filter(x -> !x.isEmpty());
    } catch (IOException e) {
      throw new InvalidInputException(Problems.problem("key", file, "a readable file in UTF-8"), e);
    }
  }

  private boolean isIgnored() throws IOException {
    if (has(directory, "*")) {
      return true;
    }
    @Nullable Path above = directory.toAbsolutePath().normalize().getParent();
    while (above != null) {
      if (has(above, ".key")
          || has(above, ".key/")
          || has(above, "/.key")
          || has(above, "/.key/")) {
        return true;
      }
      if (Files.exists(above.resolve(".git"), LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      above = above.getParent();
    }
    return true;
  }

  private static boolean has(Path directory, String line) throws IOException {
    Path file = directory.resolve(IGNORE);
    List<String> lines = Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
    return lines.stream().anyMatch(x -> x.strip().equals(line));
  }
}
