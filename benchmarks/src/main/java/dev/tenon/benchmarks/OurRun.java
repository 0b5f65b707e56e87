package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Json;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times Tenon as the peer scripts time their libraries, in a process of its own, and prints one
 * JSON line a row. Arguments: {@code generate CHECKPOINT PRECISION REPS BATCH…}, {@code train
 * CHECKPOINT PRECISION REPS ROWS TOKENS}, {@code lora …} alike, {@code sft CHECKPOINT PRECISION
 * REPS FILE} and {@code lora-ragged …} alike, {@code encode CHECKPOINT PRECISION REPS} and {@code
 * tokenize …} alike, {@code cold CHECKPOINT PRECISION REPS}.
 */
public final class OurRun {
  private static final int NEW_TOKENS = 64;

  private OurRun() {}

  /** Runs. */
  public static void main(String[] arguments) {
    Path checkpoint = Path.of(arguments[1]);
    Precision precision = Precision.of(arguments[2]);
    int repetitions = number(arguments, 3);
    if (arguments[0].equals("cold")) {
      cold(checkpoint, precision, repetitions);
      return;
    }
    if (EncodeRun.KINDS.contains(arguments[0])) {
      Map<String, Object> figures = EncodeRun.run(arguments[0], checkpoint, precision, repetitions);
      Map<String, Object> row = row(arguments[0], checkpoint);
      row.putAll(figures);
      print(row);
      return;
    }
    if (TrainRun.KINDS.contains(arguments[0])) {
      List<String> data = List.of(arguments).subList(4, arguments.length);
      train(arguments[0], checkpoint, precision, repetitions, data);
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

  /** Of the checkpoint, or of its quantised copy beside it, which is made if it is not there. */
  private static void cold(Path checkpoint, Precision precision, int repetitions) {
    boolean quantized = precision == Precision.INT8 || precision == Precision.INT4;
    ColdStart starts =
        quantized
            ? new ColdStart(quantized(checkpoint, precision), "").run(repetitions)
            : new ColdStart(checkpoint, precision.label()).run(repetitions);
    Map<String, Object> row = row("cold", checkpoint, "0.1.0");
    row.put("mode", precision.label());
    row.put("cold_ms", starts.toMap());
    row.put("rss_mb", starts.megabytes());
    row.put("load1", Machine.load());
    System.out.println(Json.compact(row));
  }

  private static Path quantized(Path checkpoint, Precision precision) {
    Path copy = checkpoint.resolveSibling(checkpoint.getFileName() + "-" + precision.label());
    if (!Files.exists(copy)) {
      InferenceSpec spec = InferenceSpec.defaults().precision(precision);
      Model network = ModelShape.open(checkpoint);
      try (Model model = new PyTorchBackend().initializeForInference(network, spec)) {
        model.engine().save(copy);
      }
    }
    return copy;
  }

  private static void train(
      String what, Path checkpoint, Precision precision, int repetitions, List<String> data) {
    Timings steps = new TrainRun(what).time(checkpoint, precision, repetitions, data);
    Map<String, Object> row = row("train", checkpoint);
    String rows = data.size() == 2 ? "B" + data.get(0) + "xT" + data.get(1) : "ragged";
    row.put("config", what + " " + rows + " " + precision.label());
    row.put("step_ms", steps.toMap());
    print(row);
  }

  private static Map<String, Object> row(String area, Path checkpoint) {
    String version = area.equals("tokenize") ? "" : Machine.ourVersion();
    return row(area, checkpoint, version);
  }

  private static Map<String, Object> row(String area, Path checkpoint, String version) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("area", area);
    row.put("peer", "tenon");
    row.put("version", version);
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
