package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One safetensors file, of any size. Opening reads and checks the header; values are read when
 * asked for. The file is not kept open and must not change. Safe for threads.
 *
 * <p>Every problem is a {@link CheckpointException} that names file, tensor and field, or {@code
 * offset=N} in bytes from the start of the file. Pickles, zip archives and other formats are
 * recognised, named and refused. A tensor of a type without a {@link DType} (U16, F8_E4M3, …) is
 * listed, and {@link #info} and {@link #read} of it throw {@link UnsupportedFeatureException}.
 */
public final class SafetensorsFile implements Weights {
  private final Path file;
  private final SafetensorsHeader header;
  private final long dataStart;

  private SafetensorsFile(Path file, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.header = header;
    this.dataStart = dataStart;
  }

  /** Reads and checks the header. */
  public static SafetensorsFile open(Path file) {
    if (!Files.isRegularFile(file)) {
      String found = Files.isDirectory(file) ? "a directory" : "missing";
      throw new CheckpointException(
          Problems.problem(String.valueOf(file), found, "a safetensors file"));
    }
    return Durable.run(
        file,
        "a readable safetensors file",
        () -> {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return open(file, channel);
          }
        });
  }

  private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
    String source = String.valueOf(file);
    try {
      long size = channel.size();
      byte[] json = header(channel, source, size);
      SafetensorsHeader header = SafetensorsHeader.parse(json, source);
      long dataStart = 8L + json.length;
      checkEnd(source, header, size - dataStart, dataStart);
      return new SafetensorsFile(file, header, dataStart);
    } catch (CheckpointException e) {
      Optional<String> format = ForeignFormat.of(file, channel);
      if (format.isEmpty()) {
        throw e;
      }
      throw new CheckpointException(
          Problems.problem(
                  source, format.get(), "a safetensors file; other formats are never loaded")
              + "; "
              + e.getMessage(),
          e);
    }
  }

  private static byte[] header(FileChannel channel, String source, long size) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    if (!Durable.readFully(channel, 0, length)) {
      throw SafetensorsHeader.error(
          source, "offset=0", size + " bytes", "at least 8, the header's length");
    }
    long n = length.getLong(0);
    long most = Math.min(size - 8, SafetensorsHeader.MAX_BYTES);
    if (n < 0 || n > most) {
      String found = "header of " + Long.toUnsignedString(n) + " bytes";
      throw SafetensorsHeader.error(source, "offset=0", found, "at most " + most);
    }
    byte[] json = new byte[(int) n];
    if (!Durable.readFully(channel, 8, ByteBuffer.wrap(json))) {
      throw SafetensorsHeader.error(source, "offset=8", "end of file", n + " bytes of header");
    }
    return json;
  }

  private static void checkEnd(
      String source, SafetensorsHeader header, long found, long dataStart) {
    long expected = header.dataBytes();
    if (found > expected) {
      String more = (found - expected) + " more bytes";
      throw SafetensorsHeader.error(
          source, "offset=" + (dataStart + expected), more, "the end of the file");
    }
    if (found < expected) {
      String cut =
          header.tensors().entrySet().stream()
              .filter(x -> x.getValue().end() > found)
              .findFirst()
              .orElseThrow()
              .getKey();
      throw SafetensorsHeader.error(
          source,
          "tensor " + cut + ": data_offsets",
          found + " bytes of data",
          expected + " bytes");
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** The map under {@code __metadata__}, unmodifiable; empty if there is none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(header.tensors().keySet()));
  }

  @Override
  public Info info(String name) {
    return new Info(dtype(name), entry(name).shape());
  }

  @Override
  public Optional<Region> region(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    return Optional.of(new Region(file, dataStart + entry.begin(), entry.end() - entry.begin()));
  }

  @Override
  public TensorData read(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    DType dtype = dtype(name);
    List<ByteBuffer> segments =
        Durable.run(file, "a readable safetensors file", () -> segments(name, entry));
    return TensorData.wrap(dtype, entry.shape(), segments);
  }

  private List<ByteBuffer> segments(String name, SafetensorsHeader.Entry entry) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != dataStart + header.dataBytes()) {
        throw SafetensorsHeader.error(
            file.toString(),
            "tensor " + name,
            "file of " + channel.size() + " bytes",
            "the size it had when opened");
      }
      List<ByteBuffer> segments = TensorData.allocate(entry.end() - entry.begin());
      long at = dataStart + entry.begin();
      for (ByteBuffer segment : segments) {
        if (!Durable.readFully(channel, at, segment)) {
          throw SafetensorsHeader.error(
              file.toString(), "tensor " + name, "end of file", "the size it had when opened");
        }
        at += segment.limit();
        segment.rewind();
      }
      return segments;
    }
  }

  private SafetensorsHeader.Entry entry(String name) {
    SafetensorsHeader.Entry entry = header.tensors().get(name);
    if (entry == null) {
      String hint =
          Nearest.to(name, header.tensors().keySet())
              .map(x -> "; did you mean " + x + "?")
              .orElse("");
      throw new UnknownNameException(
          Problems.problem(
              "tensor", name, "one of the " + header.tensors().size() + " in " + file + hint));
    }
    return entry;
  }

  private DType dtype(String name) {
    String type = entry(name).type();
    return entry(name)
        .dtype()
        .orElseThrow(
            () ->
                new UnsupportedFeatureException(
                    Problems.problem(
                        file + ": tensor " + name + ": dtype",
                        type,
                        "one of " + List.of(DType.values()))));
  }

  /** The file and the number of its tensors. */
  @Override
  public String toString() {
    return "SafetensorsFile("
        + file
        + ", "
        + header.tensors().size()
        + " tensors, "
        + header.dataBytes()
        + " bytes)";
  }
}
