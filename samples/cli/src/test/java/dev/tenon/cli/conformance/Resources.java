package dev.tenon.cli.conformance;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/** The oracle directories of the test resources; their README says where they come from. */
public final class Resources {
  private Resources() {}

  /** A directory of {@code src/test/resources/oracle}. */
  public static Path directory(String name) {
    URL url = Resources.class.getResource("/oracle/" + name);
    if (url == null) {
      throw new IllegalStateException(
          "test resource oracle/" + name + ": missing (expected: a directory)");
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url.toString(), e);
    }
  }

  /**
   * The directory that a system property names, else one of {@code src/test/resources/oracle}. A
   * relative path counts from the working directory or one above it, for Maven runs tests in the
   * module's own.
   */
  static Path directory(String property, String name) {
    String given = System.getProperty(property, "");
    if (given.isEmpty()) {
      return directory(name);
    }
    Path path = Path.of(given);
    for (Path base = Path.of("").toAbsolutePath(); base != null; base = base.getParent()) {
      if (Files.isDirectory(base.resolve(path))) {
        return base.resolve(path);
      }
    }
    throw new IllegalStateException(property + ": " + given + " (expected: a directory)");
  }
}
