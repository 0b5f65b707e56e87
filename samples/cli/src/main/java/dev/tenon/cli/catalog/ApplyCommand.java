package dev.tenon.cli.catalog;

import dev.tenon.catalog.AppliedStep;
import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.spec.InvalidSpecException;
import dev.tenon.cli.terminal.Interrupt;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon apply}. */
@Command(
    name = "apply",
    description = {
      "Bring the catalog to what descriptions say: register, fetch, train, link.",
      "What is there already stays; apply again to go on after a failure.",
      "Exit code: 0 all is there or waits for a user, 1 something failed."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ApplyCommand implements Callable<Integer> {
  private static final long LOOK_SECONDS = 2;

  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE|DIR",
      arity = "1..*",
      description = "Descriptions, or directories of them.")
  private List<String> locations = List.of();

  @Option(names = "--dry-run", description = "Tell what would be done.")
  private boolean dryRun;

  @Option(names = "--watch", description = "Apply again when a file changes, until SIGINT.")
  private boolean watch;

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public ApplyCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    try (Catalog catalog = home.open()) {
      return watch ? watch(catalog) : once(catalog);
    }
  }

  private int once(Catalog catalog) throws InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    List<AppliedStep> steps =
        catalog.apply(
            locations,
            dryRun,
            x -> {
              out.println(home.json() ? Json.compact(x.toMap()) : x.toString());
              out.flush();
            });
    return steps.stream().anyMatch(x -> x.action() == AppliedStep.Action.FAILED) ? 1 : 0;
  }

  private int watch(Catalog catalog) throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    int code = 0;
    Thread self = Thread.currentThread();
    Runnable end =
        () -> {
          stop.countDown();
          self.interrupt();
        };
    try (Interrupt interrupt = new Interrupt(end)) {
      Map<String, String> seen = Map.of();
      do {
        Map<String, String> now = state();
        if (!now.equals(seen)) {
          code = applied(catalog);
          seen = now;
        }
      } while (!stop.await(LOOK_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      // Whoever asked for the end gets it: what is half done is cancelled and done again next time.
      return code;
    }
    return code;
  }

  /** A description that cannot be read now may be mended. */
  private int applied(Catalog catalog) throws InterruptedException {
    try {
      return once(catalog);
    } catch (InvalidSpecException e) {
      PrintWriter err = command.commandLine().getErr();
      e.errors().forEach(err::println);
      err.flush();
      return 1;
    } catch (TenonException e) {
      PrintWriter err = command.commandLine().getErr();
      err.println("tenon: " + e.getMessage());
      err.flush();
      return 1;
    }
  }

  /** Times and sizes of all files that are watched. */
  private Map<String, String> state() {
    Map<String, String> state = new TreeMap<>();
    for (String location : locations) {
      if (!location.contains("://")) {
        look(Path.of(location), state);
      }
    }
    return state;
  }

  private static void look(Path path, Map<String, String> state) {
    try {
      if (Files.isDirectory(path)) {
        try (Stream<Path> all = Files.list(path)) {
          all.filter(Files::isRegularFile).forEach(x -> look(x, state));
        }
      } else if (Files.exists(path)) {
        state.put(path.toString(), Files.getLastModifiedTime(path) + " " + Files.size(path));
      }
    } catch (NoSuchFileException e) {
      // It went between the two looks.
      state.remove(path.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
