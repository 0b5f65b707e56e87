package dev.tenon.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares with the scripts of other libraries. Whole short processes alternate, ours first in one
 * pair and the peer first in the next, on the same checkpoint; a ratio is the median over pairs of
 * peer time / our time, so above 1 we are faster.
 */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Alternates with peer scripts and writes a table and JSON.")
public final class Compare implements Callable<Integer> {
  @Option(names = "--peers", required = true, description = "directory of the peer scripts")
  private Path peers = Path.of("");

  @Option(names = "--python", description = "their interpreter (${DEFAULT-VALUE})")
  private String python = "python3";

  @Option(
      names = "--models",
      description = "directory of the checkpoints, made if missing (${DEFAULT-VALUE})")
  private Path models = Path.of("benchmarks/target/models");

  @Option(names = "--pairs", description = "pairs of runs, at least 7 (${DEFAULT-VALUE})")
  private int pairs = 7;

  @Option(names = "--repetitions", description = "within a run (${DEFAULT-VALUE})")
  private int repetitions = 8;

  @Option(
      names = "--threads",
      description = "of both; with 1 the processor's clock counts (${DEFAULT-VALUE})")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--matches", split = ",", description = "some of ${COMPLETION-CANDIDATES}; all")
  private List<String> matches = List.of();

  @Option(names = "--output", description = "directory of benchmarks.md (${DEFAULT-VALUE})")
  private Path output = Path.of("docs");

  @Option(
      names = "--own-peers",
      description = "directory of those that we wrote (${DEFAULT-VALUE})")
  private Path ownPeers = Path.of("benchmarks/src/main/peers");

  @Option(names = "--minilm", description = "directory of all-MiniLM-L6-v2; none: not compared")
  private @Nullable Path minilm;

  private final List<String> command = new ArrayList<>();

  /** Runs. */
  public static void main(String[] arguments) {
    Compare compare = new Compare();
    compare.command.addAll(List.of(arguments));
    System.exit(new CommandLine(compare).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Report report =
        new Report(command.stream().map(Compare::withoutDirectories).toList(), threads, clock());
    for (Match match : all()) {
      if (matches.isEmpty() || matches.contains(match.name())) {
        run(match, match.shape().checkpoint(models.toAbsolutePath()), report);
        report.write(output); // what was measured stays if a later process fails
      }
    }
    System.out.println("wrote " + output.resolve("benchmarks.md") + " and .json");
    return 0;
  }

  private List<Match> all() {
    return minilm == null
        ? Match.all(repetitions)
        : Stream.concat(
                Match.all(repetitions).stream(), EncodeMatches.all(repetitions, minilm).stream())
            .toList();
  }

  /** What is written down names no place of this machine. */
  private static String withoutDirectories(String argument) {
    return argument.replaceFirst("(^|=)/.*/", "$1");
  }

  private String clock() {
    return threads == 1 ? "cpu" : "wall";
  }

  private void run(Match match, Path checkpoint, Report report) {
    List<Map<String, ?>> ours = new ArrayList<>();
    List<Map<String, ?>> theirs = new ArrayList<>();
    for (int pair = 0; pair < pairs; pair++) {
      for (int turn = 0; turn < 2; turn++) {
        boolean our = pair % 2 == turn;
        Map<String, ?> row = our ? ours(match, checkpoint) : theirs(match, checkpoint);
        (our ? ours : theirs).add(row);
        System.out.println(match.name() + " pair " + (pair + 1) + ": " + row);
      }
    }
    report.add(match, ours, theirs).forEach(System.out::println);
  }

  private Map<String, ?> ours(Match match, Path checkpoint) {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            OurRun.class.getName());
    return Row.of(
        Stream.concat(java.stream(), match.ours(checkpoint)).toList(),
        Path.of("").toAbsolutePath(),
        Map.of("OMP_NUM_THREADS", String.valueOf(threads)));
  }

  private Map<String, ?> theirs(Match match, Path checkpoint) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("THREADS", String.valueOf(threads));
    environment.put("REPS", String.valueOf(repetitions));
    environment.put("PEER_MODELS", models.toAbsolutePath().toString());
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    boolean given = Files.exists(peers.resolve(match.peer().get(0)));
    return Row.of(
        Stream.concat(Stream.of(python), match.peer(checkpoint)).toList(),
        given ? peers : ownPeers.toAbsolutePath(),
        environment);
  }
}
