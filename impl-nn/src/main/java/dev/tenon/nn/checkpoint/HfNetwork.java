package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.spec.ClassificationHead;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network that came from a HuggingFace directory, or goes to one. Immutable and safe for threads.
 */
final class HfNetwork implements Network {
  private final HfCheckpoint checkpoint;
  private final List<Parameter> parameters;

  HfNetwork(HfCheckpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.parameters = checkpoint.architecture().parameters().stream().map(this::stored).toList();
  }

  HfCheckpoint checkpoint() {
    return checkpoint;
  }

  /** The parameter with the type that its weight is stored in. */
  private Parameter stored(Parameter x) {
    return new Parameter(
        x.name(),
        x.key(),
        checkpoint.weights().info(x.name()).dtype(),
        x.shape(),
        x.stage(),
        x.layer(),
        x.alsoUsedBy(),
        x.decay());
  }

  @Override
  public String architecture() {
    return checkpoint.architecture().name();
  }

  @Override
  public Head head() {
    return checkpoint.architecture().head();
  }

  @Override
  public List<Parameter> parameters() {
    return parameters;
  }

  @Override
  public Program program() {
    return checkpoint.architecture().program();
  }

  @Override
  public Weights weights() {
    return checkpoint.weights();
  }

  @Override
  public Optional<QuantizedWeights> quantized() {
    return checkpoint.quantized();
  }

  @Override
  public void saveQuantized(Path directory, QuantizedWeights weights) {
    checkpoint.saveQuantized(directory, weights);
  }

  @Override
  public int maxPositions() {
    return checkpoint.architecture().maxPositions();
  }

  @Override
  public int tokenTypes() {
    return checkpoint.architecture().tokenTypes();
  }

  @Override
  public OptionalInt padTokenId() {
    return checkpoint.padTokenId();
  }

  @Override
  public Optional<ClassificationHead> classificationHead() {
    return checkpoint.architecture().classes();
  }

  @Override
  public Optional<EmbeddingHead> embeddingHead() {
    return checkpoint.embeddingHead();
  }

  @Override
  public long keptPerToken() {
    return checkpoint.architecture().keptPerToken();
  }

  @Override
  public void save(Path directory, Weights weights) {
    checkpoint.save(directory, weights, HfCheckpoint.MAX_SHARD_BYTES);
  }

  /** Architecture and sizes. */
  @Override
  public String toString() {
    Program program = program();
    return architecture()
        + "(layers "
        + program.layers()
        + ", hidden "
        + program.hiddenSize()
        + ", vocabulary "
        + program.vocabSize()
        + ", parameters "
        + parameters.stream().mapToLong(x -> x.shape().size()).sum()
        + ")";
  }
}
