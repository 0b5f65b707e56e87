package dev.tenon.catalog.job;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names that a job gives or is given. */
final class JobNames {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern ID = Pattern.compile("[0-9]{8}-[0-9]{6}-[0-9a-f]{12}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
  private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:@-]{0,511}");

  private JobNames() {}

  /** A new identifier; later ones sort behind earlier ones, to the second. */
  static String newId() {
    String random = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    return TIME.format(Instant.now()) + "-" + random;
  }

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Refuses what is no identifier, before it becomes part of a path. */
  static String requireId(String text) {
    if (!isId(text)) {
      throw new UnknownNameException(
          Problems.problem("job", text, "an identifier as 20260102-030405-0123456789ab"));
    }
    return text;
  }

  static boolean isImage(String text) {
    return IMAGE.matcher(text).matches();
  }

  /** The variable that a parameter becomes: {@code learning-rate} is PARAM_LEARNING_RATE. */
  static String variable(String param) {
    return "PARAM_" + param.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** Notes names that no environment can have, and parameters that share a variable. */
  static void checkEnvironment(
      Collection<String> params, Map<String, String> env, Problems problems) {
    env.forEach(
        (name, value) -> {
          boolean free = VARIABLE.matcher(name).matches() && !name.startsWith("TENON_");
          problems.check(
              free, "env", name, "letters, digits, _ . and -, no digit first, not TENON_…");
          problems.check(value.indexOf(0) < 0, "env " + name, "a value with NUL", "none");
        });
    Map<String, String> taken = new LinkedHashMap<>();
    for (String param : params) {
      String other = taken.putIfAbsent(variable(param), param);
      problems.check(
          other == null, "param " + param, variable(param), "another variable than " + other);
    }
  }

  /** Refuses two resolved values that a process cannot be given. */
  static void requireNoNul(Map<String, String> variables) {
    Problems problems = new Problems();
    variables.forEach(
        (name, value) ->
            problems.check(value.indexOf(0) < 0, "variable " + name, "a NUL", "text without it"));
    problems.throwIfAny(InvalidInputException::new);
  }
}
