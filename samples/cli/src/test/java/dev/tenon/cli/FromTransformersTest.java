package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Json;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.loop.FinetuneLoop;
import dev.tenon.modelinterface.text.TextOptions;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/from-transformers.md against transformers' own names and against our classes. */
class FromTransformersTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "from-transformers.md");

  /** Simple name to class, and to an instance with the defaults where there is one. */
  private static final Map<String, Class<?>> CLASSES =
      Map.of(
          "FinetuneSpec", FinetuneSpec.class,
          "Schedule", Schedule.class,
          "AdamW", AdamW.class,
          "Batches", Batches.class,
          "BatchSize", BatchSize.class,
          "FinetuneLoop.Builder", FinetuneLoop.Builder.class,
          "GenerationOptions", GenerationOptions.class,
          "TextOptions", TextOptions.class);

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          "FinetuneSpec", FinetuneSpec.steps(1),
          "Schedule", FinetuneSpec.steps(1).schedule(),
          "AdamW", FinetuneSpec.steps(1).optimizer(),
          "GenerationOptions", GenerationOptions.greedy(1));

  private final Map<String, Object> names = names();

  @Test
  void everyRowNamesWhatThereIsOnBothSidesWithItsDefault() throws Exception {
    List<List<String>> rows = rows(6);
    assertThat(rows).hasSizeGreaterThan(25);
    for (List<String> row : rows) {
      assertThat(theirs(code(row.get(0)))).as(row.get(0)).isEqualTo(code(row.get(1)));
      checkOurs(code(row.get(2)), row.get(3));
      checkOption(row.get(4));
    }
  }

  @Test
  void whatIsAbsentExistsThere() throws IOException {
    List<List<String>> rows = rows(3);
    assertThat(rows).isNotEmpty();
    rows.forEach(row -> assertThat(theirs(code(row.get(0)))).as(row.get(0)).isNotEqualTo("?"));
  }

  private static void checkOurs(String name, String expected) throws Exception {
    int dot = name.lastIndexOf('.');
    String owner = name.substring(0, dot);
    String member = name.substring(dot + 1);
    assertThat(CLASSES).containsKey(owner);
    assertThat(CLASSES.get(owner).getMethods()).as(name).anyMatch(x -> x.getName().equals(member));
    if (expected.startsWith("`")) {
      Object defaults = DEFAULTS.get(owner);
      Object found = defaults.getClass().getMethod(member).invoke(defaults);
      assertThat(String.valueOf(found)).as(name).isEqualTo(code(expected));
    }
  }

  private static void checkOption(String cell) {
    if (!cell.isBlank()) {
      Stream<CommandLine> commands = Tenon.commandLine().getSubcommands().values().stream();
      assertThat(commands)
          .as(cell)
          .anyMatch(x -> x.getCommandSpec().optionsMap().containsKey(code(cell)));
    }
  }

  private String theirs(String name) {
    for (String config : List.of("TrainingArguments", "GenerationConfig")) {
      Map<?, ?> fields = (Map<?, ?>) names.get(config);
      if (fields.containsKey(name)) {
        return String.valueOf(fields.get(name));
      }
    }
    return "?";
  }

  /** The cells of rows with so many bars, whose first cell is code. */
  private static List<List<String>> rows(int bars) throws IOException {
    try (Stream<String> lines = Files.lines(PAGE)) {
      return lines
          .filter(x -> x.startsWith("| `") && x.chars().filter(c -> c == '|').count() == bars)
          .map(x -> Arrays.stream(x.substring(1).split("\\|")).map(String::strip).toList())
          .toList();
    }
  }

  private static String code(String cell) {
    return cell.replace("`", "");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> names() {
    try (InputStream in =
        FromTransformersTest.class.getResourceAsStream("/transformers/names.json")) {
      return (Map<String, Object>) Json.parse(in.readAllBytes(), "names.json");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
