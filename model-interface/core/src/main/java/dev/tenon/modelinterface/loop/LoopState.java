package dev.tenon.modelinterface.loop;

import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.model.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of a checkpoint that the loop knows, {@code loop/state.json}:
 *
 * <pre>
 * {"format": "tenon-loop-state", "version": 1,
 *  "epoch": 1, "epoch_step": 20, "global_step": 50,   the data cursor
 *  "data_sha256": "…",                                Batches.digest
 *  "metric": "loss", "greater_is_better": false,      what evaluations are judged by, or null
 *  "best": {"step": 40, "value": 2.31},               null before the first
 *  "stale_evaluations": 1, "evaluated_at": 50,
 *  "interface": {"kl": "0.1"}}                        ModelInterface.state
 * </pre>
 *
 * @param version the data cursor
 * @param data digest of the batches
 * @param metric what evaluations are judged by, if by anything
 * @param history of evaluations
 * @param algorithm state of the interface
 */
record LoopState(
    ModelVersion version,
    String data,
    Optional<BestMetric> metric,
    EvaluationHistory history,
    Map<String, String> algorithm) {
  private static final String DIRECTORY = "loop";
  private static final String FILE = "state.json";
  private static final String FORMAT = "tenon-loop-state";
  private static final long VERSION = 1;

  void write(Path checkpoint) throws IOException {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("version", VERSION);
    json.put("epoch", version.epoch());
    json.put("epoch_step", version.epochStep());
    json.put("global_step", version.globalStep());
    json.put("data_sha256", data);
    json.put("metric", metric.map(BestMetric::name).orElse(null));
    json.put("greater_is_better", metric.map(BestMetric::greaterIsBetter).orElse(null));
    json.put("best", history.best().map(LoopState::json).orElse(null));
    json.put("stale_evaluations", history.stale());
    json.put("evaluated_at", history.evaluatedAt());
    json.put("interface", new TreeMap<>(algorithm));
    Path directory = Files.createDirectory(checkpoint.resolve(DIRECTORY));
    Files.write(directory.resolve(FILE), Json.prettyBytes(json));
  }

  private static Map<String, Object> json(BestStep best) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", best.step());
    json.put("value", best.value());
    return json;
  }

  /**
   * Reads the state of a committed checkpoint.
   *
   * @throws CheckpointException if it is missing or not what {@link #write} writes
   */
  static LoopState read(Checkpoint checkpoint) {
    Path file = checkpoint.directory().resolve(DIRECTORY).resolve(FILE);
    try {
      LoopState state = parse(Json.readObject(file));
      if (state.version.globalStep() != checkpoint.step()) {
        throw new InvalidInputException(
            Problems.problem("global_step", state.version.globalStep(), "" + checkpoint.step()));
      }
      return state;
    } catch (InvalidInputException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  private static LoopState parse(JsonObject json) {
    if (!json.string("format").equals(FORMAT) || json.integer("version") != VERSION) {
      throw json.problem("format", FORMAT + " of version " + VERSION);
    }
    Optional<BestStep> best =
        json.findObject("best").map(x -> new BestStep(x.integer("step"), x.number("value")));
    int stale = (int) Math.min(Integer.MAX_VALUE, Math.max(0, json.integer("stale_evaluations")));
    Map<String, String> algorithm = new TreeMap<>();
    JsonObject entries = json.object("interface");
    entries.keys().forEach(key -> algorithm.put(key, entries.string(key)));
    return new LoopState(
        new ModelVersion(
            json.integer("epoch"), json.integer("epoch_step"), json.integer("global_step")),
        json.string("data_sha256"),
        json.findString("metric").map(x -> new BestMetric(x, json.bool("greater_is_better"))),
        new EvaluationHistory(best, stale, json.integer("evaluated_at")),
        algorithm);
  }
}
