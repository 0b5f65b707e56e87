package dev.tenon.nn.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code text.format(...)} with plain fields: {@code {}}, {@code {0}}, {@code {name}}. */
final class BraceFormat {
  private static final Pattern FIELD = Pattern.compile("\\{\\{|}}|\\{([A-Za-z0-9_]*)}|[{}]");

  private BraceFormat() {}

  static String format(String text, Arguments given, Run run) {
    StringBuilder out = new StringBuilder();
    Matcher field = FIELD.matcher(text);
    int next = 0;
    int from = 0;
    while (field.find()) {
      out.append(text, from, field.start());
      from = field.end();
      if (field.group(1) == null) {
        out.append(brace(field.group()));
      } else {
        String shown = Printing.str(value(field.group(1), next, given));
        next += field.group(1).isEmpty() ? 1 : 0;
        run.budget().take(shown.length());
        out.append(shown);
      }
    }
    return out.append(text, from, text.length()).toString();
  }

  private static char brace(String found) {
    if (found.length() == 1) {
      throw new Fault("format: '" + found + "' (expected: {}, {0} or {name})");
    }
    return found.charAt(0);
  }

  private static Object value(String name, int next, Arguments given) {
    boolean positional = name.isEmpty() || Character.isDigit(name.charAt(0));
    if (!positional) {
      Object value = given.named().get(name);
      if (value == null) {
        throw new Fault("format: no argument '" + name + "'");
      }
      return value;
    }
    int index =
        name.isEmpty() ? next : name.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(name);
    if (index >= given.positional().size()) {
      throw new Fault("Replacement index " + index + " out of range for positional args tuple");
    }
    return given.positional().get(index);
  }
}
