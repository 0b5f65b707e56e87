package dev.tenon.catalog.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.internal.Json;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Descriptions and what they mean, from a directory with an {@code expected.json}: this project's
 * own, or that of the system property {@code catalog.dir}.
 */
class CatalogCasesTest {
  private static final int LINES = 2;

  @TestFactory
  Stream<DynamicTest> everyCaseIsReadAsExpected() throws Exception {
    Path directory = directory();
    Map<String, Object> cases = Json.readObject(directory.resolve("expected.json")).toMap();
    return cases.entrySet().stream()
        .map(
            x ->
                DynamicTest.dynamicTest(
                    x.getKey(),
                    () -> check(directory.resolve(x.getKey()), (Map<?, ?>) x.getValue())));
  }

  /** The directory of an {@code expected.json}, or the one above it. */
  private static Path directory() throws URISyntaxException {
    String given = System.getProperty("catalog.dir");
    if (given != null) {
      Path examples = Path.of(given, "examples");
      return Files.isDirectory(examples) ? examples : Path.of(given);
    }
    return Path.of(
        Objects.requireNonNull(CatalogCasesTest.class.getResource("examples"), "examples").toURI());
  }

  private static void check(Path file, Map<?, ?> expected) {
    List<SpecProblem> errors = List.of();
    List<SpecProblem> warnings;
    @Nullable Map<String, @Nullable Object> found = null;
    try {
      ModelSpec spec = SpecReader.lenient().read(file);
      warnings = spec.warnings();
      found = spec.toMap();
    } catch (InvalidSpecException e) {
      errors = e.errors();
      warnings = e.warnings();
    }
    compare(errors, (List<?>) expected.get("errors"));
    compare(warnings, (List<?>) expected.get("warnings"));
    assertThat(found != null).isEqualTo(expected.get("accepted"));
    if (expected.get("spec") != null) {
      compareSpec("", expected.get("spec"), found);
    }
  }

  private static void compare(List<SpecProblem> found, List<?> expected) {
    List<String> wanted = new ArrayList<>();
    expected.forEach(
        x -> wanted.add(((Map<?, ?>) x).get("code") + " " + ((Map<?, ?>) x).get("path")));
    assertThat(found.stream().map(x -> x.code() + " " + x.path()))
        .containsExactlyElementsOf(wanted);
    for (int i = 0; i < found.size(); i++) {
      Number line = (Number) ((Map<?, ?>) expected.get(i)).get("line");
      assertThat(found.get(i).line())
          .as(found.get(i).toString())
          .isCloseTo(line.intValue(), within(LINES));
    }
  }

  /** A key that is not there is null or empty. */
  private static void compareSpec(String path, @Nullable Object expected, @Nullable Object found) {
    if (expected instanceof Map<?, ?> map) {
      Map<?, ?> other = found == null ? Map.of() : (Map<?, ?>) found;
      Stream.concat(map.keySet().stream(), other.keySet().stream())
          .distinct()
          .filter(key -> map.containsKey(key))
          .forEach(key -> compareSpec(path + "." + key, map.get(key), other.get(key)));
    } else if (expected instanceof Number number && found instanceof Number other) {
      assertThat(other.doubleValue()).as(path).isEqualTo(number.doubleValue());
    } else if (expected instanceof List<?> list) {
      List<?> other = (List<?>) found;
      assertThat(other).as(path).hasSameSizeAs(list);
      for (int i = 0; i < list.size(); i++) {
        compareSpec(path + "[" + i + "]", list.get(i), other.get(i));
      }
    } else {
      assertThat(found).as(path).isEqualTo(expected);
    }
  }
}
