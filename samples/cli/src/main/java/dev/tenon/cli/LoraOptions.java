package dev.tenon.cli;

import dev.tenon.nn.lora.LoraWrapper;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options for adapters: new ones, or those of a directory. */
final class LoraOptions {
  @Option(
      names = "--lora-rank",
      paramLabel = "N",
      description = "Train adapters of this rank instead of the weights; the output is peft's.")
  private Optional<Integer> rank = Optional.empty();

  @Option(
      names = "--lora-alpha",
      paramLabel = "X",
      description = "Scale of the adapters times their rank; the rank by default.")
  private Optional<Double> alpha = Optional.empty();

  @Option(
      names = "--lora-dropout",
      paramLabel = "P",
      description = "Dropout of the adapters' input.")
  private Optional<Double> dropout = Optional.empty();

  @Option(
      names = "--lora-targets",
      paramLabel = "NAME",
      split = ",",
      description =
          "Layers with an adapter, as q_proj,v_proj; all linear layers of the blocks by default.")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = "--lora-modules-to-save",
      paramLabel = "NAME",
      split = ",",
      description = "Modules that train as a whole beside the adapters, as lm_head.")
  private List<String> modulesToSave = new ArrayList<>();

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Go on with the adapters of a directory that peft or tenon saved.")
  private Optional<Path> adapter = Optional.empty();

  /** The model with adapters, if there are to be any. */
  ModelConfig applyTo(ModelConfig model, long seed) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    adapter.ifPresent(x -> arguments.put("adapter", x));
    rank.ifPresent(x -> arguments.put("rank", x));
    alpha.ifPresent(x -> arguments.put("alpha", x));
    dropout.ifPresent(x -> arguments.put("dropout", x));
    if (!targets.isEmpty()) {
      arguments.put("targets", targets);
    }
    if (!modulesToSave.isEmpty()) {
      arguments.put("modules_to_save", modulesToSave);
    }
    if (arguments.isEmpty()) {
      return model;
    }
    if (adapter.isEmpty()) {
      arguments.put("seed", seed);
    }
    return model.wrappedIn(LoraWrapper.NAME, Arguments.of(arguments));
  }
}
