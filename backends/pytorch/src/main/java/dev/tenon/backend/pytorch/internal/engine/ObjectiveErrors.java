package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.ScriptCompileException;
import dev.tenon.backend.pytorch.internal.TorchException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.objective.TextObjective;
import java.util.Locale;
import java.util.OptionalInt;

/** libtorch's errors in an objective's text, with line and column as its author wrote it. */
final class ObjectiveErrors {
  private static final String TRACE = "  File \"code/__torch__.py\"";

  private ObjectiveErrors() {}

  /** A text that does not compile. */
  static InvalidInputException compile(TextObjective objective, ScriptCompileException e) {
    OptionalInt line = own(objective, e.line().orElse(0));
    if (line.isEmpty()) {
      return error(
          place(objective, line, OptionalInt.empty()), e, "the signatures of TextObjective");
    }
    int indentation = ScriptArchive.commonIndentation(objective.text());
    OptionalInt column = e.column().stream().map(x -> x + indentation).findFirst();
    return error(place(objective, line, column), e, "TorchScript that compiles");
  }

  /** A text that fails when it runs. */
  static InvalidInputException run(TextObjective objective, String method, TorchException e) {
    OptionalInt line =
        e.lines().stream()
            .flatMapToInt(x -> own(objective, x).stream())
            .reduce((outer, inner) -> inner);
    return new InvalidInputException(
        Problems.problem(
            place(objective, line, OptionalInt.empty()),
            e.reason(),
            "a " + method + " that fits the outputs and fields it names"),
        e);
  }

  private static InvalidInputException error(
      String place, ScriptCompileException e, String expected) {
    return new InvalidInputException(Problems.problem(place, reason(e), expected), e);
  }

  /** libtorch's text on one line, without what it says of the archive. */
  private static String reason(ScriptCompileException e) {
    String text = String.valueOf(e.getMessage()).replaceFirst("^script: ", "");
    int trace = text.indexOf(TRACE);
    String told =
        (trace < 0 ? text : text.substring(0, trace)).replace("The original call is:", "");
    return told.strip().replaceAll("\\s+", " ").replaceFirst("[.:]+$", "");
  }

  /** The objective's text is the first part of its archive, so its lines keep their numbers. */
  private static OptionalInt own(TextObjective objective, int line) {
    long lines = objective.text().lines().count();
    return line > 0 && line <= lines ? OptionalInt.of(line) : OptionalInt.empty();
  }

  private static String place(TextObjective objective, OptionalInt line, OptionalInt column) {
    StringBuilder place = new StringBuilder("objective ").append(objective.name());
    line.ifPresent(x -> place.append(String.format(Locale.ROOT, ", line %d", x)));
    column.ifPresent(x -> place.append(String.format(Locale.ROOT, ", column %d", x)));
    return place.toString();
  }
}
