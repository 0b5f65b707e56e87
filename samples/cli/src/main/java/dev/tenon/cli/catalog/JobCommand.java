package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobStatus;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon job}. */
@Command(
    name = "job",
    description = {
      "Jobs: what runs, what ran, and what became of it.",
      "Exit code: 0 done, 1 the job has no result."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class JobCommand {
  private static final int LONGEST = 100;

  @Spec private CommandSpec command = CommandSpec.create();

  /** For picocli. */
  public JobCommand() {}

  @Command(
      name = "run",
      description = {
        "Run a registered ModelJob; its source is fetched first.",
        "The result is a new version of its destination."
      },
      mixinStandardHelpOptions = true)
  int run(
      @Parameters(paramLabel = "NAME", description = "NAME or NAMESPACE/NAME of a ModelJob.")
          String name,
      @ArgGroup(validate = false, heading = "Run:%n") LaunchArguments arguments,
      @Mixin HomeOptions home) {
    LaunchArguments given = arguments == null ? new LaunchArguments() : arguments;
    FetchProgress progress = new FetchProgress(command.commandLine().getErr());
    try (Catalog catalog = home.open()) {
      Job job = catalog.runJob(name, given.options(), progress);
      return new FollowedJob(home, command.commandLine()).follow(catalog, job);
    }
  }

  @Command(
      name = "list",
      description = "All jobs, the oldest first; with --json, one object a line.",
      mixinStandardHelpOptions = true)
  int list(@Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      print(catalog.jobs().list(), home);
    }
    return 0;
  }

  @Command(name = "status", description = "How a job stands.", mixinStandardHelpOptions = true)
  int status(
      @Parameters(paramLabel = "ID", description = "The job's identifier.") String id,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      print(List.of(catalog.jobs().status(id)), home);
    }
    return 0;
  }

  @Command(name = "log", description = "What a job wrote.", mixinStandardHelpOptions = true)
  int log(
      @Parameters(paramLabel = "ID", description = "The job's identifier.") String id,
      @Mixin HomeOptions home) {
    PrintWriter out = command.commandLine().getOut();
    try (Catalog catalog = home.open()) {
      JobStatus status = catalog.jobs().status(id);
      if (Files.exists(status.log())) {
        Files.readAllLines(status.log()).forEach(out::println);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.flush();
    return 0;
  }

  @Command(
      name = "cancel",
      description = "Ask a job of any process to end without a result.",
      mixinStandardHelpOptions = true)
  int cancel(
      @Parameters(paramLabel = "ID", description = "The job's identifier.") String id,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      JobStatus status = catalog.jobs().status(id);
      if (status.state().ended()) {
        command.commandLine().getErr().println("job " + id + " has ended: " + status.state());
      } else {
        catalog.jobs().cancel(id);
      }
    }
    return 0;
  }

  @Command(
      name = "retry",
      description = "Run the request of a job that has ended again, as a new job.",
      mixinStandardHelpOptions = true)
  int retry(
      @Parameters(paramLabel = "ID", description = "The job's identifier.") String id,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      Job job = catalog.jobs().retry(id);
      return new FollowedJob(home, command.commandLine()).follow(catalog, job);
    }
  }

  @Command(
      name = "manifest",
      description = {
        "Print a registered ModelJob, or the training of a model, as a Kubernetes Job,",
        "for a cluster that has volumes with the source and for the destination."
      },
      mixinStandardHelpOptions = true)
  int manifest(
      @Parameters(paramLabel = "NAME", description = "NAME or NAMESPACE/NAME.") String name,
      @ArgGroup(validate = false, heading = "Run:%n") LaunchArguments arguments,
      @Mixin HomeOptions home) {
    LaunchArguments given = arguments == null ? new LaunchArguments() : arguments;
    PrintWriter out = command.commandLine().getOut();
    try (Catalog catalog = home.open()) {
      out.print(catalog.manifest(name, given.options()));
    }
    out.flush();
    return 0;
  }

  /** The log and JSON have all of it. */
  private static String cut(String error) {
    return error.length() > LONGEST ? error.substring(0, LONGEST) + "…" : error;
  }

  private void print(List<JobStatus> all, HomeOptions home) {
    PrintWriter out = command.commandLine().getOut();
    if (home.json()) {
      all.forEach(x -> out.println(Json.compact(x.toMap())));
    } else {
      Rows rows = new Rows("JOB", "STATE", "RUNNER", "ATTEMPT", "RESULT", "STARTED", "ERROR");
      for (JobStatus each : all) {
        String version =
            each.version().isPresent()
                ? each.destination().text() + ":" + each.version().getAsInt()
                : each.destination().text();
        rows.add(
            each.id(),
            each.state().toString(),
            each.runner().name(),
            Integer.toString(each.attempt()),
            version,
            each.started().toString().substring(0, 19),
            each.error().flatMap(x -> x.lines().findFirst()).map(JobCommand::cut).orElse(""));
      }
      rows.print(out);
    }
    out.flush();
  }
}
