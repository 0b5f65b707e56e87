package dev.tenon.catalog.spec;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file is long because the rules of the specification stand in its order. */
class SpecReaderTest {
  private static final String DYFF =
      """
      framework: transformers
      name: %s
      services: [text-classification]
      sourceKind: upload
      """;

  private static ModelSpec read(String text) {
    return SpecReader.lenient().read("card.yaml", text.getBytes(UTF_8));
  }

  private static List<SpecProblem> errors(byte[] bytes) {
    InvalidSpecException found =
        catchThrowableOfType(
            InvalidSpecException.class, () -> SpecReader.lenient().read("card.yaml", bytes));
    assertThat(found).isNotNull();
    return found.errors();
  }

  private static List<String> errors(String text) {
    return errors(text.getBytes(UTF_8)).stream().map(x -> x.code() + " " + x.path()).toList();
  }

  // ---- reading

  @Test
  void anErrorNamesFileLineColumnPathAndCode() {
    String text =
        "name: a\nframework: {name: x}\nserve:\n  servable: true\n"
            + "  serving_container_image:\n    container_image_url: i\n    container_port: 65536\n";
    assertThat(errors(text.getBytes(UTF_8)).get(0))
        .hasToString(
            "card.yaml:7:5: serve.serving_container_image.container_port: VALUE:"
                + " 65536 is out of range (1..65535)");
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    assertThat(errors("name: a".getBytes(UTF_16)).get(0).code()).isEqualTo(SpecCode.ENCODING);
    assertThat(errors(new byte[] {'a', ':', ' ', (byte) 0xC3, '\n'}).get(0).code())
        .isEqualTo(SpecCode.ENCODING);
    assertThat(errors(new byte[(1 << 20) + 1]).get(0).code()).isEqualTo(SpecCode.SIZE);
    SpecProblem control = errors("a: b\nc: d\u0007\n".getBytes(UTF_8)).get(0);
    assertThat(control.code()).isEqualTo(SpecCode.ENCODING);
    assertThat(control.line()).isEqualTo(2);
  }

  @Test
  void aByteOrderMarkAndLinesOfWindowsAreRead() {
    String text = "\uFEFF" + DYFF.formatted("a model").replace("\n", "\r\n");
    assertThat(read(text).name().identifier()).isEqualTo("a-model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EMPTY_DOCUMENT | # nothing",
        "EMPTY_DOCUMENT | ---",
        "TYPE | [a, b]",
        "MULTI_DOC | 'a: b\n---\nc: d'",
        "SYNTAX | 'a: [b'",
        "SYNTAX | 'a:\n\tb: c'",
        "SYNTAX | 'a: *b'",
        "TAG | 'a: !!binary aGk='",
        "TAG | 'a: !own b'",
        "TYPE | '? [a, b]\n: c'",
        "ALIAS_LIMIT | 'a: &x [*x]'",
      })
  void whatEndsReadingHasNoPath(String code, String text) {
    assertThat(errors(text)).containsExactly(code + " ");
  }

  @Test
  void keysThatStandTwiceAreNamed() {
    assertThat(errors("a: {b: 1, \"b\": 2}")).containsExactly("DUPLICATE_KEY a.b");
    assertThat(errors("a: &x {b: 1}\nc: {<<: *x}")).containsExactly("MERGE_KEY c.<<");
  }

  @Test
  void depthIsCountedBeforeTheStackIs() {
    String deepest = IntStream.range(0, 31).mapToObj(i -> "[").collect(Collectors.joining());
    String closing = deepest.replace('[', ']');
    assertThat(errors("a: " + deepest.substring(1) + closing.substring(1)).get(0))
        .startsWith("UNKNOWN_DIALECT");
    assertThat(errors("a: [" + deepest + closing + "]")).containsExactly("DEPTH ");
    String blocks =
        IntStream.range(0, 1200)
            .mapToObj(i -> " ".repeat(i) + "a:\n")
            .collect(Collectors.joining());
    assertThat(errors(blocks)).containsExactly("DEPTH ");
  }

