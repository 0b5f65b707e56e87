package dev.tenon.model;

import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.Shape;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The description of a network: what it computes and where its weights are. It allocates nothing,
 * knows no device, optimizer or batch, and is safe to share between threads and engines.
 */
public non-sealed interface Network extends ModelModule {
  /** The architecture's name in HuggingFace's terms, for example {@code LlamaForCausalLM}. */
  String architecture();

  /** What sits on top of the body. */
  Head head();

  /** All parameters, in the order of their first use. A tied weight appears once. */
  List<Parameter> parameters();

  /** The shape of every parameter by its name, in the order of {@link #parameters()}. */
  default Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters().forEach(x -> shapes.put(x.name(), x.shape()));
    return Collections.unmodifiableMap(shapes);
  }

  /**
   * Names of the parameters that may train, in the order of {@link #parameters()}: all, unless the
   * network stands on another one that is fixed, as adapters stand on their base.
   */
  default Set<String> trainable() {
    return shapes().keySet();
  }

  /**
   * Names of the parameters that a run changes, in the order of {@link #parameters()}.
   *
   * @throws dev.tenon.error.InvalidInputException for a pattern of the spec that fits none of them
   */
  default Set<String> trained(FinetuneSpec spec) {
    return spec.trained().of(trainable());
  }

  /** The computation. */
  Program program();

  /** V, the number of token ids. */
  default int vocabSize() {
    return program().vocabSize();
  }

  /** The weights; their names are those of {@link #parameters()}. */
  Weights weights();

  /**
   * The weights of a directory that was quantised: such a network runs for inference alone, in
   * their precision, and has no {@link #weights()}. Empty: the weights are of floating types.
   */
  default Optional<QuantizedWeights> quantized() {
    return Optional.empty();
  }

  /** The precision of weights that are {@link #quantized()}. */
  default Optional<Precision> quantization() {
    return quantized().map(QuantizedWeights::precision);
  }

  /**
   * Writes this network with quantised weights as a directory that its factory opens again, as
   * {@link #save} does with floating ones.
   *
   * @param directory empty and existing
   * @throws UnsupportedFeatureException if the network has no such form
   */
  default void saveQuantized(Path directory, QuantizedWeights weights) {
    throw new UnsupportedFeatureException(
        Problems.problem("quantized form of " + architecture(), "none", "a HuggingFace network"));
  }

  /** The longest sequence the network was made for, in tokens. */
  int maxPositions();

  /**
   * Number of the types that {@code token_type_ids} tells apart, as in the two texts of a pair; 0:
   * the network does not read the field.
   */
  default int tokenTypes() {
    return 0;
  }

  /**
   * The token that pads. A decoder's score or classes are those of a sequence's last token that is
   * not this one, as in transformers, where padding and an end that pads look alike.
   */
  default OptionalInt padTokenId() {
    return OptionalInt.empty();
  }

  /** What its classes are; empty unless it classifies. */
  default Optional<ClassificationHead> classificationHead() {
    return Optional.empty();
  }

  /** How {@link Output#POOLED} comes about; empty unless it embeds. */
  default Optional<EmbeddingHead> embeddingHead() {
    return Optional.empty();
  }

  /**
   * F32 values that one block keeps for one token from the forward to the backward pass: inputs of
   * its projections and of what lies between them. For {@link ModelBackend#plan}; the default,
   * twice the larger side of every matrix of a block, is more than the usual transformer keeps.
   */
  default long keptPerToken() {
    return parameters().stream()
        .filter(x -> x.stage() == Parameter.Stage.BLOCK && x.layer() == 0)
        .filter(x -> x.shape().rank() == 2)
        .mapToLong(x -> 2 * Math.max(x.shape().dim(0), x.shape().dim(1)))
        .sum();
  }

  /**
   * Writes this network with other weights as a directory that its factory opens again. The caller
   * gives an empty, existing directory; making the write atomic is {@link
   * dev.tenon.checkpoint.CheckpointDirectory}'s task.
   *
   * <p>A training state holds such a directory, and {@link #saved} reads it back.
   *
   * @param directory where to write
   * @param weights the values to write, under the names of {@link #parameters()}
   */
  void save(Path directory, Weights weights);

  /**
   * What {@link #save} wrote of the parameters in {@link #trainable()}, with their names, and
   * types, shapes and bytes as they were. Here {@code model.safetensors}, or {@code
   * model.safetensors.index.json} and what it lists.
   *
   * @throws dev.tenon.error.CheckpointException if the files are missing or damaged, or were
   *     written by a network that stands on another base
   */
  default Weights saved(Path directory) {
    return ShardedWeights.open(directory, "model");
  }

  /**
   * Opens a training state and checks that it is one of this network, trained as the spec says.
   *
   * @throws dev.tenon.error.CheckpointException with every problem, as {@link TrainingState#open}
   */
  default TrainingState openState(Path directory, FinetuneSpec spec) {
    Map<String, Shape> saved = new LinkedHashMap<>(shapes());
    saved.keySet().retainAll(trainable());
    Map<String, Shape> trained = new LinkedHashMap<>(saved);
    trained.keySet().retainAll(trained(spec));
    return TrainingState.open(directory, architecture(), this::saved, saved, trained);
  }

  /**
   * Refuses a batch that no engine could run: {@code input_ids} (I64, token) within the vocabulary,
   * sequences within {@link #maxPositions()}, {@code output_mask}, if there is one, BOOL per token,
   * {@code token_type_ids}, if there is one and the network reads it, below {@link #tokenTypes()}.
   *
   * @throws dev.tenon.error.InvalidInputException with every problem of the batch
   */
  default void check(NamedArray batch) {
    BatchCheck.check(batch, this);
  }
}
