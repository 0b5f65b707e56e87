package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.sharded.ShardedBackend;
import dev.tenon.backend.sharded.ShardedOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ranks give the oracle's numbers. */
@Tag("python")
class ShardedConformanceTest {
  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "gpt2", "gpt2-hub-names", "qwen2"})
  void ranksGiveTheOraclesNumbers(String family) {
    ShardedBackend backend = new ShardedBackend(ShardedOptions.ranks(2).threads(1));
    StringWriter text = new StringWriter();
    boolean good =
        new Conformance(backend, Optional.empty(), 4096)
            .run(List.of(Resources.directory("families/" + family)), new PrintWriter(text, true));
    assertThat(good).as(text.toString()).isTrue();
  }
}
