package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import dev.tenon.spec.DynamicLossScaler;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a training run on disk, in one layout for all backends:
 *
 * <pre>
 * model/                 as Network.save writes it, weights in F32 (the masters)
 * optimizer.safetensors  exp_avg.&lt;name&gt; and exp_avg_sq.&lt;name&gt; of every parameter that trains: the
 *                        first and the second moment of AdamW, F32, under HuggingFace's name and in
 *                        its shape; beyond 5 GB several files and optimizer.safetensors.index.json
 * state.json             {"format": "tenon-training-state", "version": 1,
 *                         "architecture": "LlamaForCausalLM",
 *                         "step": 100,            optimizer steps done, the age of every moment
 *                         "skipped_in_a_row": 0,  steps skipped since the last good one
 *                         "scaler": null,         of the loss, null but in f16: {"scale": 1024.0,
 *                                                 "iteration": 120, "last_overflow": 97,
 *                                                 "hysteresis": 2}, DynamicLossScaler.State
 *                         "training": {…}}        FinetuneSpec.toMap: schedule, optimizer, seed
 * manifest.json          bytes and sha256 of every other file; a checkpoint's own takes its place
 * </pre>
 *
 * <p>The same state gives the same bytes. Tensors are written and read one at a time. An open state
 * is immutable, and safe for threads as long as its files do not change.
 */
public final class TrainingState {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingState.class);

  static final String MODEL = "model";
  static final String OPTIMIZER = "optimizer";
  static final String FIRST = "exp_avg.";
  static final String SECOND = "exp_avg_sq.";

  private final Path directory;
  private final StateFile file;
  private final Weights weights;
  private final Weights moments;

  private TrainingState(Path directory, StateFile file, Weights weights, Weights moments) {
    this.directory = directory;
    this.file = file;
    this.weights = weights;
    this.moments = moments;
  }

  /**
   * What a state says beside its tensors.
   *
   * @param architecture of the network
   * @param step optimizer steps done, ≥ 0
   * @param skippedInARow steps with a non-finite loss or gradient since the last good one, ≥ 0
   * @param scaler of the loss; empty but in F16
   */
  public record Progress(
      String architecture, long step, int skippedInARow, Optional<DynamicLossScaler.State> scaler) {
    /** Checks the numbers. */
    public Progress {
      Problems problems = new Problems();
      problems.check(step >= 0, "step", step, ">= 0");
      problems.check(skippedInARow >= 0, "skipped_in_a_row", skippedInARow, ">= 0");
      problems.throwIfAny(CheckpointException::new);
    }

    /** Of a run that does not scale its loss. */
    public Progress(String architecture, long step, int skippedInARow) {
      this(architecture, step, skippedInARow, Optional.empty());
    }
  }

  /**
   * Writes a state.
   *
   * @param directory existing and empty
   * @param spec the settings of the run
   * @param model writes the weights, in F32, into the empty directory that it is given
   * @param firstMoments F32, under the names of the parameters that train
   * @param secondMoments F32, likewise
   * @throws CheckpointException if the directory is missing or not empty, or cannot be written
   */
  public static void write(
      Path directory,
      Progress progress,
      FinetuneSpec spec,
      Consumer<Path> model,
      Weights firstMoments,
      Weights secondMoments) {
    Durable.run(
        directory,
        "an existing, empty directory that can be written",
        () -> {
          requireEmpty(directory);
          model.accept(Files.createDirectory(directory.resolve(MODEL)));
          StateFile.write(directory, progress, spec);
          return true;
        });
    Map<String, Weights.Info> infos = new LinkedHashMap<>();
    for (String name : firstMoments.names()) {
      infos.put(FIRST + name, firstMoments.info(name));
      infos.put(SECOND + name, secondMoments.info(name));
    }
    ShardedWriter.write(
        directory,
        OPTIMIZER,
        infos,
        Map.of(),
        ShardedWriter.DEFAULT_SHARD_BYTES,
        name ->
            name.startsWith(FIRST)
                ? firstMoments.read(name.substring(FIRST.length()))
                : secondMoments.read(name.substring(SECOND.length())));
    Durable.run(
        directory,
        "a directory that can be written",
        () -> {
          Manifest.of(directory).write(directory);
          return true;
        });
  }

  private static void requireEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Optional<Path> first = files.findFirst();
      if (first.isPresent()) {
        throw new CheckpointException(
            Problems.problem(
                String.valueOf(directory),
                "holds " + first.get().getFileName(),
                "an empty directory"));
      }
    }
  }

  /**
   * Opens a state of a network that is saved and trained as a whole; see {@link #open(Path, String,
   * Function, Map, Map)}.
   *
   * @param parameters name and shape of every parameter
   */
  public static TrainingState open(
      Path directory, String architecture, Map<String, Shape> parameters) {
    return open(
        directory, architecture, x -> ShardedWeights.open(x, "model"), parameters, parameters);
  }

  /**
   * Opens a state and checks it against its manifest, which reads every byte, and against a
   * network. {@code Network.openState} calls it.
   *
   * @param architecture of the network
   * @param model reads the directory of the weights
   * @param saved name and shape of every parameter in it
   * @param trained those of them that have moments
   * @throws CheckpointException with every problem: files that are missing or damaged, another
   *     architecture, tensors that are missing, unknown, or of another shape or type than F32
   */
  public static TrainingState open(
      Path directory,
      String architecture,
      Function<Path, Weights> model,
      Map<String, Shape> saved,
      Map<String, Shape> trained) {
    StateCheck check = new StateCheck();
    Optional<Boolean> unused = check.attempt(() -> verified(directory));
    Optional<StateFile> file = check.attempt(() -> StateFile.read(directory));
    file.ifPresent(x -> check.require("architecture", x.progress().architecture(), architecture));
    Optional<Weights> weights = check.attempt(() -> model.apply(directory.resolve(MODEL)));
    weights.ifPresent(x -> check.table("model", x, List.of(""), saved));
    Optional<Weights> moments = check.attempt(() -> ShardedWeights.open(directory, OPTIMIZER));
    moments.ifPresent(x -> check.table("optimizer", x, List.of(FIRST, SECOND), trained));
    check.throwIfAny(directory);
    return new TrainingState(
        directory, file.orElseThrow(), weights.orElseThrow(), moments.orElseThrow());
  }

  private static boolean verified(Path directory) {
    CheckpointDirectory.verify(directory);
    return true;
  }

  /** Architecture and counters. */
  public Progress progress() {
    return file.progress();
  }

  /** The weights, under the parameters' names. */
  public Weights weights() {
    return weights;
  }

  /** The first moments, under the names of the parameters that train. */
  public Weights firstMoments() {
    return new Prefixed(moments, FIRST);
  }

  /** The second moments, under the names of the parameters that train. */
  public Weights secondMoments() {
    return new Prefixed(moments, SECOND);
  }

  /**
   * Says in one warning which settings differ from those of the run that wrote the state; nothing
   * if none does.
   */
  public void warnOfChanges(FinetuneSpec spec) {
    List<String> changes = file.changes(spec);
    if (!changes.isEmpty()) {
      LOG.warn(
          "{}: the run goes on with other settings: {}", directory, String.join(", ", changes));
    }
  }

  /** The directory and the number of steps. */
  @Override
  public String toString() {
    return "TrainingState(" + directory + ", step " + progress().step() + ")";
  }
}
