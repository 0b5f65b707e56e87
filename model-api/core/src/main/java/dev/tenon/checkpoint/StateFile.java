package dev.tenon.checkpoint;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonNumber;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.spec.DynamicLossScaler;
import dev.tenon.spec.FinetuneSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code state.json} of a {@link TrainingState}.
 *
 * @param progress architecture and counters
 * @param training the settings of the run that wrote it
 */
record StateFile(TrainingState.Progress progress, JsonObject training) {
  private static final String NAME = "state.json";
  private static final String FORMAT = "tenon-training-state";
  private static final long VERSION = 1;

  static void write(Path directory, TrainingState.Progress progress, FinetuneSpec spec)
      throws IOException {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("version", VERSION);
    json.put("architecture", progress.architecture());
    json.put("step", progress.step());
    json.put("skipped_in_a_row", progress.skippedInARow());
    json.put("scaler", progress.scaler().map(StateFile::scaler).orElse(null));
    json.put("training", spec.toMap());
    Files.write(directory.resolve(NAME), Json.prettyBytes(json));
  }

  static StateFile read(Path directory) {
    JsonObject json = Json.readObject(directory.resolve(NAME));
    if (!json.string("format").equals(FORMAT)) {
      throw json.problem("format", FORMAT);
    }
    if (json.integer("version") != VERSION) {
      throw json.problem("version", String.valueOf(VERSION));
    }
    TrainingState.Progress progress =
        new TrainingState.Progress(
            json.string("architecture"),
            json.integer("step"),
            skipped(json),
            json.findObject("scaler").map(StateFile::scaler));
    return new StateFile(progress, json.object("training"));
  }

  private static Map<String, Object> scaler(DynamicLossScaler.State state) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("scale", state.scale());
    json.put("iteration", state.iteration());
    json.put("last_overflow", state.lastOverflow());
    json.put("hysteresis", state.hysteresis());
    return json;
  }

  private static DynamicLossScaler.State scaler(JsonObject json) {
    return new DynamicLossScaler.State(
        json.number("scale"),
        json.integer("iteration"),
        json.integer("last_overflow"),
        json.positiveInt("hysteresis"));
  }

  private static int skipped(JsonObject json) {
    try {
      return Math.toIntExact(json.integer("skipped_in_a_row"));
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          Problems.problem(NAME + ": skipped_in_a_row", "2^31 or more", "an int"), e);
    }
  }

  /** The settings that are other ones now; a setting that the file does not know is no change. */
  List<String> changes(FinetuneSpec spec) {
    JsonObject now =
        Json.parseObject(Json.compact(spec.toMap()).getBytes(StandardCharsets.UTF_8), "spec");
    List<String> changes = new ArrayList<>();
    Map<String, @Nullable Object> before = training.toMap();
    for (Map.Entry<String, @Nullable Object> each : now.toMap().entrySet()) {
      String name = each.getKey();
      if (before.containsKey(name) && !same(before.get(name), each.getValue())) {
        changes.add(
            name
                + " "
                + Json.compact(each.getValue())
                + " (was "
                + Json.compact(before.get(name))
                + ")");
      }
    }
    return changes;
  }

  /** Numbers by value, for other writers spell them otherwise. */
  private static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof JsonNumber x && b instanceof JsonNumber y) {
      boolean whole = x.isLong() && y.isLong();
      return whole ? x.longValue() == y.longValue() : x.doubleValue() == y.doubleValue();
    }
    return Json.compact(a).equals(Json.compact(b));
  }
}
