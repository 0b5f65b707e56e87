package dev.tenon.nn.script;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.Precision;
import java.util.List;
import java.util.stream.Stream;

/**
 * The text of an archive that a precision decides: how activations and weights are held and what a
 * linear layer computes. The family's text that follows it is the same for all. A precision may
 * have several, for different processors; an engine takes the first whose {@code probe} runs.
 */
public enum Prelude {
  /** F32 throughout, weights in oneDNN's layout; of whole sequences. */
  F32_WHOLE(Precision.F32, Types.TENSOR, "prelude-f32-whole"),
  /** F32 throughout; for training too. */
  F32(Precision.F32, Types.TENSOR, "prelude-f32"),
  /** {@link #BF16_NATIVE} of whole sequences, weights in oneDNN's layout for many rows. */
  BF16_NATIVE_WHOLE(Precision.BF16, Types.TENSOR, "prelude-bf16-native-whole"),
  /** BF16 activations and weights, through oneDNN, where the processor computes in BF16. */
  BF16_NATIVE(Precision.BF16, Types.TENSOR, "prelude-bf16-native"),
  /** BF16 weights and F32 activations, through FBGEMM, on any x86 with AVX2. */
  BF16_WEIGHTS(Precision.BF16, Types.PACKED_PARAMETERS, "prelude-half-weights", "narrow-bf16"),
  /** F16 weights and F32 activations, through FBGEMM, on any x86 with AVX2. */
  F16_WEIGHTS(Precision.F16, Types.PACKED_PARAMETERS, "prelude-half-weights", "narrow-f16"),
  /** F16 weights and products, each row scaled to F16's range, on any device. */
  F16(Precision.F16, Types.TENSOR, "prelude-f16"),
  /** {@link #INT8} of whole sequences, many rows through oneDNN. */
  INT8_WHOLE(Precision.INT8, Types.WHOLE8, "prelude-int8-whole"),
  /** 8-bit weights by output channel, activations of 8 bits by row, through FBGEMM. */
  INT8(Precision.INT8, Types.FINER, "prelude-int8", "hold-int8"),
  /** The values of 4-bit weights in the memory and the kernels of int8, without AVX-512. */
  INT4_AS_INT8(Precision.INT4, Types.FINER, "prelude-int8", "codes-int8", "hold-int4-as-int8"),
  /** 4-bit weights in groups of 32 and BF16 activations. */
  INT4(Precision.INT4, Types.CODES_AND_SCALES, "prelude-int4");

  /** Steps of two operators, for preludes whose kernels do one. */
  private static final String UNFUSED = "unfused";

  /** Of each output of an 8-bit weight: its scale, the sum of its codes, its zero point. */
  private static final int OUTPUT_BYTES = 16;

  static final String STORED = Types.CODES_AND_SCALES;

  private final Precision precision;
  private final String packed;
  private final List<String> names;

  Prelude(Precision precision, String packed, String... names) {
    this.precision = precision;
    this.packed = packed;
    this.names = List.of(names);
  }

  /**
   * The text of the training archive, which runs {@code block} and {@code head} alone.
   *
   * @throws UnsupportedFeatureException for a precision other than F32, BF16 and F16
   */
  static String training(Precision precision) {
    if (precision == Precision.F32) {
      return F32.text();
    }
    if (precision != Precision.BF16 && precision != Precision.F16) {
      throw new UnsupportedFeatureException(
          Problems.problem("training precision", precision, "F32, BF16 or F16"));
    }
    return ScriptText.join(
        Stream.of("prelude-training", "dense-" + precision.label(), UNFUSED)
            .map(x -> resource(x, Types.TENSOR))
            .toList());
  }

  private static String resource(String name, String packed) {
    return ProgramArchives.resource(name).replace("$PACKED", packed);
  }

  /**
   * The preludes of a precision for inference, best first.
   *
   * @param whole whether the program runs whole sequences only, as an encoder: then no weight has
   *     to serve one row
   */
  public static List<Prelude> of(Precision precision, boolean whole) {
    return Stream.of(values())
        .filter(x -> x.precision == precision && (whole || !x.whole()))
        .toList();
  }

