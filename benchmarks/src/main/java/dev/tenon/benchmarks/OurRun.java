package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Json;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Times Tenon as the peer scripts time their libraries, in a process of its own, and prints one
 * JSON line a row. Arguments: {@code generate CHECKPOINT PRECISION REPS BATCH…} or {@code train
 * CHECKPOINT PRECISION REPS ROWS TOKENS}.
 */
public final class OurRun {
  private static final int NEW_TOKENS = 64;
  private static final int WARM_STEPS = 2;

  private OurRun() {}

  /** Runs. */
  public static void main(String[] arguments) {
    Path checkpoint = Path.of(arguments[1]);
    Precision precision = Precision.of(arguments[2]);
    int repetitions = number(arguments, 3);
    if (arguments[0].equals("train")) {
      train(checkpoint, precision, repetitions, number(arguments, 4), number(arguments, 5));
      return;
    }
    for (int i = 4; i < arguments.length; i++) {
      generate(checkpoint, precision, repetitions, number(arguments, i));
    }
  }

  private static int number(String[] arguments, int index) {
    return Integer.parseInt(arguments[index]);
  }

  private static void generate(Path checkpoint, Precision precision, int repetitions, int rows) {
    InferenceSpec spec = InferenceSpec.defaults().precision(precision);
    Model network = ModelShape.open(checkpoint);
    try (Model model = new PyTorchBackend().initializeForInference(network, spec)) {
      NamedArray prompts = RandomBatches.prompts(rows, ModelShape.PROMPT);
      NamedArray first = generate(model.engine(), prompts, 1);
      double cold = sinceStart();
      generate(model.engine(), prompts, NEW_TOKENS);
      Timings prefill = new Timings();
      Timings all = new Timings();
      for (int i = 0; i < repetitions; i++) {
        prefill.time(() -> generate(model.engine(), prompts, 1));
        all.time(() -> generate(model.engine(), prompts, NEW_TOKENS));
      }
      Map<String, Object> row = row("generate", checkpoint);
      row.put("mode", precision.label());
      row.put("batch", first.items().count());
      row.put("prefill_ms", prefill.toMap());
      row.put("decode_ms_per_step", all.less(prefill, NEW_TOKENS - 1).toMap());
      row.put("cold_first_token_s", Statistics.round(cold));
      print(row);
    }
  }

  private static NamedArray generate(Engine engine, NamedArray prompts, int tokens) {
    return engine.generate(prompts, GenerationOptions.greedy(tokens).ignoringEos());
  }

  /** AdamW at a constant rate without clipping, as the eager peer has it. */
  private static void train(
      Path checkpoint, Precision precision, int repetitions, int rows, int tokens) {
    FinetuneSpec spec =
        FinetuneSpec.openEnded().learningRate(1e-4).maxGradNorm(0).precision(precision);
    try (Model model = new PyTorchBackend().initialize(ModelShape.open(checkpoint), spec)) {
      int vocabSize = model.network().program().vocabSize();
      SftInterface sft = new SftInterface();
      Timings steps = new Timings();
      for (int i = 0; i < WARM_STEPS + repetitions; i++) {
        NamedArray batch = RandomBatches.batch(i, rows, tokens, vocabSize);
        if (i < WARM_STEPS) {
          sft.trainStep(model, batch);
        } else {
          steps.time(() -> sft.trainStep(model, batch));
        }
      }
      Map<String, Object> row = row("train", checkpoint);
      row.put("config", "B" + rows + "xT" + tokens + " " + precision.label());
      row.put("step_ms", steps.toMap());
      print(row);
    }
  }

  private static Map<String, Object> row(String area, Path checkpoint) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("area", area);
    row.put("peer", "tenon");
    row.put("version", Machine.ourVersion());
    row.put("shape", String.valueOf(checkpoint.getFileName()));
    return row;
  }

  private static void print(Map<String, Object> row) {
    row.put("rss_mb", Timings.peakMegabytes());
    row.put("load1", Machine.load());
    System.out.println(Json.compact(row));
  }

  private static double sinceStart() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
  }
}