  @Test
  void nodesAndAliasesAreCounted() {
    String many =
        IntStream.range(0, 10_000).mapToObj(i -> "- " + i).collect(Collectors.joining("\n"));
    assertThat(errors("a:\n" + many)).containsExactly("NODES ");
    String aliases = IntStream.range(0, 51).mapToObj(i -> "- *x").collect(Collectors.joining("\n"));
    assertThat(errors("x: &x {b: c}\na:\n" + aliases)).containsExactly("ALIAS_LIMIT ");
    StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 6; i++) {
      String before = ("*a" + (i - 1) + ", ").repeat(8);
      laughs.append("a" + i + ": &a" + i + " [" + before + "x]\n");
    }
    assertThat(errors(laughs.toString())).containsExactly("ALIAS_LIMIT ");
  }

  // ---- values

  @ParameterizedTest
  @ValueSource(strings = {"no", "1.10", "012", "2021-11-20", "true"})
  void textKeepsItsForm(String text) {
    assertThat(read(DYFF.formatted(text)).name().displayed()).isEqualTo(text);
  }

  @Test
  void freeValuesHaveTheTypesOfTheCoreSchema() {
    ModelSpec spec =
        read(
            "kind: ModelJob\nspec: {sourceModel: a, destinationModel: b, image: i, params:"
                + " {a: 007, b: 2e-5, c: no, d: 0x1F, e: '1', f: true, g: ~}}");
    assertThat(spec.container().params())
        .containsEntry("a", 7L)
        .containsEntry("b", 2e-5)
        .containsEntry("c", "no")
        .containsEntry("d", 31L)
        .containsEntry("e", "1")
        .containsEntry("f", true)
        .containsEntry("g", null);
  }

  @Test
  void aNumberOfVeryManyDigitsStaysAText() {
    String digits = "9".repeat(500_000);
    String text = "kind: ModelJob\nspec: {sourceModel: a, destinationModel: b, image: i, %s}";
    assertThat(read(text.formatted("params: {a: " + digits + ", b: 0x" + digits + "}")))
        .extracting(x -> x.container().params())
        .isEqualTo(Map.of("a", digits, "b", "0x" + digits));
    SpecProblem error =
        errors(text.formatted("resources: {cpu: " + digits + "}").getBytes(UTF_8)).get(0);
    assertThat(error.code()).isEqualTo(SpecCode.VALUE);
    assertThat(error.toString()).hasSizeLessThan(2000);
    String zeros = "0".repeat(500_000) + "7";
    assertThat(read(text.formatted("resources: {cpu: " + zeros + "}")).container().resources())
        .hasValueSatisfying(x -> assertThat(x.cpu()).hasValue(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "\"true\"", "[]"})
  void truthIsTrueOrFalse(String text) {
    assertThat(errors("name: a\nframework: {name: x}\nserve: {servable: " + text + "}"))
        .containsExactly("TYPE serve.servable");
  }

  @Test
  void absentIsNotEmpty() {
    String base =
        "name: a\nframework: {name: x, version: %s}\nserve: {servable: true,"
            + " model_source: {servable_model: {url: 'https://a.example/b'}}}\n";
    for (String absent : List.of("", "~", "null")) {
      ModelSpec spec = read(base.formatted(absent));
      assertThat(spec.framework().orElseThrow().version()).isEmpty();
      assertThat(spec.warnings()).isEmpty();
    }
    ModelSpec empty = read(base.formatted("' '"));
    assertThat(empty.framework().orElseThrow().version()).isEqualTo(Optional.of(""));
    assertThat(empty.warnings())
        .singleElement()
        .matches(x -> x.code() == SpecCode.EMPTY_OVERRIDES_DEFAULT);
  }

  @Test
  void fieldsThatNobodyReadsAreKept() {
    String text = DYFF.formatted("a") + "colour: {dark: blue}\n";
    assertThat(read(text).extra()).isEqualTo(Map.of("colour", Map.of("dark", "blue")));
    InvalidSpecException strict =
        catchThrowableOfType(
            InvalidSpecException.class,
            () -> SpecReader.strict().read("card.yaml", text.getBytes(UTF_8)));
    assertThat(strict.errors())
        .singleElement()
        .matches(x -> x.code() == SpecCode.UNKNOWN_FIELD && x.path().equals("colour"));
  }

  // ---- names

  @ParameterizedTest
  @CsvSource({
    "tiiuae/falcon-7b, tiiuae-falcon-7b",
    "Bird Pictures (small), bird-pictures-small",
    "Modèle 日本語, mod-le",
    "v1.2_x, v1.2_x"
  })
  void identifiersComeFromNames(String name, String identifier) {
    assertThat(read(DYFF.formatted(name)).name().identifier()).isEqualTo(identifier);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc", "a/../b", "'C:x'", "\"a\\u202Eb\"", "日本語", "con", "..."})
  void namesThatAreUnsafeAreRefused(String name) {
    assertThat(errors(DYFF.formatted(name))).containsExactly("NAME name");
  }

  @Test
  void aNameGivenByHandReplacesAndNames() {
    byte[] nameless = DYFF.formatted("").getBytes(UTF_8);
    ModelSpec spec = SpecReader.lenient().named("My Model").read("card.yaml", nameless);
    assertThat(spec.name().displayed()).isEqualTo("My Model");
    assertThat(spec.name().identifier()).isEqualTo("my-model");
    assertThat(errors(nameless)).singleElement().matches(x -> x.code() == SpecCode.MISSING);
  }

  // ---- dialects

  @ParameterizedTest
  @CsvSource({"apiVersion: x/v1, apiVersion", "kind: Pod, kind", "colour: blue, ''"})
  void aForeignDocumentIsNamedByWhatDecided(String text, String path) {
    assertThat(errors(text)).containsExactly("UNKNOWN_DIALECT " + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"EMPTY services | []", "TYPE services | fill-mask", "TYPE services[1] | [a, [b]]"})
  void servicesAreAListOfTasks(String error, String services) {
    assertThat(errors(DYFF.formatted("a").replace("[text-classification]", services)))
        .containsExactly(error);
  }

  @Test
  void aTaskThatNobodyKnowsIsKept() {
    ModelSpec spec =
        read(DYFF.formatted("a").replace("text-classification", "fill-mask, read-minds"));
    assertThat(spec.tasks()).containsExactly("fill-mask", "read-minds");
    assertThat(spec.warnings())
        .singleElement()
        .matches(x -> x.code() == SpecCode.UNKNOWN_TASK && x.path().equals("services[1]"));
  }

  @Test
  void anAddressWinsOverTheStoreBesideItUnlessItIsEmpty() {
    String text =
        "name: a\nframework: {name: x}\nserve: {servable: true, model_source: {servable_model:"
            + " {data_store: s, bucket: b, path: p, url: '%s'}}}\ndata_stores:\n- name: s\n"
            + "  connection: {endpoint: 'https://o.example'}\n";
    Source.InStore stored = new Source.InStore("s", "b", Optional.of("p"));

    ModelSpec there = read(text.formatted("https://a.example/b"));

    assertThat(there.source())
        .isEqualTo(new Source.Url("https://a.example/b", Optional.of(stored)));
    assertThat(read(SpecWriter.write(there))).isEqualTo(there);
    assertThat(read(text.formatted("")).source()).isEqualTo(stored);
  }

  @Test
  void secretsAreNeitherKeptNorShown() {
    ModelSpec spec =
        read(
            "name: a\nframework: {name: x}\nserve: {servable: true, model_source: {servable_model:"
                + " {url: 'https://a.example/b'}}}\ndata_stores:\n- name: s\n  connection:"
                + " {endpoint: 'https://o.example', secret_access_key: hunter2}\n");
    assertThat(spec.warnings()).singleElement().matches(x -> x.code() == SpecCode.INLINE_SECRET);
    assertThat(spec.stores().get(0).inlineSecret()).isTrue();
    assertThat(spec + spec.toMap().toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MISSING spec | apiVersion: dyff.io/v1, kind: Model",
        "MISSING spec | apiVersion: dyff.io/v1, kind: Model, spec: ~",
        "MISSING spec | kind: Model, metadata: {name: a}, spec: ~",
        "TYPE spec | kind: Model, metadata: {name: a}, spec: []",
        "NO_FUNCTION ''| name: a, framework: {name: x}, train: {trainable: false}",
        "NO_FUNCTION ''| name: a, framework: {name: x}",
      })
  void oneCauseIsOneError(String error, String fields) {
    assertThat(errors("{" + fields + "}")).containsExactly(error.replace("''", ""));
  }

  @Test
  void aSpecMayBeEmpty() {
    ModelSpec spec = read("kind: Model\nmetadata: {name: a}\nspec: {}");
    assertThat(spec.source()).isEqualTo(new Source.None());
    assertThat(spec.warnings()).isEmpty();
  }

  @Test
  void aServerHasItsModelAsSource() {
    ModelSpec spec = read("kind: Server\nmetadata: {name: a}\nspec: {image: i, model: {name: a}}");
    assertThat(spec.source())
        .isEqualTo(new Source.OtherModel("a", Optional.empty(), Optional.empty()));
    assertThat(spec.serving().orElseThrow().image()).hasValue("i");
  }

  @Test
  void aModelIsNotItsOwnSource() {
    String own = "kind: Model\nmetadata: {name: a}\nspec: {%s}\n";
    assertThat(errors(own.formatted("source: {model: {name: a}}")))
        .containsExactly("CYCLE spec.source");
    assertThat(errors(own.formatted("model: {name: a}"))).containsExactly("CYCLE spec.model");
  }

  @Test
  void aRepositoryIsReachedByHttpsAndStaysInside() {
    String text = "kind: Model\nmetadata: {name: a}\nspec: {source: {git: {%s}}}\n";
    assertThat(errors(text.formatted("url: 'git@x:y'")))
        .containsExactly("VALUE spec.source.git.url");
    assertThat(errors(text.formatted("url: 'https://x/y', path: ../z")))
        .containsExactly("VALUE spec.source.git.path");
    assertThat(errors(text.formatted("url: 'https://x/y', path: '/C:/z'")))
        .containsExactly("VALUE spec.source.git.path");
    assertThat(errors(text.formatted("url: 'https://x/y', branch: --upload-pack=x")))
        .containsExactly("VALUE spec.source.git.branch");
    assertThat(errors(text.formatted("url: 'https://x/y', branch: a, tag: b")))
        .containsExactly("CONFLICT spec.source.git.tag");
    assertThat(read(text.formatted("url: 'https://x/y', path: /z")).source())
        .isEqualTo(
            new Source.Git(
                "https://x/y",
                Optional.of("z"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }
}
