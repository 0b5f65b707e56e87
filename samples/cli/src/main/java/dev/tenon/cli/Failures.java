package dev.tenon.cli;

import dev.tenon.error.TenonException;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
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
    err.println("tenon: " + message(exception));
    if (verbose.getAsBoolean()) {
      exception.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Our own messages say all; others need their type, and are our fault. */
  private static String message(Exception exception) {
    String text =
        exception instanceof TenonException
            ? String.valueOf(exception.getMessage())
            : exception + " (an error in tenon; --verbose prints where)";
    return text.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
  }
}
