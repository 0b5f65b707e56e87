package dev.tenon.cli;

import dev.tenon.backend.sharded.PythonRuntime;
import dev.tenon.backend.sharded.ShardingEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tenon python}. */
@Command(
    name = "python",
    description = {
      "Tells which Python the backend sharded uses and what it lacks.",
      "With --install makes Tenon's own virtual environment, some gigabytes; nothing else does.",
      "With --prepare compiles the operators that offload to NVMe needs, some minutes."
    },
    mixinStandardHelpOptions = true)
final class PythonCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Option(names = "--install", description = "Install what is pinned, unless it is there.")
  private boolean install;

  @Option(
      names = "--prepare",
      description = "Compile DeepSpeed's operators for NVMe and its own AdamW.")
  private boolean prepare;

  @Option(
      names = "--base",
      paramLabel = "PROGRAM",
      defaultValue = "python3",
      description = "A Python of 3.10 or newer to install from (${DEFAULT-VALUE}).")
  private Path base = Path.of("");

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    if (install) {
      out.println("installed: " + PythonRuntime.install(base, this::tell).interpreter());
    }
    PythonRuntime runtime = PythonRuntime.find(Optional.empty());
    if (prepare) {
      runtime.prepare(this::tell);
    }
    List<String> missing = runtime.missing(ShardingEngine.DEEPSPEED);
    out.println("python: " + runtime.interpreter());
    missing.forEach(x -> out.println("! " + x));
    out.println(missing.isEmpty() ? "All is well." : "tenon python --install installs it.");
    out.flush();
    return missing.isEmpty() ? 0 : 1;
  }

  private void tell(String line) {
    PrintWriter progress = command.commandLine().getErr();
    progress.println(line);
    progress.flush();
  }
}
