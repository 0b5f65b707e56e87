package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Writes one safetensors file of any size, tensor by tensor in any order, so that no more than one
 * is in memory. Names, types and shapes are known from the start. Until {@link #commit} the file
 * lies under a temporary name beside its own; {@link #close} without commit removes it and leaves
 * an older file as it was. Not thread-safe.
 *
 * <p>The bytes equal those of the Python package for the same tensors and one entry of metadata.
 * {@code format: pt} is added to the metadata, unless it has a format, for transformers asks for
 * it.
 */
public final class SafetensorsWriter implements TensorSink, AutoCloseable {
  private final Path file;
  private final Path temporary;
  private final Map<String, Weights.Info> tensors;
  private final SafetensorsLayout layout;
  private final Set<String> missing;
  private final FileChannel channel;

  private SafetensorsWriter(
      Path file,
      Path temporary,
      Map<String, Weights.Info> tensors,
      SafetensorsLayout layout,
      FileChannel channel) {
    this.file = file;
    this.temporary = temporary;
    this.tensors = tensors;
    this.layout = layout;
    this.missing = new TreeSet<>(tensors.keySet());
    this.channel = channel;
  }

  /**
   * Starts a file.
   *
   * @param file its final name, in a directory that exists
   * @param tensors all tensors that will come
   * @param metadata text by name
   * @throws CheckpointException if it cannot be written
   */
  public static SafetensorsWriter create(
      Path file, Map<String, Weights.Info> tensors, Map<String, String> metadata) {
    Map<String, String> all = new TreeMap<>(metadata);
    all.putIfAbsent("format", "pt");
    SafetensorsLayout layout = SafetensorsLayout.of(tensors, all);
    Path temporary = Durable.temporaryBeside(file);
    return Durable.run(
        file,
        "a writable file",
        () -> {
          FileChannel channel =
              FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          SafetensorsWriter writer =
              new SafetensorsWriter(file, temporary, Map.copyOf(tensors), layout, channel);
          try {
            Durable.writeFully(channel, 0, layout.start().duplicate());
            return writer;
          } catch (IOException e) {
            writer.close();
            throw e;
          }
        });
  }

  /**
   * Writes a whole file; {@code source} is asked for one tensor after the other, in the order of
   * the file.
   */
  public static void write(
      Path file,
      Map<String, Weights.Info> tensors,
      Map<String, String> metadata,
      Function<String, TensorData> source) {
    try (SafetensorsWriter writer = create(file, tensors, metadata)) {
      for (String name : writer.layout.offsets().keySet()) {
        writer.accept(name, source.apply(name));
      }
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
    Weights.Info info = tensors.get(name);
    if (info == null || !missing.contains(name)) {
      throw new InvalidInputException(
          Problems.problem("tensor", name, info == null ? "one that was announced" : "only once"));
    }
    Weights.Info found = new Weights.Info(tensor.dtype(), tensor.shape());
    if (!found.equals(info)) {
      throw new InvalidInputException(
          Problems.problem(
              "tensor " + name,
              found.dtype() + " " + found.shape(),
              info.dtype() + " " + info.shape()));
    }
    Durable.run(
        file,
        "enough space",
        () -> {
          long at = layout.offsets().getOrDefault(name, 0L);
          for (ByteBuffer segment : tensor.segments()) {
            Durable.writeFully(channel, at, segment);
            at += segment.limit();
          }
          return missing.remove(name);
        });
  }

  /**
   * Makes the file durable and gives it its name, replacing an older one.
   *
   * @throws InvalidInputException naming tensors that have not come
   */
  public void commit() {
    if (!missing.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(
              "tensors of " + file.getFileName(), "missing " + missing, "all that were announced"));
    }
    Durable.run(
        file,
        "a writable file",
        () -> {
          channel.force(true);
          channel.close();
          Durable.rename(temporary, file);
          return true;
        });
  }

  /** Removes what was not committed. Idempotent. */
  @Override
  public void close() {
    Durable.run(
        file,
        "a writable directory",
        () -> {
          channel.close();
          return Files.deleteIfExists(temporary);
        });
  }
}
