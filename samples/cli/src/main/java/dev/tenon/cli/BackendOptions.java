package dev.tenon.cli;

import dev.tenon.backend.offload.OffloadBackend;
import dev.tenon.backend.offload.OffloadOptions;
import dev.tenon.backend.sharded.ShardedBackend;
import dev.tenon.backend.sharded.ShardedOptions;
import dev.tenon.backend.sharded.ShardingEngine;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.ModelBackend;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Over what the sharded backend spreads a model, and where the offload backend keeps it. */
final class BackendOptions {
  @Option(
      names = "--world-size",
      paramLabel = "N",
      description = "Ranks of the backend sharded (1).")
  private Optional<Integer> worldSize = Optional.empty();

  @Option(
      names = "--zero-stage",
      paramLabel = "0..3",
      description = "What DeepSpeed shards: 1 moments, 2 and gradients, 3 and weights (2).")
  private Optional<Integer> zeroStage = Optional.empty();

  @Option(
      names = "--sharding",
      paramLabel = "LIBRARY",
      description = "${COMPLETION-CANDIDATES} (DEEPSPEED).")
  private Optional<ShardingEngine> engine = Optional.empty();

  @Option(
      names = "--offload-to",
      paramLabel = "DIR",
      description = "Where the backend offload keeps files (in RAM).")
  private Optional<Path> offloadTo = Optional.empty();

  /**
   * The backend of a name.
   *
   * @throws InvalidInputException if a backend is given another one's options
   */
  ModelBackend backend(String name) {
    Problems problems = new Problems();
    if (!name.equals(OffloadBackend.NAME)) {
      offloadTo.ifPresent(x -> problems.add("--offload-to of backend " + name, x, "none"));
    }
    if (name.equals(ShardedBackend.NAME)) {
      problems.throwIfAny(InvalidInputException::new);
      return new ShardedBackend(options());
    }
    worldSize.ifPresent(x -> problems.check(x == 1, "--world-size of backend " + name, x, "1"));
    zeroStage.ifPresent(x -> problems.add("--zero-stage of backend " + name, x, "none"));
    engine.ifPresent(x -> problems.add("--sharding of backend " + name, x, "none"));
    problems.throwIfAny(InvalidInputException::new);
    return name.equals(OffloadBackend.NAME)
        ? new OffloadBackend(new OffloadOptions(offloadTo))
        : ModelBackend.fromServiceLoader().get(name);
  }

  private ShardedOptions options() {
    ShardedOptions options = ShardedOptions.ranks(worldSize.orElse(1));
    options = zeroStage.map(options::zeroStage).orElse(options);
    return engine.map(options::engine).orElse(options);
  }
}
