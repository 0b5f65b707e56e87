package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tensors that are regions of a file, such as the weights of a safetensors file. The file is mapped
 * privately by {@code torch.from_file}, once for each element type: pages are read when first
 * touched and shared with other processes; a write to such a tensor stays in memory.
 *
 * <p>Thread contract and life time are those of its scope.
 */
public final class MappedTensors {

  private final Path file;
  private final NativeScope scope;
  private final long size;
  private final Map<DType, TorchValue> mappings = new EnumMap<>(DType.class);

  MappedTensors(Path file, NativeScope scope) {
    this.file = file.toAbsolutePath();
    this.scope = scope;
    try {
      this.size = Files.size(file);
    } catch (IOException e) {
      throw new InvalidInputException(Problems.problem("file", file, "a readable file"), e);
    }
  }

  /** Whether {@link #tensor} maps such a region; otherwise it reads it. */
  public static boolean canMap(DType dtype, long offset) {
    return offset % dtype.bytes() == 0;
  }

  /**
   * A tensor over a region of the file, owned by the scope. A region that does not start at a
   * multiple of the element size is {@linkplain #read read} instead.
   *
   * @param offset first byte of the region in the file
   * @throws InvalidInputException if the region is not inside the file
   */
  public TorchValue tensor(DType dtype, long offset, Shape shape) {
    long bytes = checkRegion(dtype, offset, shape);
    if (bytes == 0 || !canMap(dtype, offset)) {
      return read(dtype, offset, shape);
    }
    TorchValue whole = mappings.computeIfAbsent(dtype, this::mapWhole);
    return whole.region(scope, offset / dtype.bytes(), shape);
  }

  /**
   * A tensor in memory of its own with a region's content, owned by the scope.
   *
   * @param offset first byte of the region in the file
   * @throws InvalidInputException if the region is not inside the file
   */
  public TorchValue read(DType dtype, long offset, Shape shape) {
    checkRegion(dtype, offset, shape);
    TorchValue tensor = TensorCopy.allocate(scope, dtype, shape);
    try (FileChannel channel = FileChannel.open(file)) {
      channel.position(offset);
      TensorCopy.visit(tensor, window -> fill(window, channel));
    } catch (IOException | UncheckedIOException e) {
      tensor.close();
      throw new InvalidInputException(Problems.problem("file", file, "a readable file"), e);
    }
    return tensor;
  }

  private TorchValue mapWhole(DType dtype) {
    try (NativeScope arguments = scope.bridge().scope("map")) {
      return scope
          .bridge()
          .builtins()
          .call(
              scope,
              "map_file",
              arguments.text(file.toString()),
              arguments.integer(size / dtype.bytes()),
              arguments.integer(TorchTypes.toTorch(dtype)));
    }
  }

  private long checkRegion(DType dtype, long offset, Shape shape) {
    long bytes = TensorCopy.byteSize(dtype, shape);
    if (offset < 0 || bytes > size || offset > size - bytes) {
      throw new InvalidInputException(
          Problems.problem(
              "region",
              dtype + " " + shape + " at byte " + offset + " of " + file,
              "inside its " + size + " bytes"));
    }
    return bytes;
  }

  private static void fill(ByteBuffer window, FileChannel channel) throws IOException {
    while (window.hasRemaining()) {
      if (channel.read(window) < 0) {
        throw new EOFException("the file became shorter");
      }
    }
  }
}
