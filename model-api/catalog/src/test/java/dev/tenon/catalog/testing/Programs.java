package dev.tenon.catalog.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Programs of Python packages: beside the interpreter that TENON_PYTHON names, or on the PATH. */
public final class Programs {
  private Programs() {}

  /** Where a program lies; without one the test is skipped. */
  public static Path find(String name) {
    Optional<Path> found =
        directories().stream().map(x -> x.resolve(name)).filter(Files::isExecutable).findFirst();
    assumeTrue(found.isPresent(), name + " is neither beside TENON_PYTHON nor on PATH");
    return found.get();
  }

  /** The directory of a program. */
  public static Path directoryOf(String name) {
    return find(name).toAbsolutePath().getParent();
  }

  private static List<Path> directories() {
    List<Path> directories = new ArrayList<>();
    String python = System.getenv("TENON_PYTHON");
    if (python != null) {
      directories.add(Path.of(python).toAbsolutePath().getParent());
    }
    for (String each : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      directories.add(Path.of(each));
    }
    return directories;
  }
}
