package dev.tenon.catalog.job;

import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A container that runs a job. It does not end with the process that started it.
 *
 * @param engine docker or podman
 * @param name of the container
 */
record Container(String engine, String name) {
  private static final long SECONDS_OF_ENGINE = 30;

  /** What a later process needs to find it. */
  Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("engine", engine);
    map.put("name", name);
    return map;
  }

  /** The container that was written down. */
  static Optional<Container> find(JsonObject child) {
    return child
        .findObject("container")
        .map(x -> new Container(x.string("engine"), x.string("name")))
        .filter(x -> RunnerChoice.ENGINES.contains(x.engine()) && x.name().startsWith("tenon-"));
  }

  /** Ends and removes it, if it is there. */
  void remove(SearchPath path, JobLog log) {
    Optional<Path> program = path.find(engine);
    if (program.isEmpty()) {
      log.write("container " + name + ": not removed: " + engine + " is not on the PATH");
      return;
    }
    try {
      ProcessBuilder builder =
          new ProcessBuilder(List.of(program.get().toString(), "rm", "--force", name))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().clear();
      builder.environment().putAll(Variables.inherited(path));
      Process process = builder.start();
      if (!process.waitFor(SECONDS_OF_ENGINE, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        log.write("container " + name + ": not removed: " + engine + " does not answer");
      }
    } catch (IOException e) {
      log.write("container " + name + ": not removed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
