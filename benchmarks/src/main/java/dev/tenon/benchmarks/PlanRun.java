package dev.tenon.benchmarks;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Holds a plan of memory against what a process takes, and prints one JSON line: the largest
 * resident memory less what the process had when its native libraries were loaded, and the plan
 * without its host. Arguments: {@code train CHECKPOINT BACKEND PRECISION ROWS TOKENS
 * MICRO_BATCH_TOKENS CHECKPOINTING}, {@code generate CHECKPOINT BACKEND PRECISION ROWS TOKENS}.
 */
public final class PlanRun {
  private static final int STEPS = 3;

  private final Model network;
  private final ModelBackend backend;
  private final Precision precision;
  private final BatchShape shape;

  private PlanRun(String[] arguments) {
    network = ModelShape.open(Path.of(arguments[1]));
    backend = ModelBackend.fromServiceLoader().get(arguments[2]);
    precision = Precision.of(arguments[3]);
    shape = new BatchShape(Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]));
  }

  /** Runs. */
  public static void main(String[] arguments) {
    PlanRun run = new PlanRun(arguments);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("config", String.join(" ", arguments).replace(arguments[1] + " ", ""));
    row.put("shape", String.valueOf(Path.of(arguments[1]).getFileName()));
    if (arguments[0].equals("train")) {
      FinetuneSpec spec =
          FinetuneSpec.openEnded()
              .learningRate(1e-4)
              .precision(run.precision)
              .microBatchTokens(Integer.parseInt(arguments[6]))
              .gradientCheckpointing(Boolean.parseBoolean(arguments[7]));
      run.train(spec, row);
    } else {
      run.generate(InferenceSpec.defaults().precision(run.precision), row);
    }
    System.out.println(Json.compact(row));
  }

  private void train(FinetuneSpec spec, Map<String, Object> row) {
    MemoryPlan plan = backend.plan(network.network(), spec, shape);
    long base = base();
    try (Model model = backend.initialize(network, spec)) {
      SftInterface sft = new SftInterface();
      for (int i = 0; i < STEPS; i++) {
        NamedArray batch =
            RandomBatches.batch(
                i, shape.sequences(), shape.tokens(), network.network().vocabSize());
        sft.trainStep(model, batch);
      }
    }
    row.put("plan", plan.toString());
    compare(row, plan.trainingBytes() - plan.host(), base);
  }

  private void generate(InferenceSpec spec, Map<String, Object> row) {
    InferencePlan plan = backend.plan(network.network(), spec, shape);
    long base = base();
    try (Model model = backend.initializeForInference(network, spec)) {
      NamedArray prompts = RandomBatches.prompts(shape.sequences(), shape.tokens() / 2);
      NamedArray unused =
          model
              .engine()
              .generate(
                  prompts,
                  GenerationOptions.greedy(shape.tokens() - shape.tokens() / 2).ignoringEos());
    }
    row.put("plan", plan.toString());
    compare(row, plan.peakBytes() - plan.host(), base);
  }

  private long base() {
    backend.prepare();
    return Timings.status("VmRSS");
  }

  private static void compare(Map<String, Object> row, long planned, long base) {
    long measured = Timings.status("VmHWM") - base;
    row.put("planned_mb", planned / 1_000_000);
    row.put("measured_mb", measured / 1_000_000);
    row.put("base_mb", base / 1_000_000);
    row.put("ratio", Statistics.round((double) planned / measured));
  }
}
