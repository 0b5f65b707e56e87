package dev.tenon.checkpoint;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes weights as HuggingFace does: one file {@code <base>.safetensors} if they fit into one,
 * else {@code <base>-00001-of-0000N.safetensors} and so on with an index. Tensors come one at a
 * time in any order; those of one file are neighbours in the order of the announcement. Nothing has
 * its final name before {@link #commit}; {@link #close} without it removes everything. Write into a
 * directory of {@link CheckpointDirectory}, so that several files appear as one. Not thread-safe.
 */
public final class ShardedWriter implements TensorSink, AutoCloseable {
  /** The size at which transformers starts a new file, in bytes. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private final Path directory;
  private final String base;
  private final long totalBytes;
  private final Map<String, String> fileOf = new LinkedHashMap<>();
  private final Map<String, SafetensorsWriter> writers = new LinkedHashMap<>();

  private ShardedWriter(Path directory, String base, long totalBytes) {
    this.directory = directory;
    this.base = base;
    this.totalBytes = totalBytes;
  }

  /**
   * Starts all files.
   *
   * @param directory one that exists
   * @param base {@code model} in a HuggingFace directory
   * @param tensors all that will come; their order decides which share a file
   * @param metadata text by name, for every file; {@code format: pt} is added
   * @param shardBytes the most data in a file; a larger tensor has a file of its own
   */
  public static ShardedWriter create(
      Path directory,
      String base,
      Map<String, Weights.Info> tensors,
      Map<String, String> metadata,
      long shardBytes) {
    List<Map<String, Weights.Info>> shards = cut(tensors, shardBytes);
    long total = tensors.values().stream().mapToLong(Weights.Info::bytes).sum();
    ShardedWriter writer = new ShardedWriter(directory, base, total);
    try {
      for (int i = 0; i < shards.size(); i++) {
        String name =
            shards.size() == 1 ? base + ".safetensors" : shardName(base, i + 1, shards.size());
        writer.writers.put(
            name, SafetensorsWriter.create(directory.resolve(name), shards.get(i), metadata));
        shards.get(i).keySet().forEach(x -> writer.fileOf.put(x, name));
      }
      return writer;
    } catch (RuntimeException e) {
      closeAfter(writer, e);
      throw e;
    }
  }

  private static void closeAfter(ShardedWriter writer, RuntimeException failure) {
    try {
      writer.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static String shardName(String base, int number, int count) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", base, number, count);
  }

  private static List<Map<String, Weights.Info>> cut(
      Map<String, Weights.Info> tensors, long shardBytes) {
    if (shardBytes < 1) {
      throw new InvalidInputException(Problems.problem("shard bytes", shardBytes, "≥ 1"));
    }
    List<Map<String, Weights.Info>> shards = new ArrayList<>();
    Map<String, Weights.Info> shard = new LinkedHashMap<>();
    long bytes = 0;
    for (Map.Entry<String, Weights.Info> tensor : tensors.entrySet()) {
      long more = tensor.getValue().bytes();
      if (!shard.isEmpty() && more > shardBytes - bytes) {
        shards.add(shard);
        shard = new LinkedHashMap<>();
        bytes = 0;
      }
      shard.put(tensor.getKey(), tensor.getValue());
      bytes += more;
    }
    shards.add(shard);
    return shards;
  }

  /**
   * Writes all; {@code source} is asked for one tensor after the other, in the order of the
   * announcement.
   */
  public static void write(
      Path directory,
      String base,
      Map<String, Weights.Info> tensors,
      Map<String, String> metadata,
      long shardBytes,
      Function<String, TensorData> source) {
    try (ShardedWriter writer = create(directory, base, tensors, metadata, shardBytes)) {
      tensors.keySet().forEach(name -> writer.accept(name, source.apply(name)));
      writer.commit();
    }
  }

  /**
   * Writes one tensor.
   *
   * @throws InvalidInputException if it was not announced so, or has come before
   */
  @Override
  public void accept(String name, TensorData tensor) {
    SafetensorsWriter writer = writers.get(fileOf.getOrDefault(name, ""));
    if (writer == null) {
      throw new InvalidInputException(Problems.problem("tensor", name, "one that was announced"));
    }
    writer.accept(name, tensor);
  }

  /**
   * Gives the files their names, the index last.
   *
   * @throws InvalidInputException naming tensors that have not come
   */
  public void commit() {
    writers.values().forEach(SafetensorsWriter::commit);
    if (writers.size() > 1) {
      Path index = directory.resolve(base + ".safetensors.index.json");
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("metadata", Map.of("total_size", totalBytes));
      json.put("weight_map", new TreeMap<>(fileOf));
      Durable.run(
          index,
          "a writable file",
          () -> {
            Durable.writeFile(index, Json.prettyBytes(json));
            return true;
          });
    }
  }

  /** Removes what was not committed. Idempotent. */
  @Override
  public void close() {
    RuntimeException first = null;
    for (SafetensorsWriter writer : writers.values()) {
      try {
        writer.close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
