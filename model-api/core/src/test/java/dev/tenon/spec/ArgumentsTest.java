package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static final ArgumentSchema SCHEMA =
      ArgumentSchema.none()
          .required("path", Path.class, "pretrained_model_name_or_path")
          .optional("learning_rate", Double.class)
          .optional("layers", Integer.class, "num_hidden_layers")
          .optional("seed", Long.class);

  @Test
  void everyProblemIsReportedAtOnceWithTheKnownNames() {
    Arguments arguments =
        Arguments.of("pth", "model").with("num_hidden_layers", 3).with("seed", "soon");
    assertThatThrownBy(() -> SCHEMA.check("model type x", arguments))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "argument of model type x: pth (expected: one of [path, learning_rate, layers, seed];"
                + " did you mean path?); argument of model type x: num_hidden_layers (expected: one"
                + " of [path, learning_rate, layers, seed]; did you mean layers?); argument seed of"
                + " model type x: soon (expected: Long); argument path of model type x: missing"
                + " (expected: a Path)");
  }

  @Test
  void aHuggingFaceSpellingLeadsToOurs() {
    Arguments arguments = Arguments.of("pretrained_model_name_or_path", "model");
    assertThatThrownBy(() -> SCHEMA.check("x", arguments))
        .hasMessageContaining("did you mean path?");
  }

  @Test
  void valuesAreConvertedWhereNothingIsLost() {
    Arguments arguments =
        Arguments.of(Map.of("path", "model", "learning_rate", 1, "layers", 3L, "seed", 4));
    SCHEMA.check("x", arguments);
    assertThat(arguments.path("path")).isEqualTo(Path.of("model"));
    assertThat(arguments.get("learning_rate", Double.class)).isEqualTo(1.0);
    assertThat(arguments.get("layers", Integer.class)).isEqualTo(3);
    assertThat(arguments.get("seed", Long.class)).isEqualTo(4L);
  }

  @Test
  void valuesThatWouldLoseSomethingAreRefused() {
    Arguments arguments = Arguments.of("layers", 1L << 40).with("seed", 2.5);
    assertThatThrownBy(() -> arguments.get("layers", Integer.class))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("argument layers: 1099511627776 (expected: Integer)");
    assertThatThrownBy(() -> arguments.get("seed", Long.class)).hasMessageContaining("2.5");
    assertThatThrownBy(() -> arguments.get("path", String.class))
        .hasMessage("argument path: missing (expected: a String)");
  }

  @Test
  void aConfigurationIsReadFromAMap() {
    ModelConfig config =
        ModelConfig.fromMap(
            Map.of(
                "type", "hf",
                "args", Map.of("path", "base"),
                "wrappers", List.of(Map.of("type", "lora", "args", Map.of("rank", 8)))));
    assertThat(config)
        .isEqualTo(
            new ModelConfig(
                "hf",
                Arguments.of("path", "base"),
                List.of(new ModelConfig.Wrapper("lora", Arguments.of("rank", 8)))));
  }

  @Test
  void aWrongConfigurationIsRefusedWithEveryProblem() {
    assertThatThrownBy(
            () -> ModelConfig.fromMap(Map.of("typ", "hf", "args", 3, "wrappers", List.of(1))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model keys: [typ]")
        .hasMessageContaining("model type: null")
        .hasMessageContaining("model args: 3")
        .hasMessageContaining("wrappers: [1]");
  }
}
