package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.job.Notebook;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.cli.terminal.Interrupt;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon notebook}. */
@Command(
    name = "notebook",
    description = {
      "Start JupyterLab on this machine with a model in the directory saved.",
      "What the notebook leaves in the directory trained can become a version at the end.",
      "It runs until SIGINT, or until it is shut down in the browser.",
      "Exit code: 0 it ran, 1 it could not."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class NotebookCommand implements Callable<Integer> {
  private static final long LOOK_MS = 300;

  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "NAME[:VERSION]",
      arity = "0..1",
      description = "A registered Notebook, or a model with a version; else an empty notebook.")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--commit",
      paramLabel = "NAME",
      description = "At the end, make a version of this model of what lies in trained.")
  private Optional<String> destination = Optional.empty();

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public NotebookCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    CountDownLatch stop = new CountDownLatch(1);
    try (Catalog catalog = home.open();
        Interrupt interrupt = new Interrupt(stop::countDown);
        Notebook notebook = catalog.notebook(name)) {
      String url = notebook.url().toString();
      out.println(home.json() ? Json.compact(Map.of("url", url)) : url);
      out.flush();
      while (notebook.isRunning() && !stop.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
        // Until either ends.
      }
      if (destination.isPresent()) {
        VersionRef ref = VersionRef.parse(ObjectKind.MODEL, destination.get());
        home.print(notebook.commit(ref.object()), out);
      }
    }
    return 0;
  }
}
