package dev.tenon.nn.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScriptTextTest {
  @Test
  void putsLiteralsInForPlaceholders() {
    assertThat(
            ScriptText.substitute(
                "f($HEADS, $KV_HEADS, $PACKED)", Map.of("HEADS", "4", "KV_HEADS", "2")))
        .isEqualTo("f(4, 2, $PACKED)");
  }

  @Test
  void refusesPlaceholdersWithoutLiteralAndLiteralsWithoutPlaceholder() {
    assertThatThrownBy(() -> ScriptText.substitute("f($HEADS)  # $NOTE", Map.of("HEAD", "4")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("placeholders without a literal: [HEADS]")
        .hasMessageContaining("literals without a placeholder: [HEAD]");
  }

  @Test
  void literalsReadBackAsTheSameNumber() {
    assertThat(ScriptText.literal(1e-5)).isEqualTo("1.0e-5");
    assertThat(ScriptText.literal(new float[] {1f, 0.1f})).isEqualTo("[1.0, 0.10000000149011612]");
  }

  @Test
  void namesTheResourceThatIsMissing() {
    assertThatThrownBy(() -> ScriptText.resource(ScriptTextTest.class, "none.torchscript"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.torchscript");
  }
}
