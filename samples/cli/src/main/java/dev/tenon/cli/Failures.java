package dev.tenon.cli;

import dev.tenon.error.TenonException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Turns an exception into one line on stderr and exit code 1.
 *
 * @param verbose whether to print the stack trace as well
 */
record Failures(BooleanSupplier verbose) implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception exception, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    Throwable cause = exception.getCause();
    Throwable thrown = exception instanceof ExecutionException && cause != null ? cause : exception;
    err.println("tenon: " + message(thrown));
    if (verbose.getAsBoolean()) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /**
   * Our own messages say all, and those about files nearly so; others need their type, and are our
   * fault.
   */
  private static String message(Throwable thrown) {
    String text =
        switch (kind(thrown)) {
          case EXPECTED -> String.valueOf(thrown.getMessage());
          case FILE -> String.valueOf(thrown.getCause());
          case OURS -> thrown + " (an error in tenon; --verbose prints where)";
        };
    return text.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
  }

  private static Kind kind(Throwable thrown) {
    if (thrown instanceof UncheckedIOException) {
      return Kind.FILE;
    }
    return thrown instanceof TenonException ? Kind.EXPECTED : Kind.OURS;
  }

  private enum Kind {
    EXPECTED,
    FILE,
    OURS
  }
}
