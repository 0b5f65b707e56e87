package dev.tenon.cli;

import dev.tenon.backend.sharded.ShardedBackend;
import dev.tenon.backend.sharded.ShardedOptions;
import dev.tenon.backend.sharded.ShardingEngine;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.ModelBackend;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Over what the sharded backend spreads a model. */
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

  /**
   * The backend of a name.
   *
   * @throws InvalidInputException if another one than sharded is given ranks
   */
  ModelBackend backend(String name) {
    if (name.equals(ShardedBackend.NAME)) {
      return new ShardedBackend(options());
    }
    Problems problems = new Problems();
    worldSize.ifPresent(x -> problems.check(x == 1, "--world-size of backend " + name, x, "1"));
    zeroStage.ifPresent(x -> problems.add("--zero-stage of backend " + name, x, "none"));
    engine.ifPresent(x -> problems.add("--sharding of backend " + name, x, "none"));
    problems.throwIfAny(InvalidInputException::new);
    return ModelBackend.fromServiceLoader().get(name);
  }

  private ShardedOptions options() {
    ShardedOptions options = ShardedOptions.ranks(worldSize.orElse(1));
    options = zeroStage.map(options::zeroStage).orElse(options);
    return engine.map(options::engine).orElse(options);
  }
}
