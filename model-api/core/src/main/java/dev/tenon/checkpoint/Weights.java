package dev.tenon.checkpoint;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Where tensors come from: files, an engine, a random start. Implementations state their thread
 * contract; those of files and random starts are safe for threads.
 */
public interface Weights {
  /** All names. */
  SortedSet<String> names();

  /**
   * Type and shape, without reading values.
   *
   * @throws dev.tenon.error.UnknownNameException for another name
   */
  Info info(String name);

  /** The values, in host memory. */
  TensorData read(String name);

  /**
   * Where the bytes lie in a file, so that an engine can map them; empty when they do not lie in
   * one.
   */
  default Optional<Region> region(String name) {
    return Optional.empty();
  }

  /**
   * The same weights in another floating type, each value rounded once to nearest, ties to even, as
   * torch does. {@code network.save(directory, network.weights().in(DType.BF16))} halves a
   * checkpoint; its config.json then says so.
   *
   * @throws dev.tenon.error.InvalidInputException for a type that is not floating
   */
  default Weights in(DType dtype) {
    return new ConvertedWeights(this, dtype);
  }

  /**
   * Type and shape of a tensor.
   *
   * @param dtype element type
   * @param shape dimensions
   */
  record Info(DType dtype, Shape shape) {
    /** Size in bytes. */
    public long bytes() {
      return Math.multiplyExact(shape.size(), dtype.bytes());
    }
  }

  /**
   * A part of a file.
   *
   * @param file the file
   * @param offset first byte
   * @param bytes length
   */
  record Region(Path file, long offset, long bytes) {}
}
