package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorDataTest {
  @Test
  void holdsEveryDtype() {
    for (DType dtype : DType.values()) {
      ByteBuffer bytes = ByteBuffer.allocate(3 * dtype.bytes());
      bytes.put(0, new byte[] {1});
      TensorData tensor = TensorData.of(dtype, Shape.of(3), bytes);
      assertThat(tensor.byteSize()).isEqualTo(3L * dtype.bytes());
      assertThat(tensor.getDouble(0)).isPositive();
      assertThat(tensor.getDouble(2)).isZero();
    }
  }

  @Test
  void readsWhatItWasMadeOf() {
    assertThat(TensorData.ofFloats(new float[] {1.5f, -2f}, 2).toFloats())
        .containsExactly(1.5f, -2f);
    assertThat(TensorData.ofDoubles(new double[] {Math.PI}, 1).toDoubles())
        .containsExactly(Math.PI);
    assertThat(TensorData.ofLongs(new long[] {Long.MIN_VALUE, 7}, 2).toLongs())
        .containsExactly(Long.MIN_VALUE, 7);
    assertThat(TensorData.ofBooleans(new boolean[] {true, false}, 2).toBooleans())
        .containsExactly(true, false);
    assertThat(TensorData.ofBytes(new byte[] {-1, 2}, 2).toLongs()).containsExactly(-1, 2);
    assertThat(TensorData.ofFloats(new float[] {3f}).shape()).isEqualTo(Shape.of());
    assertThat(TensorData.of(DType.U8, Shape.of(1), ByteBuffer.wrap(new byte[] {-1})).getLong(0))
        .isEqualTo(255);
  }

  @Test
  void doesNotSeeLaterWritesToItsSource() {
    byte[] source = {1, 2};
    TensorData tensor = TensorData.ofBytes(source, 2);
    source[0] = 9;
    assertThat(tensor.getLong(0)).isEqualTo(1);
    assertThat(tensor.segments().get(0).isReadOnly()).isTrue();
    assertThat(tensor.segments().get(0).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void namesWhatDoesNotFit() {
    TensorData tensor = TensorData.ofFloats(new float[6], 2, 3);
    assertThatThrownBy(() -> tensor.getFloat(6))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("element: 6 (expected: 0 ≤ index < 6 for shape [2, 3])");
    assertThatThrownBy(() -> tensor.getFloat(-1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> tensor.getDouble(1L << 40)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> tensor.getLong(0))
        .hasMessage("dtype: F32 (expected: an integer type or BOOL)");
    assertThatThrownBy(() -> tensor.slice(1, 3))
        .hasMessage("rows: 1 to 3 (expected: a range within 0 to 2)");
    assertThatThrownBy(() -> tensor.gather(new long[] {2})).hasMessageContaining("row: 2");
    assertThatThrownBy(() -> tensor.reshape(Shape.of(7))).hasMessageContaining("6 elements");
    assertThatThrownBy(() -> TensorData.ofFloats(new float[5], 2, 3))
        .hasMessage("bytes of a F32 tensor [2, 3]: 20 (expected: 24)");
    assertThatThrownBy(() -> TensorData.zeros(DType.F64, 1L << 62))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> TensorData.ofFloats(new float[1]).slice(0, 1))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void slicesGathersAndConcatenatesRows() {
    TensorData tensor = TensorData.ofLongs(new long[] {0, 1, 2, 3, 4, 5}, 3, 2);
    assertThat(tensor.slice(1, 3)).isEqualTo(TensorData.ofLongs(new long[] {2, 3, 4, 5}, 2, 2));
    assertThat(tensor.slice(1, 1).shape()).isEqualTo(Shape.of(0, 2));
    assertThat(tensor.gather(new long[] {2, 0, 2}).toLongs()).containsExactly(4, 5, 0, 1, 4, 5);
    assertThat(TensorData.concat(List.of(tensor.slice(0, 1), tensor.slice(1, 3))))
        .isEqualTo(tensor);
    assertThat(tensor.reshape(Shape.of(6)).slice(5, 6).getLong(0)).isEqualTo(5);
    assertThatThrownBy(() -> TensorData.concat(List.of(tensor, tensor.reshape(Shape.of(2, 3)))))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void seamsBetweenSegmentsDoNotShow() {
    Random random = new Random(1);
    byte[] bytes = new byte[8 * 40];
    random.nextBytes(bytes);
    TensorData whole = TensorData.of(DType.I64, Shape.of(20, 2), ByteBuffer.wrap(bytes));
    List<ByteBuffer> cut = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += 64) {
      cut.add(ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, at + 64)));
    }
    TensorData segmented = TensorData.wrap(DType.I64, Shape.of(20, 2), cut, 64);
    assertThat(segmented).isEqualTo(whole).hasSameHashCodeAs(whole);
    assertThat(segmented.toLongs()).isEqualTo(whole.toLongs());
    for (int round = 0; round < 200; round++) {
      int from = random.nextInt(21);
      int to = from + random.nextInt(21 - from);
      assertThat(segmented.slice(from, to)).isEqualTo(whole.slice(from, to));
      long[] rows = random.longs(5, 0, 20).toArray();
      assertThat(segmented.gather(rows)).isEqualTo(whole.gather(rows));
    }
    assertThat(segmented.slice(3, 17).segments()).hasSize(5);
    assertThatThrownBy(() -> TensorData.wrap(DType.I64, Shape.of(40), cut, 128))
        .hasMessageContaining("segment 0: 64 bytes (expected: exactly 128)");
  }

  @Test
  void equalityIsBitwise() {
    TensorData zero = TensorData.ofFloats(new float[] {0f}, 1);
    assertThat(zero).isNotEqualTo(TensorData.ofFloats(new float[] {-0f}, 1));
    assertThat(zero).isNotEqualTo(zero.reshape(Shape.of(1, 1)));
    assertThat(zero).isNotEqualTo(TensorData.zeros(DType.I32, 1));
    TensorData nan = TensorData.ofFloats(new float[] {Float.NaN}, 1);
    assertThat(nan).isEqualTo(TensorData.ofFloats(new float[] {Float.NaN}, 1));
  }

  @Test
  void convertsBetweenDtypes() {
    TensorData longs = TensorData.ofLongs(new long[] {-3, 127}, 2);
    assertThat(longs.to(DType.I8).toLongs()).containsExactly(-3, 127);
    assertThat(longs.to(DType.F16).toFloats()).containsExactly(-3f, 127f);
    assertThat(TensorData.ofBooleans(new boolean[] {true}, 1).to(DType.F32).getFloat(0))
        .isEqualTo(1f);
    assertThatThrownBy(() -> longs.to(DType.U8))
        .hasMessage("element 0: -3 (expected: 0 to 255 for U8)");
    assertThatThrownBy(() -> TensorData.ofFloats(new float[1], 1).to(DType.I64))
        .isInstanceOf(InvalidInputException.class);
    assertThat(TensorData.ofDoubles(new double[] {1e39, 1e-50}, 2).to(DType.F32).toFloats())
        .containsExactly(Float.POSITIVE_INFINITY, 0f);
  }

  @Test
  void showsDtypeShapeAndFirstValues() {
    assertThat(TensorData.ofFloats(new float[8], 2, 4))
        .hasToString("F32 [2, 4] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …}");
    assertThat(TensorData.ofBooleans(new boolean[] {true}, 1)).hasToString("BOOL [1] {true}");
    assertThat(TensorData.zeros(DType.I64, 0)).hasToString("I64 [0] {}");
  }
}
