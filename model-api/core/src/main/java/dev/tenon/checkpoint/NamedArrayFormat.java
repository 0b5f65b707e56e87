package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link NamedArray} as safetensors, in a file or in a stream. Fields are tensors; {@code
 * __metadata__} holds JSON texts:
 *
 * <pre>
 * tenon.items     {"ids": […], "sequences_per_item": […], "lengths": […]}    only with items
 * tenon.kinds     {"input_ids": "token", "logprobs": "next_token", …}        only with items
 * tenon.metadata  {"key": "value", …}
 * </pre>
 *
 * <p>A file of another origin is read as an array without items, whose metadata is that of the
 * file. Bad content is a {@link CheckpointException}. All methods are safe for threads.
 */
public final class NamedArrayFormat {
  private static final String ITEMS = "tenon.items";
  private static final String KINDS = "tenon.kinds";
  private static final String USER = "tenon.metadata";

  private NamedArrayFormat() {}

  /** Writes a file, replacing an older one; after a failure the older one is as it was. */
  public static void write(Path file, NamedArray array) {
    SafetensorsWriter.write(file, infos(array), metadata(array), array::get);
  }

  /** Reads a file. */
  public static NamedArray read(Path file) {
    SafetensorsFile tensors = SafetensorsFile.open(file);
    Map<String, TensorData> fields = new TreeMap<>();
    tensors.names().forEach(name -> fields.put(name, tensors.read(name)));
    return array(fields, tensors.metadata(), String.valueOf(file));
  }

  /** Writes to a stream, which stays open: the bytes of the file. */
  public static void write(WritableByteChannel channel, NamedArray array) throws IOException {
    Map<String, String> metadata = new TreeMap<>(metadata(array));
    metadata.put("format", "pt");
    SafetensorsLayout layout = SafetensorsLayout.of(infos(array), metadata);
    writeFully(channel, layout.start().duplicate());
    for (String name : layout.offsets().keySet()) {
      for (ByteBuffer segment : array.get(name).segments()) {
        writeFully(channel, segment);
      }
    }
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Reads one array from a stream, which stays open and stands after it.
   *
   * @param source names the stream in messages
   * @param maxBytes the most data to accept
   */
  public static NamedArray read(ReadableByteChannel channel, String source, long maxBytes)
      throws IOException {
    long n =
        readFully(channel, source, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN))
            .getLong(0);
    if (n < 0 || n > Math.min(maxBytes, SafetensorsHeader.MAX_BYTES)) {
      String found = "header of " + Long.toUnsignedString(n) + " bytes";
      throw SafetensorsHeader.error(
          source, "offset=0", found, "at most " + SafetensorsHeader.MAX_BYTES);
    }
    ByteBuffer json = readFully(channel, source, ByteBuffer.allocate((int) n));
    SafetensorsHeader header = SafetensorsHeader.parse(json.array(), source);
    if (header.dataBytes() > maxBytes) {
      throw SafetensorsHeader.error(
          source, "data", header.dataBytes() + " bytes", "at most " + maxBytes);
    }
    return array(fields(channel, header, source), header.metadata(), source);
  }

  private static Map<String, TensorData> fields(
      ReadableByteChannel channel, SafetensorsHeader header, String source) throws IOException {
    List<Map.Entry<String, SafetensorsHeader.Entry>> inOrder =
        new ArrayList<>(header.tensors().entrySet());
    inOrder.sort(
        Comparator.comparingLong(
                (Map.Entry<String, SafetensorsHeader.Entry> x) -> x.getValue().begin())
            .thenComparingLong(x -> x.getValue().end()));
    Map<String, TensorData> fields = new TreeMap<>();
    for (Map.Entry<String, SafetensorsHeader.Entry> field : inOrder) {
      SafetensorsHeader.Entry entry = field.getValue();
      List<ByteBuffer> segments = TensorData.allocate(entry.end() - entry.begin());
      for (ByteBuffer segment : segments) {
        readFully(channel, source, segment);
      }
      fields.put(
          field.getKey(),
          TensorData.wrap(
              entry
                  .dtype()
                  .orElseThrow(
                      () ->
                          SafetensorsHeader.error(
                              source,
                              "tensor " + field.getKey() + ": dtype",
                              entry.type(),
                              "a type of TensorData")),
              entry.shape(),
              segments));
    }
    return fields;
  }

