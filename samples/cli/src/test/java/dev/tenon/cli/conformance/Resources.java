package dev.tenon.cli.conformance;

import java.net.URISyntaxException;
import java.net.URL;
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
}
