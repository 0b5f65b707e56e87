package dev.tenon.backend.testkit;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.SafetensorsWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.model.Tokenizer;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A small recurrent language model that {@link FakeBackend} runs in plain Java: {@code h[t] =
 * tanh(E[x[t]] + W h[t-1] + b)} (Elman, "Finding structure in time", 1990), with logits {@code O
 * h[t]} or, for a value head, {@code s h[t]}; a classification head takes {@code s h} of the last
 * token, a pooled embedding the mean of {@code P h}. So every token depends on all before it, as in
 * a transformer. Immutable; a description, as every network.
 *
 * @param vocabSize V, number of token ids
 * @param hiddenSize H, size of a state
 * @param maxPositions longest sequence, in tokens
 * @param head {@link Head#CAUSAL_LM}, {@link Head#VALUE}, {@link Head#SEQUENCE_CLASSIFICATION} or
 *     {@link Head#POOLED_EMBEDDING}; with another one the network can be described but not run
 * @param weights F32, under the names of {@link #parameters()}
 */
public record FakeNetwork(
    int vocabSize, int hiddenSize, int maxPositions, Head head, Weights weights)
    implements Network {
  static final String EMBED = "model.embed_tokens.weight"; // [V, H]
  static final String MIX = "model.layers.0.mix.weight"; // [H, H]
  static final String BIAS = "model.layers.0.mix.bias"; // [H]
  private static final String LM_HEAD = "lm_head.weight"; // [V, H]
  private static final String SCORE = "score.weight"; // [C, H], for a value head [1, H]
  private static final String POOLER = "pooler.weight"; // [H, H]
  private static final int CLASSES = 3;
  private static final String CONFIG = "config.json";
  private static final String FILE = "model.safetensors";

  /** Checks that the weights are those of the parameters. */
  public FakeNetwork {
    Problems problems = new Problems();
    problems.check(vocabSize > 0, "vocab_size", vocabSize, "> 0");
    problems.check(hiddenSize > 0, "hidden_size", hiddenSize, "> 0");
    problems.check(maxPositions > 0, "max_position_embeddings", maxPositions, "> 0");
    problems.throwIfAny(InvalidInputException::new);
    for (Parameter parameter : parameters(vocabSize, hiddenSize, head)) {
      Weights.Info found = weights.info(parameter.name());
      problems.check(
          found.equals(new Weights.Info(DType.F32, parameter.shape())),
          "weight " + parameter.name(),
          found.dtype() + " " + found.shape(),
          "F32 " + parameter.shape());
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A language model with 8 numbers per state and random weights, always the same. */
  public static FakeNetwork of(int vocabSize, int maxPositions) {
    return random(vocabSize, 8, maxPositions, Head.CAUSAL_LM, 0);
  }

  /** A network whose weights are a function of the seed. */
  public static FakeNetwork random(
      int vocabSize, int hiddenSize, int maxPositions, Head head, long seed) {
    Weights weights = RandomStart.weights(parameters(vocabSize, hiddenSize, head), seed);
    return new FakeNetwork(vocabSize, hiddenSize, maxPositions, head, weights);
  }

  /**
   * Opens what {@link #save} or an engine's {@code save} wrote.
   *
   * @throws CheckpointException if the directory holds no such network
   */
  public static FakeNetwork open(Path directory) {
    JsonObject config = Json.readObject(directory.resolve(CONFIG));
    return new FakeNetwork(
        config.positiveInt("vocab_size"),
        config.positiveInt("hidden_size"),
        config.positiveInt("max_position_embeddings"),
        head(config),
        SafetensorsFile.open(directory.resolve(FILE)));
  }

  private static Head head(JsonObject config) {
    String name = config.string("head").toUpperCase(Locale.ROOT);
    return Arrays.stream(Head.values())
        .filter(x -> x.name().equals(name))
        .findFirst()
        .orElseThrow(() -> config.problem("head", "one of " + Arrays.toString(Head.values())));
  }

  /** The same network with another head and the random weights of seed 0. */
  public FakeNetwork withHead(Head other) {
    return random(vocabSize, hiddenSize, maxPositions, other, 0);
  }

  /** The same network with other weights. */
  public FakeNetwork withWeights(Weights other) {
    return new FakeNetwork(vocabSize, hiddenSize, maxPositions, head, other);
  }

  /** A model on the CPU with this network. */
  public Model model(String name, Tokenizer tokenizer) {
    return new Model(name, this, tokenizer, Device.cpu());
  }

  @Override
  public String architecture() {
    return switch (head) {
      case VALUE, SEQUENCE_CLASSIFICATION -> "FakeForSequenceClassification";
      case POOLED_EMBEDDING -> "FakeModel";
      default -> "FakeForCausalLM";
    };
  }

  @Override
  public List<Parameter> parameters() {
    return parameters(vocabSize, hiddenSize, head);
  }

  private static List<Parameter> parameters(int vocabSize, int hiddenSize, Head head) {
    return List.of(
        parameter(EMBED, Parameter.Stage.EMBED, false, vocabSize, hiddenSize),
        parameter(MIX, Parameter.Stage.BLOCK, true, hiddenSize, hiddenSize),
        parameter(BIAS, Parameter.Stage.BLOCK, false, hiddenSize),
        parameter(
            headWeight(head),
            Parameter.Stage.HEAD,
            true,
            headRows(vocabSize, hiddenSize, head),
            hiddenSize));
  }

  private static Parameter parameter(
      String name, Parameter.Stage stage, boolean decay, long... dims) {
    String key = name.replace("model.layers.0.", "");
    return new Parameter(name, key, DType.F32, Shape.of(dims), stage, 0, Set.of(), decay);
  }

  /** The name of the head's weight. */
  String headWeight() {
    return headWeight(head);
  }

  private static String headWeight(Head head) {
    return switch (head) {
      case VALUE, SEQUENCE_CLASSIFICATION -> SCORE;
      case POOLED_EMBEDDING -> POOLER;
      default -> LM_HEAD;
    };
  }

  private static int headRows(int vocabSize, int hiddenSize, Head head) {
    return switch (head) {
      case VALUE -> 1;
      case SEQUENCE_CLASSIFICATION -> CLASSES;
      case POOLED_EMBEDDING -> hiddenSize;
      default -> vocabSize;
    };
  }

  /** Three classes, {@code LABEL_0} to {@code LABEL_2}, of a classification head. */
  @Override
  public Optional<ClassificationHead> classificationHead() {
    return head == Head.SEQUENCE_CLASSIFICATION
        ? Optional.of(
            new ClassificationHead(List.of("LABEL_0", "LABEL_1", "LABEL_2"), Optional.empty()))
        : Optional.empty();
  }

  /** Numbers for engines; its text is a comment, for the computation is plain Java. */
  @Override
  public Program program() {
    return new Program("# dev.tenon.backend.testkit", 1, hiddenSize, vocabSize, 1, hiddenSize);
  }

  /** Writes {@code config.json} and {@code model.safetensors}. */
  @Override
  public void save(Path directory, Weights values) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(architecture()));
    config.put("head", head.name().toLowerCase(Locale.ROOT));
    config.put("hidden_size", hiddenSize);
    config.put("max_position_embeddings", maxPositions);
    config.put("vocab_size", vocabSize);
    Map<String, Weights.Info> tensors = new LinkedHashMap<>();
    parameters().forEach(x -> tensors.put(x.name(), values.info(x.name())));
    try {
      Files.write(directory.resolve(CONFIG), Json.prettyBytes(config));
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem(String.valueOf(directory), e, "a writable directory"), e);
    }
    SafetensorsWriter.write(directory.resolve(FILE), tensors, Map.of(), values::read);
  }

  /** Architecture and sizes. */
  @Override
  public String toString() {
    return "%s(vocab_size=%d, hidden_size=%d, max_position_embeddings=%d)"
        .formatted(architecture(), vocabSize, hiddenSize, maxPositions);
  }
}
