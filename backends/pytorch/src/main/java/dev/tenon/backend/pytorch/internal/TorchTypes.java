package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The numbers that libtorch's {@code ScalarType} and DJL's {@code DataType} give element types. */
final class TorchTypes {

  // By DJL's number; it has none for BF16 and I16.
  private static final List<DType> DJL =
      List.of(
          DType.F32, DType.F64, DType.F16, DType.U8, DType.I32, DType.I8, DType.I64, DType.BOOL);

  private TorchTypes() {}

  static int toTorch(DType dtype) {
    return switch (dtype) {
      case U8 -> 0;
      case I8 -> 1;
      case I16 -> 2;
      case I32 -> 3;
      case I64 -> 4;
      case F16 -> 5;
      case F32 -> 6;
      case F64 -> 7;
      case BOOL -> 11;
      case BF16 -> 15;
    };
  }

  static DType ofTorch(long number) {
    return Arrays.stream(DType.values())
        .filter(dtype -> toTorch(dtype) == number)
        .findAny()
        .orElseThrow(
            () ->
                new UnsupportedFeatureException(
                    Problems.problem(
                        "dtype", "torch scalar type " + number, "one that safetensors can hold")));
  }

  static Optional<DType> ofDjl(int number) {
    return number < DJL.size() ? Optional.of(DJL.get(number)) : Optional.empty();
  }
}
