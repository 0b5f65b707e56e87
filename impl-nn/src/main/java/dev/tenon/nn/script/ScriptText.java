package dev.tenon.nn.script;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Texts of programs: class-path resources with placeholders such as {@code $HEADS}, for which
 * literals are put in. Safe for threads.
 */
public final class ScriptText {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$([A-Z][A-Z0-9_]*)");
  private static final Pattern COMMENT = Pattern.compile("#.*");

  /** The type of a packed weight: an engine's prelude decides, so it stays in a family's text. */
  private static final String PACKED = "PACKED";

  private ScriptText() {}

  /** The methods that all families may call: rotary positions, attention, the causal-lm head. */
  public static String common() {
    return resource(ScriptText.class, "common.torchscript");
  }

  /**
   * A resource beside a class.
   *
   * @throws InvalidInputException if there is none
   */
  public static String resource(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new InvalidInputException(
            Problems.problem("program text", name, "a resource in " + beside.getPackageName()));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Puts literals in for placeholders.
   *
   * @param literals text by placeholder, without the {@code $}; see {@link #literal}
   * @throws InvalidInputException if a placeholder other than {@code $PACKED} has no literal, or a
   *     literal no placeholder
   */
  public static String substitute(String text, Map<String, String> literals) {
    SortedSet<String> used = placeholders(text);
    SortedSet<String> missing = new TreeSet<>(used);
    missing.removeAll(literals.keySet());
    missing.remove(PACKED);
    SortedSet<String> unused = new TreeSet<>(literals.keySet());
    unused.removeAll(used);
    Problems problems = new Problems();
    problems.check(missing.isEmpty(), "placeholders without a literal", missing, "none");
    problems.check(unused.isEmpty(), "literals without a placeholder", unused, "none");
    problems.throwIfAny(InvalidInputException::new);
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(x -> Matcher.quoteReplacement(literals.getOrDefault(x.group(1), x.group())));
  }

  private static SortedSet<String> placeholders(String text) {
    String code = COMMENT.matcher(text).replaceAll("");
    return PLACEHOLDER
        .matcher(code)
        .results()
        .map(x -> x.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A float literal that reads back as the same F64 value. */
  public static String literal(double value) {
    return Double.toString(value).toLowerCase(Locale.ROOT);
  }

  /** A list of float literals. */
  public static String literal(float[] values) {
    return IntStream.range(0, values.length)
        .mapToObj(i -> literal(values[i]))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * The text of methods one after the other, whatever the indentation that a part's lines share.
   */
  public static String join(List<String> parts) {
    return parts.stream().map(ScriptText::indented).collect(Collectors.joining("\n\n", "", "\n"));
  }

  /** With the indentation of a class body. */
  private static String indented(String part) {
    int common = ScriptArchive.commonIndentation(part);
    return part.stripTrailing()
        .lines()
        .map(
            x ->
                x.isBlank()
                    ? ""
                    : "  " + x.substring(Math.min(common, ScriptArchive.indentation(x))))
        .collect(Collectors.joining("\n"));
  }
}
