package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.TenonException;
import dev.tenon.nn.script.ScriptArchive;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Reads libtorch's error texts. A failure inside a script is a trace of frames, outermost first,
 * each with a few lines of source and a marker, and after them {@code RuntimeError: message}; an
 * {@code assert} gives {@code RuntimeError: AssertionError: message}. Everything else is the
 * message alone.
 */
final class TorchErrors {

  private static final String MARKER = "<--- HERE";
  private static final Pattern FRAME = Pattern.compile("File \"code/__torch__\\.py\", line (\\d+)");
  // Source lines are indented, so the first line that is not begins the message.
  private static final Pattern ERROR_LINE = Pattern.compile("(?m)^[A-Za-z_][\\w.]*: ?");
  private static final Pattern MARKED_SOURCE = Pattern.compile("(?m)^ *(\\S.*)\\n *~+ " + MARKER);
  private static final Pattern NATIVE_STACK =
      Pattern.compile("\\n(Exception raised from|frame #0)");
  private static final Pattern OUT_OF_MEMORY =
      Pattern.compile("can't allocate memory|out of memory|not enough memory");

  private TorchErrors() {}

  static ScriptCompileException compile(RuntimeException e) {
    String text = text(e);
    // The first frame has the error, later ones only tell who called the method.
    return new ScriptCompileException(
        "script: " + text.strip(), lines(text).findFirst(), column(text), e);
  }

  static TenonException call(String method, RuntimeException e) {
    String text = text(e);
    String message = message(text);
    if (OUT_OF_MEMORY.matcher(message).find()) {
      return new InsufficientMemoryException(method + ": " + message, e);
    }
    int[] lines = lines(text).toArray();
    String place = lines.length > 0 ? " (line " + lines[lines.length - 1] + ")" : "";
    return new TorchException(method + ": " + message + place, message, text, lines, e);
  }

  private static String text(RuntimeException e) {
    String text = String.valueOf(e.getMessage());
    Matcher stack = NATIVE_STACK.matcher(text);
    return stack.find() ? text.substring(0, stack.start()) : text;
  }

  /** The message without the trace; for an {@code assert} without a text, its source. */
  private static String message(String text) {
    Matcher error = ERROR_LINE.matcher(text);
    int trace = text.lastIndexOf(MARKER);
    if (trace < 0 || !error.find(trace)) {
      return text.strip();
    }
    String message = text.substring(error.end()).strip();
    if (message.startsWith("AssertionError:")) {
      message = message.substring("AssertionError:".length()).strip();
    }
    return message.isEmpty() ? lastMarkedSource(text) : message;
  }

  private static String lastMarkedSource(String text) {
    String source = "failed";
    Matcher marked = MARKED_SOURCE.matcher(text);
    while (marked.find()) {
      source = marked.group(1);
    }
    return source;
  }

  // A line for each frame, counted in the text that the script's author wrote.
  private static IntStream lines(String text) {
    return FRAME
        .matcher(text)
        .results()
        .mapToInt(frame -> ScriptArchive.methodsLine(Integer.parseInt(frame.group(1))));
  }

  private static OptionalInt column(String text) {
    int marker = text.indexOf(MARKER);
    if (marker < 0) {
      return OptionalInt.empty();
    }
    int lineStart = text.lastIndexOf('\n', marker) + 1;
    int tilde = text.indexOf('~', lineStart);
    return OptionalInt.of(ScriptArchive.methodsColumn(tilde - lineStart + 1));
  }
}
