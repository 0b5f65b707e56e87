package dev.tenon.backend.pytorch.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.UnsupportedFeatureException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchStartTest {

  /** Run in a JVM of its own, because a process starts libtorch once. */
  static final class Main {
    public static void main(String[] arguments) {
      Thread.currentThread().setContextClassLoader(null);
      try {
        TorchBridge.start();
        System.out.println("started");
      } catch (UnsupportedFeatureException e) {
        System.out.println(e.getMessage());
      }
      for (String key : List.of("ai.djl.offline", "OPT_OUT_TRACKING", "RUST_FLAVOR")) {
        System.out.println(key + "=" + System.getProperty(key));
      }
    }
  }

  @TempDir Path cache;

  private String run(String excluded, String... options) throws IOException, InterruptedException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains(excluded))
            .collect(Collectors.joining(File.pathSeparator));
    ProcessBuilder command =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.command().addAll(List.of(options));
    command.command().addAll(List.of("-cp", classPath, Main.class.getName()));
    Process process = command.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return output;
  }

  @Test
  void missingNativesNameTheArtifact() throws Exception {
    assertThat(run("pytorch-native", "-DDJL_CACHE_DIR=" + cache))
        .contains("libtorch: not on the class path")
        .contains("(expected: the dependency dev.tenon:tenon-natives-cpu-");
  }

  @Test
  void aMissingJniLibraryIsNotDownloaded() throws Exception {
    assertThat(run("pytorch-jni", "-DDJL_CACHE_DIR=" + cache))
        .contains("libtorch: ")
        .contains("(expected: the dependency dev.tenon:tenon-natives-cpu-");
  }

  @Test
  void djlPropertiesAreSetUnlessTheHostHasSetThem() throws Exception {
    assertThat(run("nothing", "-DRUST_FLAVOR=cu128"))
        .contains("started", "ai.djl.offline=true", "OPT_OUT_TRACKING=true", "RUST_FLAVOR=cu128");
  }

  @Test
  void anotherDjlVersionIsRefused() {
    assertThatThrownBy(() -> DjlNatives.resolve("java.lang.String", "9.9.9"))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("version 9.9.9 lacks")
        .hasMessageContaining("(expected: ai.djl.pytorch:pytorch-engine:0.35.1)");
    assertThatThrownBy(() -> DjlNatives.resolve("ai.djl.NoSuch", "9.9.9"))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("ai.djl.NoSuch");
  }
}