  private static ByteBuffer readFully(ReadableByteChannel channel, String source, ByteBuffer target)
      throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target) < 0) {
        throw SafetensorsHeader.error(
            source, "stream", "ended", target.remaining() + " more bytes");
      }
    }
    return target.rewind();
  }

  private static Map<String, Weights.Info> infos(NamedArray array) {
    Map<String, Weights.Info> infos = new TreeMap<>();
    array
        .flatten()
        .forEach(
            (name, tensor) -> infos.put(name, new Weights.Info(tensor.dtype(), tensor.shape())));
    return infos;
  }

  private static Map<String, String> metadata(NamedArray array) {
    Map<String, String> metadata = new TreeMap<>();
    if (array.hasItems()) {
      Map<String, Object> items = new LinkedHashMap<>();
      items.put("ids", array.items().ids());
      items.put("sequences_per_item", array.items().sequencesPerItem());
      items.put("lengths", array.items().lengths());
      metadata.put(ITEMS, Json.compact(items));
      Map<String, String> kinds = new TreeMap<>();
      array
          .names()
          .forEach(name -> kinds.put(name, array.kind(name).name().toLowerCase(Locale.ROOT)));
      metadata.put(KINDS, Json.compact(kinds));
    }
    metadata.put(USER, Json.compact(array.metadata()));
    return metadata;
  }

  private static NamedArray array(
      Map<String, TensorData> fields, Map<String, String> metadata, String source) {
    try {
      return metadata.containsKey(ITEMS) ? packed(fields, metadata) : plain(fields, metadata);
    } catch (InvalidInputException e) {
      throw new CheckpointException(source + ": " + e.getMessage(), e);
    }
  }

  private static NamedArray plain(Map<String, TensorData> fields, Map<String, String> metadata) {
    NamedArray array = NamedArray.of(fields);
    Map<String, String> user = metadata.containsKey(USER) ? user(metadata) : metadata;
    for (Map.Entry<String, String> entry : user.entrySet()) {
      array = array.withMetadata(entry.getKey(), entry.getValue());
    }
    return array;
  }

  private static NamedArray packed(Map<String, TensorData> fields, Map<String, String> metadata) {
    JsonObject items = json(metadata, ITEMS);
    JsonObject kinds = json(metadata, KINDS);
    NamedArray.Builder builder =
        NamedArray.builder(
            new Items(
                items.strings("ids"), ints(items, "sequences_per_item"), ints(items, "lengths")));
    fields.forEach((name, tensor) -> builder.put(name, kind(kinds, name), tensor));
    user(metadata).forEach(builder::metadata);
    return builder.build();
  }

  private static FieldKind kind(JsonObject kinds, String name) {
    String text = kinds.string(name);
    for (FieldKind kind : FieldKind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
        return kind;
      }
    }
    throw kinds.problem(name, "token, next_token, sequence or item");
  }

  private static List<Integer> ints(JsonObject object, String key) {
    try {
      return object.integers(key).stream().map(Math::toIntExact).toList();
    } catch (ArithmeticException e) {
      throw new InvalidInputException(Problems.problem(key, "over 2^31 - 1", "32-bit integers"), e);
    }
  }

  private static Map<String, String> user(Map<String, String> metadata) {
    JsonObject object = json(metadata, USER);
    Map<String, String> user = new TreeMap<>();
    object.keys().forEach(key -> user.put(key, object.string(key)));
    return user;
  }

  private static JsonObject json(Map<String, String> metadata, String key) {
    String text = metadata.getOrDefault(key, "{}");
    return Json.parseObject(
        text.getBytes(StandardCharsets.UTF_8), SafetensorsHeader.METADATA + " " + key);
  }
}
