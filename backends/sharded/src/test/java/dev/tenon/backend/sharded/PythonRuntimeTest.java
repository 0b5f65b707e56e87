package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonRuntimeTest {
  @TempDir private Path directory;

  private static PythonRuntime find(Optional<Path> configured, Map<String, String> environment) {
    return PythonRuntime.find(configured, name -> environment.getOrDefault(name, ""));
  }

  @Test
  void theEnvironmentIsAskedFirstThenTheApplicationThenTheCache() {
    Optional<Path> configured = Optional.of(Path.of("/configured/python"));
    assertThat(find(configured, Map.of("TENON_PYTHON", "/named/python")).interpreter())
        .isEqualTo(Path.of("/named/python"));
    assertThat(find(configured, Map.of()).interpreter()).isEqualTo(Path.of("/configured/python"));
    assertThat(find(Optional.empty(), Map.of("XDG_CACHE_HOME", "/cache")).interpreter().toString())
        .matches("/cache/tenon/python-[0-9a-f]{16}/bin/python");
  }

  @Test
  void whatIsMissingIsSaidAndNothingIsInstalled() {
    PythonRuntime none = find(Optional.of(Path.of("/no/such/python")), Map.of());
    assertThatThrownBy(() -> none.require(ShardingEngine.DEEPSPEED))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageStartingWith(
            "Python interpreter: /no/such/python (expected: a program that can be run)")
        .hasMessageContaining("tenon python --install");
  }

  /** No fallback: who asks for DeepSpeed gets it or an error. */
  @Test
  void aPythonWithoutDeepSpeedIsRefusedForIt() throws IOException {
    Path python = directory.resolve("python");
    Files.writeString(
        python,
        "#!/bin/sh\necho '{\"python\": \"3.11.2\", \"torch\": \"2.15.0\","
            + " \"numpy\": \"2.4.6\", \"safetensors\": \"0.8.0\"}'\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
    PythonRuntime runtime = find(Optional.of(python), Map.of());
    assertThat(runtime.missing(ShardingEngine.FSDP2)).isEmpty();
    assertThatThrownBy(() -> runtime.require(ShardingEngine.DEEPSPEED))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageStartingWith(
            "Python package deepspeed: missing (expected: deepspeed==0.19.8)."
                + " PythonRuntime.install");
  }

  @Test
  void operatorsAreCompiledWhenAskedForOnly() {
    PythonRuntime runtime =
        find(Optional.of(Path.of("/any/python")), Map.of("XDG_CACHE_HOME", directory.toString()));
    ShardedOptions options =
        ShardedOptions.ranks(2)
            .zeroStage(3)
            .offload(ShardedOptions.Offload.ALL)
            .nvme(directory)
            .cpuAdam(true);
    assertThatThrownBy(() -> runtime.operators(options))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageStartingWith(
            "DeepSpeed operators of /any/python: async_io, cpu_adam missing (expected: compiled in")
        .hasMessageContaining("tenon python --prepare");
  }

  @Test
  void everyRequiredPackageIsPinned() {
    for (ShardingEngine engine : ShardingEngine.values()) {
      for (String name : PythonRequirements.packages(engine)) {
        assertThat(PythonRequirements.pinned(name)).startsWith(name + "==");
      }
    }
  }

  @Test
  @Tag("python")
  void thePythonOfTheseTestsIsComplete() {
    assertThat(PythonRuntime.find(Optional.empty()).missing(ShardingEngine.DEEPSPEED)).isEmpty();
  }
}
