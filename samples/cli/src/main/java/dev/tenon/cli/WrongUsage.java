package dev.tenon.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what is wrong and where help is, in so few lines that the first is still seen. */
record WrongUsage() implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException thrown, String[] args) {
    ParameterException exception = cause(thrown);
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("tenon: " + exception.getMessage());
    UnmatchedArgumentException.printSuggestions(exception, err);
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** An option that is missing may only be misspelt. */
  private static ParameterException cause(ParameterException thrown) {
    CommandLine command = thrown.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    return thrown instanceof MissingParameterException && !unmatched.isEmpty()
        ? new UnmatchedArgumentException(command, unmatched)
        : thrown;
  }
}
