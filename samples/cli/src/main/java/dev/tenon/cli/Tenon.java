package dev.tenon.cli;

import dev.tenon.cli.catalog.ApplyCommand;
import dev.tenon.cli.catalog.FetchCommand;
import dev.tenon.cli.catalog.JobCommand;
import dev.tenon.cli.catalog.ListCommand;
import dev.tenon.cli.catalog.NotebookCommand;
import dev.tenon.cli.catalog.RegisterCommand;
import dev.tenon.cli.catalog.ShowCommand;
import dev.tenon.cli.catalog.StoreCommand;
import dev.tenon.cli.catalog.TrainCommand;
import dev.tenon.cli.catalog.UploadCommand;
import dev.tenon.cli.catalog.VersionCommand;
import dev.tenon.cli.doctor.DoctorCommand;
import dev.tenon.model.ModelBackend;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * Entry point of the {@code tenon} command; the work is in its subcommands. Results go to stdout,
 * everything else to stderr. Exit codes: 0 done, 1 failed (one line {@code tenon: message} on
 * stderr), 2 wrong usage (two lines).
 */
@Command(
    name = "tenon",
    description = "Fine-tune, run and check language models in the JVM.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Tenon {
  private static final List<Class<?>> COMMANDS =
      List.of(
          FinetuneCommand.class,
          GenerateCommand.class,
          ConformanceCommand.class,
          QualityCommand.class,
          QuantizeCommand.class,
          DoctorCommand.class,
          PlanCommand.class,
          PythonCommand.class,
          ParityCommand.class,
          SpecCommand.class,
          RegisterCommand.class,
          ListCommand.class,
          ShowCommand.class,
          FetchCommand.class,
          UploadCommand.class,
          TrainCommand.class,
          JobCommand.class,
          ApplyCommand.class,
          NotebookCommand.class,
          StoreCommand.class,
          VersionCommand.class);

  /** Read by {@link Failures}. */
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log progress and print stack traces, to stderr.")
  private boolean verbose;

  private Tenon() {}

  /**
   * Runs one command and exits with its code.
   *
   * @param args command and options
   */
  public static void main(String[] args) {
    // Model text and JSON are UTF-8 whatever the locale says.
    PrintWriter out =
        new PrintWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8),
            true);
    loadNativesBeside(List.of(args));
    int code = commandLine(args).setOut(out).execute(args);
    out.flush();
    System.exit(code);
  }

  /**
   * An answer waits for libtorch longest, which loads while the options and the checkpoint are
   * read. A failure comes again where the backend is needed.
   */
  private static void loadNativesBeside(List<String> args) {
    if (args.contains("--model") && args.get(0).equals("generate") && !args.contains("--backend")) {
      CompletableFuture<Void> unused =
          CompletableFuture.runAsync(
              () -> ModelBackend.fromServiceLoader().get(GenerateCommand.BACKEND).prepare());
    }
  }

  /**
   * The command as these arguments need it: picocli takes its time to read the options of a
   * subcommand, so only those of the one that they name, or of all where they name none.
   */
  static CommandLine commandLine(String... args) {
    Tenon tenon = new Tenon();
    CommandLine command = new CommandLine(tenon);
    named(args)
        .ifPresentOrElse(command::addSubcommand, () -> COMMANDS.forEach(command::addSubcommand));
    command.getCommandSpec().version("tenon " + version());
    return command
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new WrongUsage())
        .setExecutionExceptionHandler(new Failures(() -> tenon.verbose))
        .setExecutionStrategy(tenon::execute);
  }

  private static Optional<Class<?>> named(String... args) {
    return COMMANDS.stream()
        .filter(x -> args.length > 0 && x.getAnnotation(Command.class).name().equals(args[0]))
        .findFirst();
  }

  private int execute(CommandLine.ParseResult parsed) {
    if (verbose) {
      // Before the first logger is made; overrides simplelogger.properties.
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "info");
      System.setProperty("org.slf4j.simpleLogger.log.ai.djl", "info");
    }
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError | LinkageError e) {
      // picocli hands only exceptions to the handler.
      throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), e.toString(), e);
    }
  }

  /** The jar's version; none when run from classes. */
  private static String version() {
    return Objects.requireNonNullElse(
        Tenon.class.getPackage().getImplementationVersion(), "(unpackaged)");
  }
}
