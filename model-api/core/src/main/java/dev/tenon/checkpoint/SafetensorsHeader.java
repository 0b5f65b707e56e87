package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonException;
import dev.tenon.internal.JsonNumber;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: 8 bytes n (unsigned, little-endian), then n bytes of JSON, then
 * the data.
 *
 * <pre>
 * {"__metadata__": {"key": "value"},
 *  "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …}
 * </pre>
 *
 * <p>Offsets count from the start of the data; the tensors cover the data exactly, without holes
 * and overlaps. The checks are those of the Python package safetensors 0.8 and, from the format's
 * description, that the header starts with a brace and that no key comes twice.
 *
 * @param tensors by name
 * @param metadata the map under {@code __metadata__}
 * @param dataBytes size of the data
 */
record SafetensorsHeader(
    SortedMap<String, Entry> tensors, Map<String, String> metadata, long dataBytes) {
  /** The largest header that any reader takes. */
  static final long MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  private static final Json.Limits LIMITS = new Json.Limits(MAX_BYTES, 16);

  /**
   * Bits per element of the format's types that have no {@link DType}: such tensors can be listed
   * but not read.
   */
  private static final Map<String, Integer> OTHER_BITS =
      Map.ofEntries(
          Map.entry("U16", 16),
          Map.entry("U32", 32),
          Map.entry("U64", 64),
          Map.entry("C64", 64),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("F4", 4));

  /**
   * One tensor.
   *
   * @param type the name of its type in the file
   * @param dtype the type, if values of it can be read
   * @param shape dimensions
   * @param begin first byte, counted from the start of the data
   * @param end one past its last byte
   */
  record Entry(String type, Optional<DType> dtype, Shape shape, long begin, long end) {}

  /** Reads and checks the JSON; {@code source} names the file in messages. */
  static SafetensorsHeader parse(byte[] json, String source) {
    if (json.length == 0 || json[0] != '{') {
      if (json.length >= 3
          && json[0] == (byte) 0xef
          && json[1] == (byte) 0xbb
          && json[2] == (byte) 0xbf) {
        throw error(source, "offset=8", "byte order mark", "a header that starts with {");
      }
      String found = json.length == 0 ? "nothing" : "byte 0x" + Integer.toHexString(json[0] & 0xff);
      throw error(source, "offset=8", found, "a header that starts with {");
    }
    return new Reading(source).header(json(json, source));
  }

  private static Map<?, ?> json(byte[] json, String source) {
    try {
      return (Map<?, ?>) Optional.ofNullable(Json.parse(json, "header", LIMITS)).orElseThrow();
    } catch (JsonException e) {
      throw new CheckpointException(
          source + ": offset=" + (8 + e.offset()) + ": " + e.getMessage(), e);
    }
  }

  static CheckpointException error(String source, String where, Object found, String expected) {
    return new CheckpointException(Problems.problem(source + ": " + where, found, expected));
  }

  /** Turns the JSON of one file into entries. */
  private record Reading(String source) {
    SafetensorsHeader header(Map<?, ?> members) {
      SortedMap<String, Entry> tensors = new TreeMap<>();
      Map<String, String> metadata = new TreeMap<>();
      members.forEach(
          (key, value) -> {
            String name = String.valueOf(key);
            if (name.equals(METADATA)) {
              metadata.putAll(metadata(value));
            } else {
              tensors.put(name, entry(name, value));
            }
          });
      return new SafetensorsHeader(
          Collections.unmodifiableSortedMap(tensors),
          Collections.unmodifiableMap(metadata),
          covered(tensors));
    }

    private Map<String, String> metadata(@Nullable Object value) {
      if (!(value instanceof Map<?, ?> map)) {
        throw error(source, METADATA, shown(value), "an object of strings");
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      map.forEach(
          (key, text) -> {
            if (!(text instanceof String string)) {
              throw error(source, METADATA + " " + key, shown(text), "a string");
            }
            metadata.put(String.valueOf(key), string);
          });
      return metadata;
    }

    private Entry entry(String name, @Nullable Object value) {
      String tensor = "tensor " + name;
      if (!(value instanceof Map<?, ?> map)) {
        throw error(source, tensor, shown(value), "an object with dtype, shape and data_offsets");
      }
      Object type = map.get("dtype");
      if (!(type instanceof String typeName) || bits(typeName).isEmpty()) {
        throw error(source, tensor + ": dtype", shown(type), "a type of safetensors, such as F32");
      }
      Shape shape = shape(tensor, map.get("shape"));
      List<Long> offsets = numbers(tensor + ": data_offsets", map.get("data_offsets"));
      if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
        throw error(source, tensor + ": data_offsets", offsets, "[begin, end], begin ≤ end");
      }
      long begin = offsets.get(0);
      long end = offsets.get(1);
      checkSize(tensor, typeName, shape, end - begin);
      return new Entry(typeName, dtype(typeName), shape, begin, end);
    }

    private Shape shape(String tensor, @Nullable Object value) {
      List<Long> dims = numbers(tensor + ": shape", value);
      try {
        return new Shape(dims);
      } catch (InvalidInputException e) {
        throw new CheckpointException(source + ": " + tensor + ": " + e.getMessage(), e);
      }
    }

    private void checkSize(String tensor, String type, Shape shape, long bytes) {
      long bits;
      try {
        bits = Math.multiplyExact(shape.size(), (long) bits(type).orElseThrow());
      } catch (ArithmeticException e) {
        throw new CheckpointException(
            Problems.problem(
                source + ": " + tensor + ": shape", shape, "less than 2^63 bits of " + type),
            e);
      }
      if (bits % 8 != 0 || bits / 8 != bytes) {
        String expected = bits % 8 == 0 ? bits / 8 + " bytes" : "whole bytes";
        throw error(
            source,
            tensor + ": data_offsets",
            bytes + " bytes",
            expected + " for " + type + " " + shape);
      }
    }

    private List<Long> numbers(String what, @Nullable Object value) {
      if (!(value instanceof List<?> list)) {
        throw error(source, what, shown(value), "a list of integers ≥ 0");
      }
      List<Long> numbers = new ArrayList<>();
      for (Object element : list) {
        if (!(element instanceof JsonNumber number)
            || !number.isLong()
            || number.toString().startsWith("-")) {
          throw error(source, what, shown(value), "a list of integers from 0 to 2^63 - 1");
        }
        numbers.add(number.longValue());
      }
      return numbers;
    }

    /** The size of the data, once it is sure that the tensors cover it exactly. */
    private long covered(Map<String, Entry> tensors) {
      List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(tensors.entrySet());
      inOrder.sort(
          Comparator.comparingLong((Map.Entry<String, Entry> x) -> x.getValue().begin())
              .thenComparingLong(x -> x.getValue().end()));
      long end = 0;
      String previous = "the start";
      for (Map.Entry<String, Entry> tensor : inOrder) {
        long begin = tensor.getValue().begin();
        if (begin != end) {
          String found =
              (begin < end ? "overlap with " : "hole after ") + previous + " at " + begin;
          throw error(
              source, "tensor " + tensor.getKey() + ": data_offsets", found, "begin " + end);
        }
        end = tensor.getValue().end();
        previous = "tensor " + tensor.getKey();
      }
      return end;
    }

    private static Optional<DType> dtype(String type) {
      return OTHER_BITS.containsKey(type) ? Optional.empty() : Optional.of(DType.valueOf(type));
    }

    private static Optional<Integer> bits(String type) {
      for (DType dtype : DType.values()) {
        if (dtype.name().equals(type)) {
          return Optional.of(8 * dtype.bytes());
        }
      }
      return Optional.ofNullable(OTHER_BITS.get(type));
    }

    private static String shown(@Nullable Object value) {
      String text = Json.compact(value);
      return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
  }
}
