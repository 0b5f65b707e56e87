package dev.tenon.catalog.job;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An environment whose references to secrets are resolved, and what must never be shown of it.
 * Immutable; {@code toString} shows names only.
 *
 * @param env names and values
 * @param values the secrets, the longest first
 */
record Secrets(Map<String, String> env, List<String> values) {
  /** {@code ${{ secrets.a.b }}}; the group is {@code a.b}. */
  static final Pattern REFERENCE =
      Pattern.compile("\\$\\{\\{\\s*secrets\\.([A-Za-z0-9_.-]+)\\s*}}");

  /** None. */
  static final Secrets NONE = new Secrets(Map.of(), List.of());

  private static final String BLOT = "***";
  private static final int LEAST_OF_LINE = 4;

  Secrets {
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    values = List.copyOf(values);
  }

  /**
   * Resolves an environment.
   *
   * @throws InvalidInputException naming every secret that is not there
   */
  static Secrets resolve(Map<String, String> env, CredentialSource credentials) {
    Problems problems = new Problems();
    TreeSet<String> found = new TreeSet<>();
    Map<String, String> resolved = new LinkedHashMap<>();
    env.forEach(
        (name, text) -> {
          Matcher matcher = REFERENCE.matcher(text);
          resolved.put(
              name,
              matcher.replaceAll(
                  x -> {
                    Optional<String> value = credentials.find(x.group(1));
                    problems.check(
                        value.isPresent(),
                        "secret " + x.group(1) + " of env " + name,
                        "missing",
                        "one in the environment or among the credentials");
                    value.ifPresent(found::add);
                    return Matcher.quoteReplacement(value.orElse(""));
                  }));
        });
    problems.throwIfAny(InvalidInputException::new);
    return new Secrets(resolved, parts(found));
  }

  /** A secret of several lines comes out line by line; a few letters are in every text. */
  private static List<String> parts(TreeSet<String> secrets) {
    return secrets.stream()
        .flatMap(
            x ->
                Stream.concat(
                    Stream.of(x, x.strip()),
                    x.lines().map(String::strip).filter(y -> y.length() >= LEAST_OF_LINE)))
        .filter(x -> !x.isEmpty())
        .distinct()
        .sorted(Comparator.comparingInt(String::length).reversed())
        .toList();
  }

  /** A text with the secrets blotted out. */
  String redact(String text) {
    String clean = text;
    for (String secret : values) {
      clean = clean.replace(secret, BLOT);
    }
    return clean;
  }

  /** Whether a text holds a secret. */
  boolean shows(String text) {
    return values.stream().anyMatch(text::contains);
  }

  /** Characters of the longest secret. */
  int longest() {
    return values.stream().mapToInt(String::length).max().orElse(0);
  }

  @Override
  public String toString() {
    return "Secrets" + env.keySet();
  }
}
