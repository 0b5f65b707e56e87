package dev.tenon.checkpoint;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the tensors of a new safetensors file go. The order is that of the Python package: by type,
 * wider ones first, then by name, so that every tensor is aligned to its element size; spaces after
 * the header align the data to 8 bytes. The same tensors and metadata give the same bytes.
 *
 * @param start length and header, ready to be written; read-only
 * @param offsets first byte of each tensor, counted from the start of the file, in the order of the
 *     file
 * @param bytes size of the file
 */
record SafetensorsLayout(ByteBuffer start, Map<String, Long> offsets, long bytes) {
  private static final List<DType> ORDER =
      List.of(
          DType.I64,
          DType.F64,
          DType.F32,
          DType.I32,
          DType.BF16,
          DType.F16,
          DType.I16,
          DType.I8,
          DType.U8,
          DType.BOOL);

  static SafetensorsLayout of(Map<String, Weights.Info> tensors, Map<String, String> metadata) {
    List<String> names =
        tensors.keySet().stream()
            .sorted(
                Comparator.comparing((String x) -> ORDER.indexOf(info(tensors, x).dtype()))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(SafetensorsHeader.METADATA, new TreeMap<>(metadata));
    }
    Map<String, Long> offsets = new LinkedHashMap<>();
    long at = 0;
    for (String name : names) {
      Weights.Info info = info(tensors, name);
      offsets.put(name, at);
      header.put(name, entry(info, at));
      at = Math.addExact(at, info.bytes());
    }
    ByteBuffer start = start(header);
    offsets.replaceAll((name, offset) -> offset + start.limit());
    return new SafetensorsLayout(start, offsets, Math.addExact(at, start.limit()));
  }

  private static Map<String, Object> entry(Weights.Info info, long begin) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("dtype", info.dtype().name());
    entry.put("shape", info.shape().dims());
    entry.put("data_offsets", List.of(begin, Math.addExact(begin, info.bytes())));
    return entry;
  }

  private static ByteBuffer start(Map<String, Object> header) {
    byte[] json = Json.compact(header).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    if (padded > SafetensorsHeader.MAX_BYTES) {
      throw new InvalidInputException(
          Problems.problem(
              "safetensors header", padded + " bytes", "at most " + SafetensorsHeader.MAX_BYTES));
    }
    byte[] start = new byte[8 + padded];
    Arrays.fill(start, (byte) ' ');
    ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    return ByteBuffer.wrap(start).asReadOnlyBuffer();
  }

  private static Weights.Info info(Map<String, Weights.Info> tensors, String name) {
    Weights.Info info = tensors.get(name);
    if (info == null || name.equals(SafetensorsHeader.METADATA)) {
      throw new InvalidInputException(
          Problems.problem("tensor", name, "a name other than " + SafetensorsHeader.METADATA));
    }
    return info;
  }
}
