package dev.tenon.cli.catalog;

import dev.tenon.catalog.LaunchOptions;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a training or a job. */
final class LaunchArguments {
  @Option(
      names = "--dataset",
      paramLabel = "NAME|PATH",
      description =
          "A dataset of the store, or a file or directory, which is copied into it; in place of"
              + " the description's.")
  private Optional<String> dataset = Optional.empty();

  @Option(
      names = "--runner",
      paramLabel = "NAME",
      description =
          "What runs it: a job type (finetune, scratch), process, docker or podman; else what the"
              + " image, mode or command of the description say.")
  private Optional<String> runner = Optional.empty();

  @Option(
      names = "--from",
      paramLabel = "VERSION",
      description = "The version to start from, a number or alias.")
  private Optional<String> from = Optional.empty();

  @Option(
      names = {"-p", "--param"},
      paramLabel = "NAME=VALUE",
      description = "In place of a parameter of the description; repeatable.")
  private Map<String, String> params = Map.of();

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "0",
      description = "Further attempts after one that failed (${DEFAULT-VALUE}).")
  private int retries;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Most seconds of all attempts together.")
  private Optional<Long> timeout = Optional.empty();

  @Option(names = "--run-name", paramLabel = "TEXT", description = "A name of the run, for people.")
  private Optional<String> runName = Optional.empty();

  LaunchOptions options() {
    LaunchOptions options = LaunchOptions.NONE.withRetries(retries).withParams(params());
    options = dataset.map(options::withDataset).orElse(options);
    options = runner.map(options::withRunner).orElse(options);
    options = from.map(options::withFrom).orElse(options);
    options = timeout.map(Duration::ofSeconds).map(options::withTimeout).orElse(options);
    return runName.map(options::withRunName).orElse(options);
  }

  private Map<String, @Nullable Object> params() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    params.forEach((name, text) -> values.put(name, value(text)));
    return values;
  }

  /** Numbers, booleans and JSON as such, all else as text. */
  private static @Nullable Object value(String text) {
    try {
      return Json.parse(text.getBytes(StandardCharsets.UTF_8), "--param");
    } catch (InvalidInputException e) {
      return text;
    }
  }
}
