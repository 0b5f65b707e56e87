package dev.tenon.cli;

import dev.tenon.cli.conformance.Conformance;
import dev.tenon.model.ModelBackend;
import dev.tenon.spec.FinetuneSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon conformance}. */
@Command(
    name = "conformance",
    description =
        "Compare a backend with the reference numbers of oracle directories, a line a quantity.",
    mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--backend",
      required = true,
      paramLabel = "NAME",
      description = "The backend to check, for example pytorch.")
  private String backend = "";

  @Mixin private BackendOptions ranks = new BackendOptions();

  @Option(
      names = "--dump",
      paramLabel = "OUT",
      description = "Write what was computed to OUT/<folder>.safetensors and .json.")
  private Optional<Path> dump = Optional.empty();

  @Option(
      names = "--micro-batch-tokens",
      paramLabel = "N",
      description =
          "Most tokens of a micro-batch in training; changes rounding only."
              + "%n  Default: ${DEFAULT-VALUE}")
  private int microBatchTokens = FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "Oracle directories, or directories of them.")
  private List<Path> directories = List.of();

  @Override
  public Integer call() {
    ModelBackend found = ranks.backend(backend);
    Conformance conformance = new Conformance(found, dump, microBatchTokens);
    return conformance.run(directories, spec.commandLine().getOut()) ? 0 : 1;
  }
}
