package dev.tenon.model;

import dev.tenon.checkpoint.Weights;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.Shape;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /** The computation. */
  Program program();

  /** V, the number of token ids. */
  default int vocabSize() {
    return program().vocabSize();
  }

  /** The weights; their names are those of {@link #parameters()}. */
  Weights weights();

  /**
   * In which precision the weights are stored, where they are quantised: such a network runs for
   * inference alone, in that precision. Empty: they are of floating types.
   */
  default Optional<Precision> quantization() {
    return Optional.empty();
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
   * <p>{@link TrainEngine#loadState} reads the values back, and relies on this: among the files are
   * {@code model.safetensors}, or {@code model.safetensors.index.json} and what it lists, and they
   * hold exactly the names of {@link #parameters()}, with the types, shapes and bytes of {@code
   * weights}.
   *
   * @param directory where to write
   * @param weights the values to write, under the names of {@link #parameters()}
   */
  void save(Path directory, Weights weights);

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
