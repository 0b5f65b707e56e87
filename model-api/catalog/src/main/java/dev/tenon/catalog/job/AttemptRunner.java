package dev.tenon.catalog.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs one attempt, on a thread that is its own. */
@FunctionalInterface
interface AttemptRunner {
  /** Returns when the attempt is over, or was cancelled and has ended. */
  void run(Attempt attempt) throws Exception;

  /** The runner that was chosen. */
  static AttemptRunner of(JobRunner chosen, JobTypes types, JobSettings settings) {
    return switch (chosen.kind()) {
      case TYPE -> types.get(chosen.name())::run;
      case PROCESS -> attempt -> command(attempt, settings).run(attempt, settings);
      case CONTAINER -> attempt -> container(chosen.name(), attempt, settings);
    };
  }

  private static ChildProcess command(Attempt attempt, JobSettings settings) throws IOException {
    WorkDirectory.renewWithSource(attempt);
    Map<String, String> variables = Variables.inherited(settings.path());
    variables.putAll(Variables.of(attempt.env(), attempt.params(), Variables.Places.of(attempt)));
    List<String> words =
        Variables.expand(attempt.request().command(), variables, attempt.secrets());
    return new ChildProcess(words, variables, Optional.empty());
  }

  private static void container(String engine, Attempt attempt, JobSettings settings)
      throws IOException, InterruptedException {
    WorkDirectory.renew(attempt);
    Path program = settings.path().find(engine).orElseThrow();
    new ContainerCommand(attempt, engine, program).process(settings.path()).run(attempt, settings);
  }
}
