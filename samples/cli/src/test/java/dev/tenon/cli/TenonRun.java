package dev.tenon.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * One call of the command in this JVM.
 *
 * @param code exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record TenonRun(int code, String out, String err) {
  /** Runs {@code tenon args}. */
  static TenonRun of(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = List.of(args).stream().map(String::valueOf).toArray(String[]::new);
    int code =
        Tenon.commandLine(texts)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(texts);
    return new TenonRun(code, out.toString(), err.toString());
  }

  /** The lines of stdout. */
  List<String> lines() {
    return out.lines().toList();
  }
}
