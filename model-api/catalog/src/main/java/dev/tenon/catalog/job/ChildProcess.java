package dev.tenon.catalog.job;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that runs for a job: in a group of its own where the machine has {@code setsid}, its
 * output in the job's log, written down while it lives so that another process can end it.
 *
 * @param words the program and its arguments; no shell reads them
 * @param variables its whole environment
 * @param container what it runs, if it is a container's engine
 */
record ChildProcess(
    List<String> words, Map<String, String> variables, Optional<Container> container) {
  private static final long POLL_MILLIS = 50;
  private static final long POLLS_OF_LOOK = 20;
  private static final long MILLIS_OF_LAST_OUTPUT = 2_000;

  /**
   * Runs to the end, or until the attempt is cancelled and all processes are gone.
   *
   * @throws InvalidInputException if there is no such program
   * @throws JobFailedException if it ends with another code than 0
   */
  void run(Attempt attempt, JobSettings settings) throws IOException, InterruptedException {
    Optional<Path> setsid = settings.path().find("setsid");
    Process process = start(attempt, settings, setsid);
    ProcessTree tree = new ProcessTree(process.toHandle(), setsid.isPresent());
    writeDown(tree, attempt.files());
    Thread output = copy(process, attempt.output());
    try {
      attempt.onCancel(tree::terminate);
      await(process, tree, attempt, settings.grace());
    } finally {
      end(tree, attempt, settings.path());
      output.join(MILLIS_OF_LAST_OUTPUT);
      JobFiles.delete(attempt.files().child());
    }
    if (process.exitValue() != 0 && !attempt.cancelled()) {
      throw new JobFailedException(
          Problems.problem(
              "exit code of " + shown(), process.exitValue(), "0; see " + attempt.files().log()));
    }
  }

  private Process start(Attempt attempt, JobSettings settings, Optional<Path> setsid)
      throws IOException {
    List<String> command = new ArrayList<>();
    setsid.ifPresent(x -> command.add(x.toString()));
    command.add(program(settings.path()));
    command.addAll(words.subList(1, words.size()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(attempt.files().work().toFile())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private String program(SearchPath path) {
    String name = words.get(0);
    if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
      return name;
    }
    return path.find(name)
        .map(Path::toString)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem("program", name, "one of a directory of the PATH")));
  }

  private void writeDown(ProcessTree tree, JobFiles files) {
    Map<String, @Nullable Object> child = new LinkedHashMap<>(tree.toMap());
    container.ifPresent(x -> child.put("container", x.toMap()));
    JobFiles.write(files.child(), child);
  }

  private static Thread copy(Process process, JobLog log) {
    Thread thread =
        new Thread(
            () -> {
              try {
                log.copy(process.getInputStream());
              } catch (IOException | UncheckedIOException e) {
                log.write("output ends: " + e.getMessage());
              }
            },
            "tenon-job-output");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void await(Process process, ProcessTree tree, Attempt attempt, Duration grace)
      throws InterruptedException {
    try {
      for (long i = 0; !process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS); i++) {
        if (i % POLLS_OF_LOOK == 0) {
          tree.look();
        }
        if (attempt.overdue(grace)) {
          tree.kill();
        }
      }
    } catch (InterruptedException e) {
      tree.kill();
      throw e;
    }
  }

  /** A job is over when its program is: nothing that it started goes on. */
  private void end(ProcessTree tree, Attempt attempt, SearchPath path) {
    tree.kill();
    container.ifPresent(x -> x.remove(path, attempt.output()));
  }

  private String shown() {
    return String.valueOf(Path.of(words.get(0)).getFileName());
  }

  /** Without the values of the environment. */
  @Override
  public String toString() {
    return "ChildProcess[words=" + words + ", variables=" + variables.keySet() + "]";
  }
}
