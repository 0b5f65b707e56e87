package dev.tenon.backend.sharded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** Other JVMs with the class path of this one. */
final class ChildJvm {
  private ChildJvm() {}

  static Process start(Class<?> main) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        Objects.requireNonNullElse(
            System.getProperty("surefire.test.class.path"), System.getProperty("java.class.path"));
    return new ProcessBuilder(java, "-cp", classPath, main.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
