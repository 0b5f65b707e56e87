package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainedParametersTest {
  private static final List<String> NAMES =
      List.of("embed.weight", "layers.0.q.weight", "layers.10.q.weight", "head.weight");

  @Test
  void namesAreChosenInTheirOrder() {
    assertThat(TrainedParameters.all().of(NAMES)).containsExactlyElementsOf(NAMES);
    assertThat(TrainedParameters.only("head", "embed").of(NAMES))
        .containsExactly("embed.weight", "head.weight");
    assertThat(TrainedParameters.allBut("embed", "layers\\.0\\.").of(NAMES))
        .containsExactly("layers.10.q.weight", "head.weight");
    assertThat(new TrainedParameters(List.of("layers"), List.of("10")).of(NAMES))
        .containsExactly("layers.0.q.weight");
  }

  @Test
  void whatFitsNothingIsRefused() {
    assertThatThrownBy(() -> new TrainedParameters(List.of("haed"), List.of("lyaers")).of(NAMES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("haed")
        .hasMessageContaining("lyaers");
    assertThatThrownBy(() -> TrainedParameters.allBut("weight").of(NAMES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("parameters that train: none");
    assertThatThrownBy(() -> TrainedParameters.only("[", "(").of(NAMES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("parameter pattern: [")
        .hasMessageContaining("parameter pattern: (");
  }
}
