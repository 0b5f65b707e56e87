package dev.tenon.modelinterface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInterfaceTest {
  private static final class Bare implements ModelInterface {}

  private final ModelInterface bare = new Bare();
  private final Model model = FakeNetwork.of(258, 512).model("fake", new ByteTokenizer());
  private final NamedArray batch = NamedArray.of(Map.of());

  @Test
  void saveDoesNothingAndEvaluateMeasuresNothingByDefault(@TempDir Path directory) {
    bare.save(model, directory.resolve("out"));

    assertThat(Files.exists(directory.resolve("out"))).isFalse();
    assertThat(bare.evaluate(model, List.of(batch))).isEqualTo(Metrics.empty());
  }

  @Test
  void otherVerbsNameInterfaceVerbAndAlternativeByDefault() {
    assertThatThrownBy(() -> bare.inference(model, batch))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage(
            "verb of Bare: inference (expected: a verb that it implements; SftInterface has"
                + " inference)");
    assertThatThrownBy(() -> bare.generate(model, batch))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContainingAll("Bare", "generate", "GenerationInterface");
    assertThatThrownBy(() -> bare.trainStep(model, batch))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContainingAll("Bare", "trainStep", "SftInterface");
  }
}
