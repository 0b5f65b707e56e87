package dev.tenon.nn.lora;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.spec.ClassificationHead;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A network and adapters on some of its linear layers (Hu et al. 2021): {@code y = x W^T + scale *
 * dropout(x) A^T B^T}. Only the adapters train, and the modules that its {@link LoraConfig} saves.
 * Engines for inference run on {@code W + scale * B A}, made when they open; the network below and
 * its files stay as they are, so opening that one again is the exact way back. Immutable and safe
 * for threads.
 *
 * <p>It is saved as {@code peft} saves it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}, without the weights below. A training state holds the same, and a
 * digest of those weights, which {@link #saved} compares.
 */
public final class LoraNetwork implements Network {
  private final Network base;
  private final LoraConfig config;
  private final List<LoraLayer> layers;
  private final Set<String> saved; // parameters of the base that train as a whole
  private final List<Parameter> parameters;
  private final Program program;
  private final Weights weights;
  private final BaseDigest digest;

  private LoraNetwork(
      Network base,
      LoraConfig config,
      List<LoraLayer> layers,
      Set<String> saved,
      Weights adapters,
      BaseDigest digest) {
    this.base = base;
    this.config = config;
    this.layers = layers;
    this.saved = saved;
    this.digest = digest;
    parameters = withAdapters(base, config, layers);
    program = LoraProgram.of(base.program(), layers, config);
    weights = new OverlaidWeights(base.weights(), adapters);
  }

  private static List<Parameter> withAdapters(
      Network base, LoraConfig config, List<LoraLayer> layers) {
    Map<String, LoraLayer> byWeight = new LinkedHashMap<>();
    layers.forEach(x -> byWeight.put(x.weight().name(), x));
    List<Parameter> all = new ArrayList<>();
    for (Parameter each : base.parameters()) {
      all.add(each);
      LoraLayer layer = byWeight.get(each.name());
      if (layer != null) {
        all.addAll(layer.parameters(config.rank()));
      }
    }
    return List.copyOf(all);
  }

  /**
   * Adapters that have learned nothing: the network computes what its base computes.
   *
   * @param base any network whose text runs its linear layers by {@code project} or {@code conv1d}
   * @param seed of the adapters
   * @throws InvalidInputException naming targets or modules that the base lacks
   * @throws UnsupportedFeatureException naming those that can have no adapter
   */
  public static LoraNetwork create(Network base, LoraConfig config, long seed) {
    List<LoraLayer> layers = layers(base, config);
    Weights start = new AdapterStart(adapters(layers, config), seed);
    return new LoraNetwork(
        base, config, layers, new LoraLayers(base).saved(config), start, new BaseDigest());
  }

  /**
   * Adapters from a directory that {@code peft} or {@link #save} wrote.
   *
   * @throws CheckpointException for files that are missing, damaged or pickles, and with every key
   *     and tensor that is wrong
   * @throws UnsupportedFeatureException for what is more than plain LoRA
   */
  public static LoraNetwork open(Network base, Path directory) {
    PeftDirectory found = PeftDirectory.open(directory);
    LoraConfig config = found.config();
    try {
      List<LoraLayer> layers = layers(base, config);
      Set<String> saved = new LoraLayers(base).saved(config);
      LoraNetwork network =
          new LoraNetwork(base, config, layers, saved, found.tensors(), new BaseDigest());
      found.tensors().check(network.trainableParameters());
      return network;
    } catch (InvalidInputException e) {
      throw new CheckpointException(directory + ": " + e.getMessage(), e);
    }
  }

  private static List<LoraLayer> layers(Network base, LoraConfig config) {
    if (base.quantization().isPresent()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "lora on " + base,
              "weights stored in " + base.quantization().orElseThrow(),
              "weights of a floating type"));
    }
    return new LoraLayers(base).targets(config);
  }

  private static List<Parameter> adapters(List<LoraLayer> layers, LoraConfig config) {
    return layers.stream().flatMap(x -> x.parameters(config.rank()).stream()).toList();
  }

  private List<Parameter> trainableParameters() {
    Set<String> names = trainable();
    return parameters.stream().filter(x -> names.contains(x.name())).toList();
  }

  /** The network below. */
  public Network base() {
    return base;
  }

  /** How the adapters are made. */
  public LoraConfig config() {
    return config;
  }

  /** Names of the modules that have an adapter. */
  public List<String> targets() {
    return layers.stream().map(LoraLayer::module).toList();
  }

  /** The adapters, and modules that train as a whole. */
  @Override
  public Set<String> trainable() {
    Set<String> names = new LinkedHashSet<>();
    Set<String> below = new HashSet<>(base.shapes().keySet());
    for (Parameter each : parameters) {
      if (saved.contains(each.name()) || !below.contains(each.name())) {
        names.add(each.name());
      }
    }
    return Collections.unmodifiableSet(names);
  }

  @Override
  public String architecture() {
    return base.architecture();
  }

  @Override
  public Head head() {
    return base.head();
  }

  @Override
  public List<Parameter> parameters() {
    return parameters;
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public int vocabSize() {
    return base.vocabSize();
  }

  @Override
  public Weights weights() {
    return weights;
  }

  @Override
  public int maxPositions() {
    return base.maxPositions();
  }

  @Override
  public int tokenTypes() {
    return base.tokenTypes();
  }

  @Override
  public OptionalInt padTokenId() {
    return base.padTokenId();
  }

  @Override
  public Optional<ClassificationHead> classificationHead() {
    return base.classificationHead();
  }

  @Override
  public Optional<EmbeddingHead> embeddingHead() {
    return base.embeddingHead();
  }

  /** What the base keeps, and of each adapter its input after dropout and its low-rank vector. */
  @Override
  public long keptPerToken() {
    return base.keptPerToken()
        + layers.stream()
            .filter(x -> x.weight().layer() == 0)
            .mapToLong(x -> 2L * config.rank() + (config.dropout() > 0 ? 2 * x.in() : 0))
            .sum();
  }

  /**
   * Writes the adapters as {@code peft} does, and the digest of the base.
   *
   * @param weights those of {@link #trainable()} are written
   */
  @Override
  public void save(Path directory, Weights weights) {
    PeftDirectory.write(directory, this, layers, weights, digest.of(base, saved));
  }

  /** What {@link #save} wrote, if the base is still the same. */
  @Override
  public Weights saved(Path directory) {
    PeftDirectory found = PeftDirectory.open(directory);
    Optional<String> recorded = found.tensors().base();
    String own = digest.of(base, saved);
    if (recorded.isPresent() && !recorded.orElseThrow().equals(own)) {
      throw new CheckpointException(
          Problems.problem(
              directory + ": " + PeftTensors.BASE,
              recorded.orElseThrow(),
              own + ", that of the weights below the adapters"));
    }
    return found.tensors();
  }

  /**
   * Writes an ordinary directory of the base's kind, with {@code W + scale * B A} for the weight of
   * every adapted layer, rounded once to the type that it is stored in. The files of the base are
   * not changed.
   *
   * @param directory existing and empty
   */
  public void saveMerged(Path directory) {
    base.save(directory, new MergedWeights(weights, base.shapes().keySet(), layers, config));
  }

  /** The base and the adapters. */
  @Override
  public String toString() {
    return base + " with " + config + " on " + layers.size() + " layers";
  }
}