  /** Whether it serves programs that run whole sequences only. */
  boolean whole() {
    return names.get(0).endsWith("-whole");
  }

  /** What it computes in. */
  public Precision precision() {
    return precision;
  }

  /** Whether weights have codes and scales, which a directory can hold. */
  public boolean quantized() {
    return precision == Precision.INT8 || precision == Precision.INT4;
  }

  /**
   * Memory of a packed weight, in bytes, as libtorch 2.7.1's kernels hold it: FBGEMM's in whole
   * blocks of 512 inputs.
   *
   * @param out rows of the weight
   * @param in its columns
   * @param head whether it is the vocabulary's, which 4 bits do not hold
   */
  public long packedBytes(long out, long in, boolean head) {
    return switch (this) {
      case F32, F32_WHOLE -> Math.multiplyExact(4, Math.multiplyExact(out, in));
      case BF16_NATIVE, BF16_NATIVE_WHOLE, F16 ->
          Math.multiplyExact(2, Math.multiplyExact(out, in));
      case BF16_WEIGHTS, F16_WEIGHTS -> 2 * blocks(out, in, 16);
      case INT8, INT4_AS_INT8 -> blocks(out, in, 32) + OUTPUT_BYTES * out;
      case INT8_WHOLE -> blocks(out, in, 32) + Math.multiplyExact(out, in) + 2 * OUTPUT_BYTES * out;
      case INT4 -> fourBits(out, in, head);
    };
  }

  private static long blocks(long out, long in, long outputs) {
    return Math.multiplyExact(up(out, outputs), up(in, 512));
  }

  private static long up(long size, long block) {
    return Math.multiplyExact((size + block - 1) / block, block);
  }

  /** As {@code quantize} of int4 decides. */
  private static long fourBits(long out, long in, boolean head) {
    long weights = Math.multiplyExact(out, in);
    if (!head && in % 32 == 0 && out % 16 == 0) {
      return weights / 2 + weights / 8; // a scale and a zero of each 32, BF16
    }
    return in % 32 == 0 && out % 4 == 0 ? weights + 2 * out : 2 * weights;
  }

  /** Size of an activation between layers, and of a key's or value's entry. */
  public int activationBytes() {
    return switch (this) {
      case BF16_NATIVE, BF16_NATIVE_WHOLE, INT4 -> 2;
      default -> 4;
    };
  }

  /** Its methods, with {@code $PACKED} put in; {@code $VOCABULARY} and {@code $WHOLE} stay. */
  String text() {
    Stream<String> all =
        whole() ? names.stream() : Stream.concat(names.stream(), Stream.of(UNFUSED));
    if (quantized()) {
      all = Stream.concat(all, quantizer(precision));
    }
    return ScriptText.join(all.map(x -> resource(x, packed)).toList());
  }

  /** The methods that store what {@code fuse} makes of weights. */
  static String storing(Precision precision) {
    return ScriptText.join(
        Stream.concat(Stream.of("prelude-stored", UNFUSED), quantizer(precision))
            .map(x -> resource(x, STORED))
            .toList());
  }

  private static Stream<String> quantizer(Precision precision) {
    return precision == Precision.INT8
        ? Stream.of("codes-int8", "quantize-int8")
        : Stream.of("quantize-int4");
  }

  /** The type of a packed weight. */
  String packed() {
    return packed;
  }

  private static final class Types {
    static final String TENSOR = "Tensor";
    static final String PACKED_PARAMETERS =
        "__torch__.torch.classes.quantized.LinearPackedParamsBase";
    static final String FINER = "Tuple[" + PACKED_PARAMETERS + ", bool, Tensor]";
    static final String WHOLE8 = "Tuple[" + PACKED_PARAMETERS + ", Tensor, Tensor, Tensor, Tensor]";
    static final String CODES_AND_SCALES = "Tuple[Tensor, Tensor]";
  }
}
