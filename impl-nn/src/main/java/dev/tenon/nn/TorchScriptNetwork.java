package dev.tenon.nn;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.internal.TorchScriptFiles;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;

/**
 * A network that is a TorchScript file: program and weights in one, which cannot be looked into. A
 * backend that knows this type runs the file's {@code forward}; to others it has no program. See
 * {@link TorchScriptModelFactory}. Immutable and safe for threads.
 */
public final class TorchScriptNetwork implements Network {
  private final Path file;
  private final int vocabSize;
  private final int maxPositions;

  private TorchScriptNetwork(Path file, int vocabSize, int maxPositions) {
    this.file = file;
    this.vocabSize = vocabSize;
    this.maxPositions = maxPositions;
  }

  /**
   * Describes a file. It is not loaded here.
   *
   * @throws InvalidInputException for sizes below 1
   * @throws CheckpointException if it is no TorchScript archive
   */
  public static TorchScriptNetwork of(Path file, int vocabSize, int maxPositions) {
    Problems problems = new Problems();
    problems.check(vocabSize > 0, "vocab_size", vocabSize, "> 0");
    problems.check(maxPositions > 0, "max_positions", maxPositions, "> 0");
    problems.throwIfAny(InvalidInputException::new);
    if (!TorchScriptFiles.isOne(file)) {
      throw new CheckpointException(
          Problems.problem(
              "model " + file,
              Files.exists(file) ? "no TorchScript archive" : "missing",
              "a file that torch.jit.save wrote"));
    }
    return new TorchScriptNetwork(file, vocabSize, maxPositions);
  }

  /** The file. */
  public Path file() {
    return file;
  }

  @Override
  public String architecture() {
    return "TorchScript";
  }

  @Override
  public Head head() {
    return Head.CAUSAL_LM;
  }

  /** None: the file keeps its weights to itself. */
  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  /**
   * Not to be had.
   *
   * @throws UnsupportedFeatureException always
   */
  @Override
  public Program program() {
    throw new UnsupportedFeatureException(
        Problems.problem("program of " + this, "inside the file", "a network with a text"));
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  /** None: the file keeps its weights to itself. */
  @Override
  public Weights weights() {
    return NoWeights.INSTANCE;
  }

  @Override
  public int maxPositions() {
    return maxPositions;
  }

  /**
   * Not possible.
   *
   * @throws UnsupportedFeatureException always
   */
  @Override
  public void save(Path directory, Weights weights) {
    throw new UnsupportedFeatureException(
        Problems.problem("save of " + this, "a TorchScript file", "a network with weights"));
  }

  /** File and sizes. */
  @Override
  public String toString() {
    return "TorchScript("
        + file
        + ", vocabulary "
        + vocabSize
        + ", positions "
        + maxPositions
        + ")";
  }

  private enum NoWeights implements Weights {
    INSTANCE;

    @Override
    public SortedSet<String> names() {
      return Collections.emptySortedSet();
    }

    @Override
    public Info info(String name) {
      throw new UnknownNameException(
          Problems.problem("parameter", name, "none: they are inside the file"));
    }

    @Override
    public TensorData read(String name) {
      throw new UnknownNameException(
          Problems.problem("parameter", name, "none: they are inside the file"));
    }
  }
}
