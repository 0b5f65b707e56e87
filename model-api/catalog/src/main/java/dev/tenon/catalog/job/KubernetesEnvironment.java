package dev.tenon.catalog.job;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * The {@code env} of a container. A value that is one reference to a secret is taken from there; in
 * a longer text it stands as {@code $(NAME)} of a variable of its own, which Kubernetes puts in
 * where that variable comes before. Not thread-safe.
 */
final class KubernetesEnvironment {
  private final Map<String, Map<String, @Nullable Object>> secrets = new LinkedHashMap<>();
  private final List<Map<String, @Nullable Object>> others = new ArrayList<>();

  /** Adds a variable of a description. */
  void add(String name, String text) {
    Matcher matcher = Secrets.REFERENCE.matcher(text);
    if (matcher.matches()) {
      others.add(fromSecret(name, matcher.group(1)));
      return;
    }
    StringBuilder value = new StringBuilder();
    int end = 0;
    matcher.reset();
    while (matcher.find()) {
      value.append(escaped(text.substring(end, matcher.start()))).append(reference(matcher));
      end = matcher.end();
    }
    others.add(literal(name, value + escaped(text.substring(end))));
  }

  /** Adds a variable whose text stands for nothing but itself. */
  void addLiteral(String name, String text) {
    others.add(literal(name, escaped(text)));
  }

  /** Those of secrets first. */
  List<Object> entries() {
    List<Object> all = new ArrayList<>(secrets.values());
    all.addAll(others);
    return all;
  }

  private String reference(MatchResult found) {
    String secret = found.group(1);
    String name = "TENON_SECRET_" + secret.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    secrets.put(name, fromSecret(name, secret));
    return "$(" + name + ")";
  }

  /** Kubernetes would otherwise read {@code $(} as a reference, and {@code $$} as one dollar. */
  private static String escaped(String text) {
    return text.replaceAll("\\$(?=[($]|$)", "\\$\\$");
  }

  private static Map<String, @Nullable Object> literal(String name, String value) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", name);
    map.put("value", value);
    return map;
  }

  private static Map<String, @Nullable Object> fromSecret(String name, String secret) {
    int dot = secret.indexOf('.');
    if (dot <= 0 || dot == secret.length() - 1) {
      throw new InvalidInputException(
          Problems.problem("secret of env " + name, secret, "a.b: key b of the Secret a"));
    }
    Map<String, @Nullable Object> key = new LinkedHashMap<>();
    key.put("name", secret.substring(0, dot));
    key.put("key", secret.substring(dot + 1));
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", name);
    map.put("valueFrom", Map.of("secretKeyRef", key));
    return map;
  }
}
