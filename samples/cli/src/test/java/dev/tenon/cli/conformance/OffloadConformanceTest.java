package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.offload.OffloadBackend;
import dev.tenon.backend.offload.OffloadOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State in files gives the oracle's numbers. */
class OffloadConformanceTest {
  @TempDir Path files;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "gpt2", "gpt2-hub-names", "qwen2"})
  void filesGiveTheOraclesNumbers(String family) {
    OffloadBackend backend = new OffloadBackend(OffloadOptions.disk(files));
    StringWriter text = new StringWriter();
    boolean good =
        new Conformance(backend, Optional.empty(), 4096)
            .run(List.of(Resources.directory("families/" + family)), new PrintWriter(text, true));
    assertThat(good).as(text.toString()).isTrue();
  }
}
