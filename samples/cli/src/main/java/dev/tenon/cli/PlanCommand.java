package dev.tenon.cli;

import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tenon plan}. */
@Command(
    name = "plan",
    description = {
      "Tells what a model takes in memory, without loading it: to train, to generate between steps,"
          + " and to run for inference alone.",
      "Exit code 1 if training does not fit."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--sequences",
      paramLabel = "N",
      defaultValue = "8",
      description = "Sequences of the largest batch (${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens of the longest of them (${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "pytorch",
      description = "What runs it (${DEFAULT-VALUE}).")
  private String backend = "";

  @Option(
      names = "--limit-mb",
      paramLabel = "MB",
      defaultValue = "0",
      description = "Memory to fit into, in millions of bytes (the machine's).")
  private long limitMegabytes;

  @ArgGroup(validate = false, heading = "Ranks:%n")
  private BackendOptions ranks = new BackendOptions();

  @ArgGroup(validate = false, heading = "Optimizer:%n")
  private OptimizerOptions optimizer = new OptimizerOptions();

  @ArgGroup(validate = false, heading = "Adapters (LoRA):%n")
  private LoraOptions lora = new LoraOptions();

  @Override
  public Integer call() {
    BatchShape shape = new BatchShape(sequences, tokens);
    FinetuneSpec spec = optimizer.spec(1, 0);
    ModelConfig config = ModelConfig.of("hf", Arguments.of("path", model.directory()));
    Model base =
        ModelRegistry.fromServiceLoader().create(lora.applyTo(config, 0), "plan", Device.cpu());
    ModelBackend found = ranks.backend(backend);
    MemoryPlan training = found.plan(base.network(), spec, shape);
    InferencePlan inference = found.plan(base.network(), InferenceSpec.defaults(), shape);
    long limit =
        (limitMegabytes == 0 ? MemoryLimit.machine() : MemoryLimit.of(limitMegabytes * 1_000_000))
            .bytes();
    PrintWriter out = command.commandLine().getOut();
    table(out, training, inference);
    boolean fits = training.peakBytes() <= limit;
    out.printf(Locale.ROOT, "limit %.1f MB: %s%n", limit / 1e6, fits ? "fits" : "does not fit");
    training
        .remedies()
        .forEach(
            x ->
                out.printf(
                    Locale.ROOT,
                    "training with %s: %.1f MB%n",
                    x.change(),
                    x.trainingBytes() / 1e6));
    out.flush();
    return fits ? 0 : 1;
  }

  private static void table(PrintWriter out, MemoryPlan training, InferencePlan inference) {
    out.printf("%-12s %12s %12s %12s%n", "MB", "training", "generation", "inference");
    row(out, "weights", training.weights(), training.weights(), inference.weights());
    row(out, "gradients", training.gradients(), 0, 0);
    row(out, "optimizer", training.optimizer(), training.optimizer(), 0);
    row(out, "activations", training.activations(), 0, inference.activations());
    row(out, "logits", training.logits(), 0, inference.logits());
    row(out, "view", 0, training.view(), 0);
    row(out, "cache", 0, training.cache(), inference.cache());
    row(out, "scratch", training.scratch(), training.scratch(), inference.scratch());
    row(out, "stored", training.stored(), training.stored(), 0);
    row(out, "host", training.host(), training.host(), inference.host());
    row(out, "peak", training.trainingBytes(), training.generationBytes(), inference.peakBytes());
    row(out, "in files", training.disk(), training.disk(), 0);
    row(out, "in frames", training.frames(), training.frames(), 0);
  }

  private static void row(PrintWriter out, String name, long... bytes) {
    if (bytes[0] + bytes[1] + bytes[2] > 0) {
      out.printf(
          Locale.ROOT,
          "%-12s %12.1f %12.1f %12.1f%n",
          name,
          bytes[0] / 1e6,
          bytes[1] / 1e6,
          bytes[2] / 1e6);
    }
  }
}
