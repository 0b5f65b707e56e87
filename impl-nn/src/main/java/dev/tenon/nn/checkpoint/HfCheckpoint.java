package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.checkpoint.ShardedWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.internal.TorchScriptFiles;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Registry;
import dev.tenon.model.Tokenizer;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model as a directory in HuggingFace's layout: config.json, safetensors, tokenizer files,
 * generation_config.json. Opening reads no weights, only where they are. Immutable and safe for
 * threads.
 */
public final class HfCheckpoint {
  /** Weights beyond this many bytes are split into several files, as transformers 4 does. */
  public static final long MAX_SHARD_BYTES = ShardedWriter.DEFAULT_SHARD_BYTES;

  private static final NewHead EMBEDDING = new NewHead(Head.POOLED_EMBEDDING, 0);

  /** What the names of weight files begin with. */
  static final String WEIGHTS = "model";

  private final ConfigFile config;
  private final Architecture architecture;
  private final Weights weights;
  private final Companions companions;
  private final Tokenizer tokenizer;
  private final Optional<SentenceModules> modules;
  private final Optional<EmbeddingHead> embedding;
  private final Optional<QuantizedWeights> quantized;
  private final OptionalInt padTokenId;

  private HfCheckpoint(
      ConfigFile config,
      Architecture architecture,
      Weights weights,
      Companions companions,
      Optional<SentenceModules> modules,
      Optional<EmbeddingHead> embedding,
      Optional<QuantizedWeights> quantized,
      OptionalInt padTokenId) {
    this.config = config;
    this.architecture = architecture;
    this.weights = weights;
    this.companions = companions;
    this.modules = modules;
    this.embedding = embedding;
    this.quantized = quantized;
    this.padTokenId = padTokenId;
    this.tokenizer = HfTokenizer.open(companions.directory());
  }

  /** Opens a directory of one of this module's families; see {@link #open(Path, Registry)}. */
  public static HfCheckpoint open(Path directory) {
    return open(directory, Families.standard());
  }

  /**
   * Opens a directory.
   *
   * @param directory with config.json, tokenizer.json and model.safetensors or
   *     model.safetensors.index.json
   * @param families by the {@code model_type} that they read
   * @throws CheckpointException naming file and key, or tensor, with every problem of one file
   * @throws dev.tenon.error.UnsupportedFeatureException for what the families or we do not do,
   *     naming the key
   * @throws UnknownNameException for a {@code model_type} that is not among the families
   */
  public static HfCheckpoint open(Path directory, Registry<Family> families) {
    return open(directory, families, Optional.empty());
  }

  /**
   * Opens a directory with another head. One of sentence-transformers, with {@code modules.json},
   * is an embedding unless it is a classification. A value head, a classification or a pooler that
   * the files do not hold starts as the family starts it; a causal-lm or masked-lm head must be
   * there.
   *
   * @param newHead empty: the head that the files tell
   * @throws dev.tenon.error.UnsupportedFeatureException also for a head that the family does not
   *     have
   */
  public static HfCheckpoint open(
      Path directory, Registry<Family> families, Optional<NewHead> newHead) {
    refuseFile(directory);
    ConfigFile written = ConfigFile.read(directory.resolve("config.json"));
    Optional<QuantizedDirectory> quantized = QuantizedDirectory.find(directory, written);
    ConfigFile found = quantized.map(QuantizedDirectory::config).orElse(written);
    FamilyConfigs configs = new FamilyConfigs(families);
    boolean mayEmbed = newHead.map(x -> x.head() == Head.POOLED_EMBEDDING).orElse(true);
    Optional<SentenceModules> modules =
        mayEmbed ? SentenceModules.read(directory) : Optional.empty();
    Optional<NewHead> head =
        newHead.or(() -> modules.filter(x -> configs.embeds(found)).map(x -> EMBEDDING));
    ConfigFile config = head.map(x -> configs.withHead(found, x)).orElse(found);
    Architecture architecture = configs.architecture(config);
    EndTokens.check(directory, config, architecture.program().vocabSize());
    Optional<EmbeddingHead> embedding = embedding(architecture, directory, modules, head);
    quantized.ifPresent(x -> x.check(architecture, newHead.isPresent() && !config.equals(found)));
    Weights weights =
        quantized.isPresent()
            ? new NoWeights(directory, architecture)
            : weights(directory, architecture, head, embedding);
    return new HfCheckpoint(
        config,
        architecture,
        weights,
        new Companions(directory),
        modules,
        embedding,
        quantized.map(QuantizedDirectory::weights),
        configs.padTokenId(config));
  }

  private static Weights weights(
      Path directory,
      Architecture architecture,
      Optional<NewHead> head,
      Optional<EmbeddingHead> embedding) {
    Weights source = PrefixedWeights.of(architecture, ShardedWeights.open(directory, WEIGHTS));
    Weights complete =
        new StartedWeights(
            source,
            new RandomWeights(architecture, head.map(NewHead::seed).orElse(0L)),
            StartedWeights.names(architecture, embedding, head.isPresent()));
    return new WeightTable(directory.toString(), architecture, complete);
  }

