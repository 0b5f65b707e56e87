package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The numbers that libtorch's {@code ScalarType} and DJL's {@code DataType} give element types. */
final class TorchTypes {

  private static final Map<DType, Integer> TORCH =
      Map.of(
          DType.U8, 0, DType.I8, 1, DType.I16, 2, DType.I32, 3, DType.I64, 4, DType.F16, 5,
          DType.F32, 6, DType.F64, 7, DType.BOOL, 11, DType.BF16, 15);

  // By DJL's number; it has none for BF16 and I16.
  private static final List<DType> DJL =
      List.of(
          DType.F32, DType.F64, DType.F16, DType.U8, DType.I32, DType.I8, DType.I64, DType.BOOL);

  private TorchTypes() {}

  static int toTorch(DType dtype) {
    return TORCH.get(dtype);
  }

  static DType ofTorch(long number) {
    return TORCH.entrySet().stream()
        .filter(entry -> entry.getValue() == number)
        .map(Map.Entry::getKey)
        .findAny()
        .orElseThrow(
            () ->
                new UnsupportedFeatureException(
                    "dtype: torch scalar type "
                        + number
                        + " (expected: one that safetensors can hold)"));
  }

  static Optional<DType> ofDjl(int number) {
    return number < DJL.size() ? Optional.of(DJL.get(number)) : Optional.empty();
  }
}
