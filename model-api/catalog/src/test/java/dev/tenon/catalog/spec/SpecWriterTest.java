package dev.tenon.catalog.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.internal.yaml.Node;
import dev.tenon.catalog.internal.yaml.YamlReader;
import dev.tenon.catalog.internal.yaml.YamlWriter;
import dev.tenon.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SpecWriterTest {
  private static final int SEEDS = 100;
  private static final List<String> HOSTILE = RandomSpecs.HOSTILE;

  private static ModelSpec read(String text) {
    return SpecReader.lenient().read("card.yaml", text.getBytes(UTF_8));
  }

  /** All but warnings, and secrets, which no text keeps. */
  private static ModelSpec kept(ModelSpec spec) {
    return new ModelSpec(
        spec.dialect(),
        spec.kind(),
        spec.name(),
        spec.about(),
        spec.framework(),
        spec.tasks(),
        spec.trainable(),
        spec.servable(),
        spec.credentials(),
        spec.source(),
        spec.training(),
        spec.serving(),
        spec.job(),
        spec.container(),
        spec.stores().stream()
            .map(x -> new ModelSpec.Store(x.name(), x.type(), x.endpoint(), false))
            .toList(),
        spec.containerStores(),
        spec.processes(),
        spec.data(),
        spec.extra(),
        List.of());
  }

  private static void comesBack(ModelSpec spec) {
    String text = SpecWriter.write(spec);
    assertThat(kept(read(text))).as(text).isEqualTo(kept(spec));
    assertThat(SpecWriter.write(read(text))).isEqualTo(text);
  }

  @Test
  void aDatasetElsewhereStaysThere() {
    for (String kind : List.of("Model", "Notebook")) {
      ModelSpec spec =
          read(
              "kind: "
                  + kind
                  + "\nmetadata: {name: a}\nspec:\n  image: i\n"
                  + "  dataset: {name: recipes, namespace: shared, cluster: west}\n");
      comesBack(spec);
      assertThat(SpecWriter.write(spec)).contains("namespace: shared").contains("cluster: west");
      assertThat(spec.toMap().toString())
          .contains("dataset=recipes, datasetNamespace=shared, datasetCluster=west");
    }
  }

  @Test
  void everyExampleComesBack() throws Exception {
    Path examples =
        Path.of(
            Objects.requireNonNull(SpecWriterTest.class.getResource("examples"), "examples")
                .toURI());
    List<ModelSpec> specs = new ArrayList<>();
    try (Stream<Path> files = Files.list(examples)) {
      for (Path file : files.filter(x -> x.toString().endsWith(".yaml")).sorted().toList()) {
        if (!file.endsWith("bad-many.yaml")) {
          specs.add(SpecReader.lenient().read(file));
        }
      }
    }
    assertThat(specs).hasSizeGreaterThan(8).allSatisfy(SpecWriterTest::comesBack);
  }

  @Test
  void descriptionsOfEachDialectComeBack() {
    Map<Dialect, Integer> written = new HashMap<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomSpecs specs = new RandomSpecs(seed);
      for (Map<String, @Nullable Object> tree :
          List.of(specs.dyff(), specs.mlx(), specs.substratus())) {
        Optional<ModelSpec> spec = valid(YamlWriter.write(tree));
        if (spec.filter(x -> !isUnkept(x)).isPresent()) {
          comesBack(spec.get());
          written.merge(spec.get().dialect(), 1, Integer::sum);
        }
      }
    }
    assertThat(written.values()).hasSize(3).allMatch(x -> x > SEEDS / 3, "enough " + written);
  }

  /** Unread fields of a section that may be one that says nothing beside another. */
  private static boolean isUnkept(ModelSpec spec) {
    return spec.extra().keySet().stream()
        .anyMatch(x -> x.matches("spec\\.(build|model|source|dataset)\\..*"));
  }

  @Test
  void whatTheSpecHasNoPlaceForIsNotLostInSilence() {
    ModelSpec spec =
        read(
            "kind: Notebook\nmetadata: {name: n}\nspec: {image: i, sourceModel: a, model: {name: b,"
                + " colour: blue}}");
    assertThatThrownBy(() -> SpecWriter.write(spec))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("description: n");
  }

  private static Optional<ModelSpec> valid(String text) {
    try {
      return Optional.of(read(text));
    } catch (InvalidSpecException e) {
      return Optional.empty();
    }
  }

  static final List<String> TEXTS = HOSTILE;

  @ParameterizedTest
  @FieldSource("TEXTS")
  void aTextStaysAText(String text) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("value", text);
    tree.put(text, List.of(text));
    String written = YamlWriter.write(tree);
    Node.Mapping again = YamlReader.read(written.getBytes(UTF_8));
    assertThat(CoreValues.value(again)).as(written).isEqualTo(tree);
  }

  @Test
  void theTextIsWhatPeopleWrite() {
    ModelSpec spec =
        read(
            """
            {kind: ModelServer, metadata: {name: "s", namespace: "1.10"}, spec: {image: 'img/x:1',
            modelName: "no", env: {A: "a\\nb\\n", B: ""}, params: {m: 007, t: '7'}, colour: blue}}
            """);
    assertThat(SpecWriter.write(spec))
        .isEqualTo(
            """
            apiVersion: substratus.ai/v1
            kind: Server
            metadata:
              name: s
              namespace: "1.10"
            spec:
              image: img/x:1
              model:
                name: "no"
              params:
                m: 7
                t: "7"
              env:
                A: |
                  a
                  b
                B: ""
              colour: blue
            """);
  }

  @Test
  void aSecretIsNotWritten() {
    String text =
        "name: a\n"
            + "framework: {name: x}\n"
            + "serve: {servable: true, model_source: {servable_model: {url:"
            + " 'https://a.example/b'}}}\n"
            + "data_stores:\n"
            + "- name: s\n"
            + "  connection: {endpoint: 'https://o.example', access_key_id: hunter1,"
            + " secret_access_key: hunter2}\n";
    assertThat(SpecWriter.write(read(text))).doesNotContain("hunter", "access_key");
  }
}
