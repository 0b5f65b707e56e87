package dev.tenon.backend.sharded;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How parts travel: safetensors in the frame while they are small, else in a file of the private
 * directory with its SHA-256.
 */
final class Parcels {
  /** Larger data travels in a file. */
  private static final int FRAME_BYTES = 1 << 20;

  private Parcels() {}

  /** SHA-256 of what all ranks of all hosts are asked, the same in every JVM. */
  static String digest(List<Part> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Part part : parts) {
      Object head = Objects.requireNonNull(sorted(part.head()));
      all.writeBytes(Frame.encode(List.of(Frame.Section.of(head, bytes(part.tensors())))));
    }
    return sha256(all.toByteArray());
  }

  /** Values with keys in one order: that of a map of Java's differs from JVM to JVM. */
  private static @Nullable Object sorted(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> sorted = new TreeMap<>();
      map.forEach((name, x) -> sorted.put(String.valueOf(name), sorted(x)));
      return sorted;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> values = new ArrayList<>();
      list.forEach(x -> values.add(sorted(x)));
      return values;
    }
    return value;
  }

  /**
   * A part on its way to a rank.
   *
   * @param directory of files for what is large
   * @param spilled gets that file, which the caller deletes after the call
   */
  static Frame.Section section(Part part, WorkDirectory directory, List<Path> spilled) {
    // Of one byte each at least: what is large for certain is not made in memory first.
    long size = part.tensors().values().stream().mapToLong(x -> x.shape().size()).sum();
    if (size <= FRAME_BYTES) {
      byte[] data = bytes(part.tensors());
      if (data.length <= FRAME_BYTES) {
        return Frame.Section.of(part.head(), data);
      }
    }
    Path file = directory.newFile(".safetensors");
    spilled.add(file);
    Map<String, @Nullable Object> head = new LinkedHashMap<>(part.head());
    head.put("spilled", Map.of("file", file.toString(), "sha256", write(file, part.tensors())));
    return Frame.Section.of(head, new byte[0]);
  }

  /** Writes tensors into a file, without a copy of them all in between; gives its SHA-256. */
  private static String write(Path file, Map<String, TensorData> tensors) {
    try (DigestChannel out =
        new DigestChannel(
            Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      NamedArrayFormat.write(out, NamedArray.of(tensors));
      return out.sha256();
    } catch (IOException e) {
      throw new CheckpointException(Problems.problem("batch for a rank", e, file + " written"), e);
    }
  }

  /** The tensors of a reply. */
  static Map<String, TensorData> tensors(JsonObject head, byte[] data) {
    Optional<JsonObject> spilled = head.findObject("spilled");
    if (spilled.isPresent()) {
      return read(Path.of(spilled.get().string("file")), spilled.get().string("sha256"));
    }
    return data.length == 0 ? Map.of() : decode(data, head.source());
  }

  private static Map<String, TensorData> read(Path file, String sha256) {
    try {
      byte[] data = Files.readAllBytes(file);
      if (!sha256(data).equals(sha256)) {
        throw new WorkerLostException(Problems.problem("sha256 of " + file, sha256(data), sha256));
      }
      return decode(data, file.toString());
    } catch (IOException e) {
      throw new WorkerLostException(Problems.problem("reply of a rank", e, "in " + file), e);
    } finally {
      delete(file);
    }
  }

  private static Map<String, TensorData> decode(byte[] data, String source) {
    try {
      return NamedArrayFormat.read(
              Channels.newChannel(new ByteArrayInputStream(data)), source, data.length)
          .flatten();
    } catch (IOException e) {
      throw new WorkerLostException(Problems.problem("reply of " + source, e, "safetensors"), e);
    }
  }

  private static byte[] bytes(Map<String, TensorData> tensors) {
    if (tensors.isEmpty()) {
      return new byte[0];
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      NamedArrayFormat.write(Channels.newChannel(out), NamedArray.of(tensors));
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return out.toByteArray();
  }

  private static String sha256(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Deletes a file that has been read. */
  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The private directory goes at the end, with all that is left in it.
    }
  }
}
