package dev.tenon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of the {@code tenon} command; the work is in its subcommands. */
@Command(
    name = "tenon",
    description = "Fine-tune, run and check language models in the JVM.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Tenon {
  private Tenon() {}

  /**
   * Runs one command and exits with its code.
   *
   * @param args command and options
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Tenon()).execute(args));
  }
}
