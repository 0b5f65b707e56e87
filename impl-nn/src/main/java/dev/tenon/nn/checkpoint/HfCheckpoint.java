package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.checkpoint.ShardedWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.internal.TorchScriptFiles;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Registry;
import dev.tenon.model.Tokenizer;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A model as a directory in HuggingFace's layout: config.json, safetensors, tokenizer files,
 * generation_config.json. Opening reads no weights, only where they are. Immutable and safe for
 * threads.
 */
public final class HfCheckpoint {
  /** Weights beyond this many bytes are split into several files, as transformers 4 does. */
  public static final long MAX_SHARD_BYTES = ShardedWriter.DEFAULT_SHARD_BYTES;

  /** What the names of weight files begin with. */
  static final String WEIGHTS = "model";

  private final ConfigFile config;
  private final Architecture architecture;
  private final Weights weights;
  private final Companions companions;
  private final Tokenizer tokenizer;

  private HfCheckpoint(
      ConfigFile config, Architecture architecture, Weights weights, Companions companions) {
    this.config = config;
    this.architecture = architecture;
    this.weights = weights;
    this.companions = companions;
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
   * Opens a directory with another head. A value head on the body of a causal-lm starts as the
   * family starts it; a causal-lm head must be in the files, unless it is tied.
   *
   * @param newHead empty: the head that config.json tells
   * @throws dev.tenon.error.UnsupportedFeatureException also for a head that the family does not
   *     have
   */
  public static HfCheckpoint open(
      Path directory, Registry<Family> families, Optional<NewHead> newHead) {
    refuseFile(directory);
    ConfigFile found = ConfigFile.read(directory.resolve("config.json"));
    ConfigFile config = newHead.map(x -> with(found, families, x.head())).orElse(found);
    Architecture architecture = architecture(config, families);
    EndTokens.check(directory, config, architecture.program().vocabSize());
    Weights source = PrefixedWeights.of(architecture, ShardedWeights.open(directory, WEIGHTS));
    Weights complete = newHead.map(x -> started(source, architecture, x)).orElse(source);
    Weights weights = new WeightTable(directory.toString(), architecture, complete);
    return new HfCheckpoint(config, architecture, weights, new Companions(directory));
  }

  /** The configuration with another head; as it is where it has that head already. */
  private static ConfigFile with(ConfigFile config, Registry<Family> families, Head head) {
    Family family = family(config.reader(), families);
    if (!family.architectures().containsKey(head)) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "head of " + config.file(), head, "one of " + family.architectures().keySet()));
    }
    String name = String.valueOf(family.architectures().get(head));
    if (config.reader().lists("architectures", name)) {
      return config;
    }
    return ConfigFile.of(
        config.file(), Json.pretty(HeadKeys.with(config.values(), family.architectures(), head)));
  }

  /** Only a value head may start from nothing: a causal-lm without its own knows no language. */
  private static Weights started(Weights source, Architecture architecture, NewHead newHead) {
    return newHead.head() == Head.VALUE
        ? new StartedWeights(
            source, new RandomWeights(architecture, newHead.seed()), Set.of(HeadKeys.SCORE))
        : source;
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
    Architecture architecture = architecture(config, families);
    EndTokens.check(tokenizerDirectory, config, architecture.program().vocabSize());
    Weights weights = new RandomWeights(architecture, seed);
    return new HfCheckpoint(config, architecture, weights, new Companions(tokenizerDirectory));
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

  private static Architecture architecture(ConfigFile config, Registry<Family> families) {
    ConfigReader keys = config.reader();
    return family(keys, families).read(keys);
  }

  private static Family family(ConfigReader keys, Registry<Family> families) {
    if (keys.has("auto_map")) {
      keys.unsupported("auto_map", "no code of the model's own, which is never run");
      keys.finish();
    }
    String type = keys.text("model_type", "missing");
    keys.finish();
    if (!families.names().contains(type)) {
      throw new UnknownNameException(
          Problems.problem(keys.file() + ": model_type", type, "one of " + families.names()));
    }
    return families.get(type);
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

  Weights weights() {
    return weights;
  }

  /**
   * Writes the model with other weights: config.json with the {@code dtype} key, in the spelling it
   * has, following the weights and all else as it was; tokenizer files and generation_config.json
   * byte for byte; safetensors, with an index if they are more than one; a tied head not twice.
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
  }
}
