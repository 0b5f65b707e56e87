package dev.tenon.catalog.source;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file with a secret a line, {@code name = value}; lines that start with {@code #} are comments.
 * Only its owner may read it, as {@code chmod 600} makes it; where the system has no such
 * permissions, nobody looks. It is read at each question. Safe for threads.
 *
 * @param file which need not exist
 */
public record CredentialsFile(Path file) implements CredentialSource {
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  /**
   * A secret of the file.
   *
   * @throws InvalidInputException if others may read the file, or a line is none
   */
  @Override
  public Optional<String> find(String name) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      checkPermissions();
      int number = 0;
      for (String line : Files.readAllLines(file)) {
        number++;
        Optional<String> value = value(line, name, number);
        if (value.isPresent()) {
          return value;
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new InvalidInputException(
          Problems.problem("credentials", file, "a readable file in UTF-8"), e);
    }
  }

  private Optional<String> value(String line, String name, int number) {
    String text = line.strip();
    if (text.isEmpty() || text.startsWith("#")) {
      return Optional.empty();
    }
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new InvalidInputException(
          Problems.problem(file + ":" + number, "another line", "name = value"));
    }
    boolean found = text.substring(0, equals).strip().equalsIgnoreCase(name);
    String value = text.substring(equals + 1).strip();
    return found && !value.isEmpty() ? Optional.of(value) : Optional.empty();
  }

  private void checkPermissions() throws IOException {
    @Nullable PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> more = EnumSet.noneOf(PosixFilePermission.class);
      more.addAll(view.readAttributes().permissions());
      more.removeAll(OWNER);
      if (!more.isEmpty()) {
        throw new InvalidInputException(
            Problems.problem("credentials " + file, more, "chmod 600, for its owner alone"));
      }
    }
  }
}