  private static Optional<EmbeddingHead> embedding(
      Architecture architecture,
      Path directory,
      Optional<SentenceModules> modules,
      Optional<NewHead> newHead) {
    if (architecture.head() != Head.POOLED_EMBEDDING) {
      return Optional.empty();
    }
    int most = architecture.maxPositions();
    EmbeddingHead found =
        modules
            .map(x -> x.head(most))
            .orElseGet(() -> EmbeddingHead.mean(SentenceModules.tokenizerLimit(directory, most)));
    EmbeddingHead wanted = newHead.map(x -> x.change(found)).orElse(found);
    boolean pooler = architecture.parameters().stream().anyMatch(x -> isPooler(x.name()));
    if (wanted.pooling() == Pooling.POOLER && !pooler) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "pooling of " + architecture.name(), "pooler", "another one: it has no pooler"));
    }
    return Optional.of(wanted);
  }

  private static boolean isPooler(String name) {
    return name.startsWith("pooler.");
  }

  /**
   * A model that has learned nothing: weights as its family starts them, in F32, the same for the
   * same seed.
   *
   * @param config as config.json has it
   * @param tokenizerDirectory with tokenizer.json and its companions, which {@link #save} copies
   * @param seed of the weights
   * @param families by the {@code model_type} that they read
   */
  public static HfCheckpoint create(
      ConfigFile config, Path tokenizerDirectory, long seed, Registry<Family> families) {
    FamilyConfigs configs = new FamilyConfigs(families);
    Architecture architecture = configs.architecture(config);
    EndTokens.check(tokenizerDirectory, config, architecture.program().vocabSize());
    Weights weights = new RandomWeights(architecture, seed);
    return new HfCheckpoint(
        config,
        architecture,
        weights,
        new Companions(tokenizerDirectory),
        Optional.empty(),
        embedding(architecture, tokenizerDirectory, Optional.empty(), Optional.empty()),
        Optional.empty(),
        configs.padTokenId(config));
  }

  private static void refuseFile(Path path) {
    if (Files.isDirectory(path)) {
      return;
    }
    String found = "missing";
    if (TorchScriptFiles.isOne(path)) {
      throw new CheckpointException(
          Problems.problem(
              "model " + path, "a TorchScript file", "a directory; " + TorchScriptFiles.HOW));
    }
    if (Files.exists(path)) {
      // Tells pickles and other formats by name.
      found = SafetensorsFile.open(path) + " alone";
    }
    throw new CheckpointException(
        Problems.problem(
            "model " + path,
            found,
            "a directory with config.json, tokenizer.json and safetensors"));
  }

  /** The network: what it computes and where its weights are. */
  public Network network() {
    return new HfNetwork(this);
  }

  /** The tokenizer. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Network and tokenizer as a model. */
  public Model model(String name, Device device) {
    return new Model(name, network(), tokenizer, device);
  }

  Architecture architecture() {
    return architecture;
  }

  OptionalInt padTokenId() {
    return padTokenId;
  }

  Weights weights() {
    return weights;
  }

  Optional<QuantizedWeights> quantized() {
    return quantized;
  }

  /** Writes the model with quantised weights; the rest of the directory as {@link #save} does. */
  void saveQuantized(Path directory, QuantizedWeights values) {
    new HfWriter(directory, MAX_SHARD_BYTES)
        .write(QuantizedDirectory.mark(config, values.precision()), companions, values.tensors());
    embedding.filter(SentenceWriter::canTell).ifPresent(x -> saveModules(directory, x));
  }

  Optional<EmbeddingHead> embeddingHead() {
    return embedding;
  }

  /**
   * Writes the model with other weights: config.json with the {@code dtype} key, in the spelling it
   * has, following the weights and all else as it was; tokenizer files and generation_config.json
   * byte for byte; safetensors, with an index if they are more than one; a tied head not twice; of
   * an embedding the files of sentence-transformers, as they were or, where there were none, new.
   * Files of the source that are none of these are not copied.
   *
   * @param directory existing and empty
   * @param values under the names of the parameter table
   * @param maxShardBytes largest size of a weight file, in bytes of tensors; a single larger tensor
   *     gets its own file
   * @throws CheckpointException if the directory is missing or not empty, the weights do not fit,
   *     or a file cannot be written
   */
  public void save(Path directory, Weights values, long maxShardBytes) {
    Weights table = new WeightTable("weights to save", architecture, values);
    new HfWriter(directory, maxShardBytes).write(config, companions, architecture, table);
    embedding.filter(SentenceWriter::canTell).ifPresent(x -> saveModules(directory, x));
  }

  /** As they were, unless an argument has changed them. */
  private void saveModules(Path directory, EmbeddingHead head) {
    Optional<SentenceModules> same =
        modules.filter(x -> x.head(architecture.maxPositions()).equals(head));
    same.ifPresentOrElse(
        x -> companions.copyTo(directory, x.files()),
        () -> new SentenceWriter(directory).write(head, architecture.program().hiddenSize()));
  }
}
