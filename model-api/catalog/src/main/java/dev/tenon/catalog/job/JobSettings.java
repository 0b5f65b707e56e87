package dev.tenon.catalog.job;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How jobs are run on this machine.
 *
 * @param grace what a job that is to end is given before it is killed
 * @param logBytes most bytes of one job's log; later output is dropped
 * @param searchPath directories of programs, in the order of the search
 */
public record JobSettings(Duration grace, long logBytes, List<Path> searchPath) {
  /** Copies and checks. */
  public JobSettings {
    searchPath = List.copyOf(searchPath);
    Problems problems = new Problems();
    problems.check(!grace.isNegative(), "grace", grace, ">= 0");
    problems.check(logBytes > 0, "log bytes", logBytes, "> 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** 10 seconds of grace, 64 MiB of log, the PATH of this process. */
  public static JobSettings defaults() {
    return new JobSettings(Duration.ofSeconds(10), 64L << 20, SearchPath.ofProcess().directories());
  }

  /** The same with another grace. */
  public JobSettings withGrace(Duration value) {
    return new JobSettings(value, logBytes, searchPath);
  }

  /** The same with another limit of the log. */
  public JobSettings withLogBytes(long value) {
    return new JobSettings(grace, value, searchPath);
  }

  /** The same with other directories of programs. */
  public JobSettings withSearchPath(List<Path> value) {
    return new JobSettings(grace, logBytes, value);
  }

  SearchPath path() {
    return new SearchPath(searchPath);
  }
}
