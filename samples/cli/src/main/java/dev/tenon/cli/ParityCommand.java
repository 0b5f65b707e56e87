package dev.tenon.cli;

import dev.tenon.backend.offload.OffloadBackend;
import dev.tenon.backend.offload.OffloadOptions;
import dev.tenon.backend.sharded.ShardedBackend;
import dev.tenon.backend.sharded.ShardedOptions;
import dev.tenon.backend.sharded.ShardingEngine;
import dev.tenon.cli.conformance.ParityTable;
import dev.tenon.model.ModelBackend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon parity}. */
@Command(
    name = "parity",
    description = {
      "Trains the causal models of oracle directories for ten steps on every backend.",
      "Prints the largest differences from the backend pytorch, one line a run."
    },
    mixinStandardHelpOptions = true)
final class ParityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--world-size",
      paramLabel = "N",
      defaultValue = "2",
      description = "Ranks of the backend sharded (${DEFAULT-VALUE}).")
  private int worldSize;

  @Option(
      names = "--disk",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where the backend offload keeps files (${DEFAULT-VALUE}).")
  private Path disk = Path.of("");

  @Option(
      names = "--nvme",
      paramLabel = "DIR",
      description =
          "Also train with DeepSpeed's state in files of this directory and with its own AdamW;"
              + " their operators come from tenon python --prepare.")
  private Optional<Path> nvme = Optional.empty();

  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Oracle directories.")
  private List<Path> directories = List.of();

  @Override
  public Integer call() {
    ModelBackend reference = ModelBackend.fromServiceLoader().get("pytorch");
    ParityTable table = new ParityTable(reference, backends(reference));
    return table.run(directories, spec.commandLine().getOut()) ? 0 : 1;
  }

  private Map<String, ModelBackend> backends(ModelBackend reference) {
    ShardedOptions ranks = ShardedOptions.ranks(worldSize);
    Map<String, ModelBackend> backends = new LinkedHashMap<>();
    backends.put("pytorch", reference);
    backends.put("offload ram", new OffloadBackend());
    backends.put("offload disk", new OffloadBackend(OffloadOptions.disk(disk)));
    for (int stage = 0; stage <= 3; stage++) {
      backends.put("sharded zero-" + stage, new ShardedBackend(ranks.zeroStage(stage)));
    }
    ShardedOptions apart = ranks.zeroStage(3).offload(ShardedOptions.Offload.ALL);
    backends.put("sharded zero-3 offload", new ShardedBackend(apart));
    nvme.ifPresent(
        x -> {
          backends.put("sharded zero-3 cpu adam", new ShardedBackend(apart.cpuAdam(true)));
          backends.put("sharded zero-3 nvme", new ShardedBackend(apart.nvme(x)));
        });
    backends.put("sharded fsdp2", new ShardedBackend(ranks.engine(ShardingEngine.FSDP2)));
    return backends;
  }
}
