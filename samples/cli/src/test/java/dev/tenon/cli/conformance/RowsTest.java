package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {
  private final Rows rows = new Rows(3, List.of(3, 1, 2));

  @Test
  void readsTheMask() {
    assertThat(Rows.of(TensorData.ofLongs(new long[] {1, 1, 1, 1, 0, 0, 1, 1, 0}, 3, 3)))
        .isEqualTo(rows);
  }

  @Test
  void refusesWhatIsNotRightPadded() {
    TensorData mask = TensorData.ofLongs(new long[] {0, 1, 1}, 1, 3);

    assertThatThrownBy(() -> Rows.of(mask))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ones, then zeros");
  }

  @Test
  void packsWithoutPadding() {
    TensorData padded = TensorData.ofLongs(new long[] {1, 2, 3, 4, 0, 0, 5, 6, 0}, 3, 3);

    assertThat(rows.pack(padded).toLongs()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void unpacksTokensWithZerosAtPadding() {
    TensorData unpacked =
        rows.unpack(TensorData.ofFloats(new float[] {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}, 6, 2));

    assertThat(unpacked.shape()).isEqualTo(Shape.of(3, 3, 2));
    assertThat(unpacked.toFloats())
        .containsExactly(1, 1, 2, 2, 3, 3, 4, 4, 0, 0, 0, 0, 5, 5, 6, 6, 0, 0);
  }

  @Test
  void unpacksNextTokensWithOneColumnLess() {
    TensorData unpacked = rows.unpackNextTokens(TensorData.ofFloats(new float[] {1, 2, 5}, 3));

    assertThat(unpacked.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(unpacked.toFloats()).containsExactly(1, 2, 0, 0, 5, 0);
  }

  @Test
  void unpacksLayersOutermost() {
    // [6 tokens, 2 layers, 1]: layer 0 counts up, layer 1 is its negative.
    float[] packed = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6};

    TensorData unpacked = rows.unpackLayers(TensorData.ofFloats(packed, 6, 2, 1));

    assertThat(unpacked.shape()).isEqualTo(Shape.of(2, 3, 3, 1));
    assertThat(unpacked.toFloats())
        .containsExactly(1, 2, 3, 4, 0, 0, 5, 6, 0, -1, -2, -3, -4, 0, 0, -5, -6, 0);
  }

  @Test
  void refusesAnotherNumberOfEntries() {
    assertThatThrownBy(() -> rows.unpack(TensorData.ofFloats(new float[5], 5)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("packed entries: 5 (expected: 6)");
  }
}
