package dev.tenon.nn.jinja;

import dev.tenon.chat.ChatTemplateException;
import dev.tenon.chat.RenderedChat.Part;
import dev.tenon.internal.Problems;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A template, ready to be rendered. Immutable and safe for threads. */
public final class JinjaTemplate {
  private static final int MOST_CHARACTERS = 1 << 20;

  private final String name;
  private final Statement body;
  private final boolean generation;

  private JinjaTemplate(String name, Statement body, boolean generation) {
    this.name = name;
    this.body = body;
    this.generation = generation;
  }

  /**
   * Reads a template.
   *
   * @param name of the template in messages
   * @throws ChatTemplateException with the line, if it is no template, or longer than a million
   *     characters
   */
  public static JinjaTemplate compile(String name, String source) {
    if (source.length() > MOST_CHARACTERS) {
      throw new ChatTemplateException(
          Problems.problem(name, source.length() + " characters", "at most " + MOST_CHARACTERS), 0);
    }
    try {
      Parser parser = new Parser(new Lexer(source).tokens());
      Statement body = parser.template();
      return new JinjaTemplate(name, body, parser.hasGeneration());
    } catch (Fault e) {
      throw located(name, e);
    }
  }

  /** Whether the template marks what the assistant said. */
  public boolean hasGeneration() {
    return generation;
  }

  /**
   * What a template prints.
   *
   * @param text the text
   * @param generated the parts that generation blocks printed, in code points of the text
   */
  public record Rendered(String text, List<Part> generated) {
    /** Copies. */
    public Rendered {
      generated = List.copyOf(generated);
    }
  }

  /**
   * Renders with variables: texts, numbers, booleans, null, lists and maps of these. An empty
   * Optional is null.
   *
   * @param clock what {@code strftime_now} reads
   * @throws ChatTemplateException with the line, for what the template refuses or does wrong, and
   *     if it takes too many steps, makes too much text or nests too deeply
   */
  public Rendered render(Map<String, ?> variables, Clock clock) {
    Map<String, Object> values = new LinkedHashMap<>();
    variables.forEach((key, value) -> values.put(key, Conversion.value(value)));
    Run run = new Run(values, clock);
    try {
      body.run(new Scope(run), run.output());
    } catch (Fault e) {
      throw located(name, e);
    } catch (ArithmeticException e) {
      throw located(name, new Fault("arithmetic: " + e.getMessage()));
    }
    return new Rendered(run.output().toString(), new ArrayList<>(run.generated()));
  }

  private static ChatTemplateException located(String name, Fault fault) {
    String place = fault.line() > 0 ? name + ":" + fault.line() : name;
    return new ChatTemplateException(place + ": " + fault.message(), fault.line());
  }

  @Override
  public String toString() {
    return "JinjaTemplate(" + name + ")";
  }

  /** Values of Java to those of a template. */
  private static final class Conversion {
    private Conversion() {}

    static Object value(@Nullable Object given) {
      if (given == null || given.equals(Optional.empty())) {
        return Nothing.NONE;
      } else if (given instanceof Boolean || given instanceof String) {
        return given;
      } else if (given instanceof Number number) {
        return number(number);
      } else if (given instanceof List<?> items) {
        List<Object> list = new ArrayList<>(items.size());
        items.forEach(x -> list.add(value(x)));
        return list;
      } else if (given instanceof Map<?, ?> map) {
        Map<Object, Object> values = new LinkedHashMap<>();
        map.forEach((key, x) -> values.put(String.valueOf(key), value(x)));
        return values;
      }
      throw new ChatTemplateException(
          Problems.problem(
              "template variable",
              given.getClass().getName(),
              "text, number, boolean, list, map or null"),
          0);
    }

    /** A number without fraction and exponent in its text is an integer, as in JSON for Python. */
    private static Object number(Number number) {
      String text = number.toString();
      return text.matches("-?[0-9]{1,1000}")
          ? Types.integer(new java.math.BigInteger(text))
          : (Object) Double.valueOf(text);
    }
  }
}
