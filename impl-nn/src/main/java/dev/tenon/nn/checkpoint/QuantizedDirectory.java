package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Parameter;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.DType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory with quantised weights. config.json is the source's with one more key, {@code
 * "quantization_config": {"quant_method": "tenon", "precision": "int8", "layout": 3}}; the weights
 * are {@code quantized.safetensors}, not {@code model.safetensors}, so that what does not know them
 * finds none. Decision 021.
 *
 * @param config without that key
 * @param weights what the file holds
 */
record QuantizedDirectory(ConfigFile config, QuantizedWeights weights) {
  /** What the names of weight files begin with. */
  static final String BASE = "quantized";

  private static final String KEY = "quantization_config";
  private static final String METHOD = "tenon";
  private static final int LAYOUT = 3;

  /**
   * A directory whose config.json tells of weights that Tenon has quantised.
   *
   * @throws UnsupportedFeatureException for a layout of another version
   * @throws CheckpointException for a wrong precision, or files that cannot be read
   */
  static Optional<QuantizedDirectory> find(Path directory, ConfigFile config) {
    boolean ours =
        config.values().get(KEY) instanceof Map<?, ?> map && METHOD.equals(map.get("quant_method"));
    return ours ? Optional.of(open(directory, config)) : Optional.empty();
  }

  private static QuantizedDirectory open(Path directory, ConfigFile config) {
    ConfigReader keys = config.reader().object(KEY).orElseThrow();
    if (keys.integer("layout", 1, Integer.MAX_VALUE) != LAYOUT) {
      keys.unsupported("layout", String.valueOf(LAYOUT));
    }
    String label = keys.text("precision", "missing");
    Optional<Precision> precision =
        Optional.of(label)
            .filter(x -> x.equals(Precision.INT8.label()) || x.equals(Precision.INT4.label()))
            .map(Precision::of);
    if (precision.isEmpty()) {
      keys.problem("precision", "int8 or int4");
    }
    keys.finish();
    Map<String, @Nullable Object> plain = new LinkedHashMap<>(config.values());
    plain.remove(KEY);
    return new QuantizedDirectory(
        ConfigFile.of(config.file(), Json.pretty(plain)),
        new QuantizedWeights(precision.orElseThrow(), ShardedWeights.open(directory, BASE)));
  }

  /** The configuration with the key. */
  static ConfigFile mark(ConfigFile config, Precision precision) {
    Map<String, @Nullable Object> marked = new LinkedHashMap<>(config.values());
    Map<String, @Nullable Object> method = new LinkedHashMap<>();
    method.put("quant_method", METHOD);
    method.put("precision", precision.label());
    method.put("layout", LAYOUT);
    marked.put(KEY, method);
    return ConfigFile.of(config.file(), Json.pretty(marked));
  }

  /**
   * Checks that the parts of the architecture are there, and the shapes of the embedding's.
   *
   * @param otherHead whether another head than the directory's own was asked for
   */
  void check(Architecture architecture, boolean otherHead) {
    if (otherHead) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "head of " + config.file(), architecture.head(), "its own, for it is quantized"));
    }
    Weights tensors = weights.tensors();
    Problems problems = new Problems();
    for (Parameter each : architecture.parameters()) {
      String name = "embed." + each.key();
      boolean embed = each.stage() == Parameter.Stage.EMBED;
      if (embed && !tensors.names().contains(name)) {
        problems.add(name, "missing", each.shape() + " BF16");
      } else if (embed) {
        Weights.Info info = tensors.info(name);
        problems.check(
            info.dtype() == DType.BF16 && info.shape().equals(each.shape()),
            name,
            info.shape() + " " + info.dtype(),
            each.shape() + " BF16");
      }
    }
    for (int layer = 0; layer < architecture.program().layers(); layer++) {
      present(tensors, "layers." + layer + ".", problems);
    }
    present(tensors, "head.", problems);
    problems.throwIfAny(x -> new CheckpointException(tensors + ": " + x));
  }

  private static void present(Weights tensors, String part, Problems problems) {
    boolean found = tensors.names().stream().anyMatch(x -> x.startsWith(part));
    problems.check(found, part + "*", "missing", "codes and scales");
  }
}
