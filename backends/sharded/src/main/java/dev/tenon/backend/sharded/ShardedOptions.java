package dev.tenon.backend.sharded;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Over what a model is sharded, and by what.
 *
 * @param engine the library (DEEPSPEED)
 * @param worldSize number of ranks, on all hosts together
 * @param nodes the hosts, if this is not the only one
 * @param zeroStage what DeepSpeed shards: 0 nothing, 1 moments, 2 and gradients, 3 and weights (2)
 * @param offload where moments, and at stage 3 weights, lie instead of the device (NONE)
 * @param nvme a directory on a fast disk, in which what is offloaded lies instead of memory; needs
 *     an operator that {@link PythonRuntime#prepare} compiles
 * @param cpuAdam whether DeepSpeed's own AdamW updates offloaded moments, an operator too (false)
 * @param threads of each rank's operators; 0: the processors shared out among the ranks
 * @param deepspeed settings that go into DeepSpeed's configuration as they are
 * @param python the interpreter, else {@link PythonRuntime} looks for one
 * @param startDeadline for starting the ranks and loading the weights (10 minutes)
 * @param callDeadline for any other call (30 minutes)
 * @param silence how long a rank may give no sign of life before it counts as hung (10 seconds)
 */
public record ShardedOptions(
    ShardingEngine engine,
    int worldSize,
    Optional<Nodes> nodes,
    int zeroStage,
    Offload offload,
    Optional<Path> nvme,
    boolean cpuAdam,
    int threads,
    Map<String, @Nullable Object> deepspeed,
    Optional<Path> python,
    Duration startDeadline,
    Duration callDeadline,
    Duration silence) {

  /** Where state lies that is not in use. */
  public enum Offload {
    /** On the device. */
    NONE,
    /** Moments in host memory. */
    OPTIMIZER,
    /** Moments and, at stage 3, weights in host memory. */
    ALL
  }

  /** Copies and checks. */
  public ShardedOptions {
    deepspeed = Collections.unmodifiableMap(new LinkedHashMap<>(deepspeed));
    Problems problems = new Problems();
    problems.check(worldSize > 0, "world size", worldSize, "> 0");
    nodes.ifPresent(
        x ->
            problems.check(
                worldSize % x.count() == 0,
                "world size",
                worldSize,
                "a multiple of " + x.count() + " nodes"));
    problems.check(zeroStage >= 0 && zeroStage <= 3, "zero stage", zeroStage, "0 to 3");
    problems.check(threads >= 0, "threads", threads, ">= 0");
    problems.check(
        engine == ShardingEngine.DEEPSPEED || (deepspeed.isEmpty() && offload == Offload.NONE),
        "engine",
        engine,
        "DEEPSPEED, with DeepSpeed's settings or offload");
    problems.check(
        offload == Offload.NONE || zeroStage >= (offload == Offload.ALL ? 3 : 1),
        "zero stage",
        zeroStage,
        offload == Offload.ALL ? "3, to offload weights" : "1 or more, to offload moments");
    problems.check(
        nvme.isEmpty() || (offload != Offload.NONE && zeroStage == 3),
        "nvme directory",
        nvme.map(Path::toString).orElse("none"),
        "none without offload at zero stage 3");
    problems.check(
        !cpuAdam || offload != Offload.NONE, "cpu adam", cpuAdam, "false without offload");
    for (Duration duration : new Duration[] {startDeadline, callDeadline, silence}) {
      problems.check(duration.compareTo(Duration.ZERO) > 0, "deadline", duration, "> 0");
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  /** DeepSpeed at ZeRO stage 2 over so many ranks. */
  public static ShardedOptions ranks(int worldSize) {
    return new ShardedOptions(
        ShardingEngine.DEEPSPEED,
        worldSize,
        Optional.empty(),
        2,
        Offload.NONE,
        Optional.empty(),
        false,
        0,
        Map.of(),
        Optional.empty(),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30),
        Duration.ofSeconds(10));
  }

  /** The same by another library. */
  public ShardedOptions engine(ShardingEngine value) {
    return with(draft -> draft.engine = value);
  }

  /** The same over another number of ranks. */
  public ShardedOptions worldSize(int value) {
    return with(draft -> draft.worldSize = value);
  }

  /** The same over several hosts, of which this is one. */
  public ShardedOptions nodes(Nodes value) {
    return with(draft -> draft.nodes = Optional.of(value));
  }

  /** How many of the ranks are on this host. */
  int ranksHere() {
    return worldSize / nodes.map(Nodes::count).orElse(1);
  }

  /** The first of them. */
  int firstRank() {
    return ranksHere() * nodes.map(Nodes::rank).orElse(0);
  }

  /** Whether this host writes what all have together. */
  boolean writes() {
    return firstRank() == 0;
  }

  /** The same at another ZeRO stage. */
  public ShardedOptions zeroStage(int value) {
    return with(draft -> draft.zeroStage = value);
  }

  /** The same with state elsewhere. */
  public ShardedOptions offload(Offload value) {
    return with(draft -> draft.offload = value);
  }

  /** The same with offloaded state in files below a directory. */
  public ShardedOptions nvme(Path value) {
    return with(draft -> draft.nvme = Optional.of(value));
  }

  /** The same with DeepSpeed's AdamW for offloaded moments, or torch's. */
  public ShardedOptions cpuAdam(boolean value) {
    return with(draft -> draft.cpuAdam = value);
  }

  /** Whether an operator must be there that is compiled. */
  boolean operators() {
    return cpuAdam || nvme.isPresent();
  }

  /** The same with another number of threads a rank. */
  public ShardedOptions threads(int value) {
    return with(draft -> draft.threads = value);
  }

  /** The same with settings of DeepSpeed's own, merged into what Tenon writes. */
  public ShardedOptions deepspeed(Map<String, ?> settings) {
    return with(draft -> draft.deepspeed = new LinkedHashMap<>(settings));
  }

  /** The same with the settings of a JSON file. */
  public ShardedOptions deepspeed(Path file) {
    return deepspeed(Json.readObject(file).toMap());
  }

  /** The same with another interpreter. */
  public ShardedOptions python(Path value) {
    return with(draft -> draft.python = Optional.of(value));
  }

  /** The same with another deadline for the start. */
  public ShardedOptions startDeadline(Duration value) {
    return with(draft -> draft.startDeadline = value);
  }

  /** The same with another deadline for calls. */
  public ShardedOptions callDeadline(Duration value) {
    return with(draft -> draft.callDeadline = value);
  }

  /** The same with another bound on silence. */
  public ShardedOptions silence(Duration value) {
    return with(draft -> draft.silence = value);
  }

  private ShardedOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.toOptions();
  }

  /** The components while one of them changes. */
  private static final class Draft {
    private ShardingEngine engine;
    private int worldSize;
    private Optional<Nodes> nodes;
    private int zeroStage;
    private Offload offload;
    private Optional<Path> nvme;
    private boolean cpuAdam;
    private int threads;
    private Map<String, @Nullable Object> deepspeed;
    private Optional<Path> python;
    private Duration startDeadline;
    private Duration callDeadline;
    private Duration silence;

    private Draft(ShardedOptions from) {
      engine = from.engine;
      worldSize = from.worldSize;
      nodes = from.nodes;
      zeroStage = from.zeroStage;
      offload = from.offload;
      nvme = from.nvme;
      cpuAdam = from.cpuAdam;
      threads = from.threads;
      deepspeed = from.deepspeed;
      python = from.python;
      startDeadline = from.startDeadline;
      callDeadline = from.callDeadline;
      silence = from.silence;
    }

    private ShardedOptions toOptions() {
      return new ShardedOptions(
          engine,
          worldSize,
          nodes,
          zeroStage,
          offload,
          nvme,
          cpuAdam,
          threads,
          deepspeed,
          python,
          startDeadline,
          callDeadline,
          silence);
    }
  }
}
