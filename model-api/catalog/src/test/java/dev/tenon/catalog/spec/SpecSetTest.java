package dev.tenon.catalog.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecSetTest {
  private static SpecFile file(String name, String text) {
    return SpecFile.of(name + ".yaml", text.getBytes(UTF_8), SpecReader.lenient());
  }

  private static SpecFile model(String name, String source) {
    return file(
        name,
        "apiVersion: substratus.ai/v1\nkind: Model\nmetadata:\n  name: %s\nspec: {%s}\n"
            .formatted(name, source));
  }

  private static SpecFile model(String name) {
    return model(name, "image: i");
  }

  private static SpecFile from(String name, String source) {
    return model(name, "source: {model: {name: %s}}".formatted(source));
  }

  private static List<String> errors(SpecLookup held, SpecFile... files) {
    InvalidSpecException found =
        catchThrowableOfType(InvalidSpecException.class, () -> SpecSet.of(List.of(files), held));
    assertThat(found).isNotNull();
    return found.errors().stream().map(SpecProblem::toString).toList();
  }

  private static SpecLookup holding(SpecFile... files) {
    return key ->
        List.of(files).stream()
            .map(SpecFile::spec)
            .filter(x -> SpecKey.of(x).equals(key))
            .findFirst();
  }

  private static List<String> names(SpecSet set) {
    return set.files().stream().map(x -> x.spec().name().identifier()).toList();
  }

  @Test
  void aNameMayStandAfterItsUse() {
    SpecSet set =
        SpecSet.of(
            List.of(from("c", "b"), model("d"), from("b", "a"), model("a")), SpecLookup.NONE);
    assertThat(names(set)).containsExactly("a", "b", "c", "d");
    assertThat(set.keys()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kind: Model\nmetadata: {name: m}\nspec:\n  source:\n    model: {name: gone}\n",
        "kind: Model\nmetadata: {name: m}\nspec:\n  source:\n    modelName: gone\n",
        "kind: Model\nmetadata: {name: m}\nspec:\n  image: i\n  model: {name: gone}\n",
        "kind: Server\nmetadata: {name: m}\nspec:\n  image: i\n  model: {name: gone}\n",
        "kind: Notebook\nmetadata: {name: m}\nspec:\n  image: i\n  model: {name: gone}\n",
        "kind: Notebook\nmetadata: {name: m}\nspec:\n  image: i\n  sourceModel: gone\n",
        "kind: ModelJob\nspec:\n  image: i\n  destinationModel: b\n  sourceModel: gone\n",
      })
  void aModelThatNobodyHasIsNamedWhereItStands(String text) {
    String path =
        text.contains("modelName")
            ? "m.yaml:5:5: spec.source.modelName"
            : text.contains("source:")
                ? "m.yaml:5:13: spec.source.model.name"
                : text.contains("sourceModel")
                    ? "spec.sourceModel"
                    : "m.yaml:5:11: spec.model.name";
    List<String> errors = errors(SpecLookup.NONE, file("m", text));
    assertThat(errors).singleElement().asString().contains(path + ": REFERENCE: ", "gone");
    assertThat(names(SpecSet.of(List.of(file("m", text)), holding(model("gone"))))).hasSize(1);
  }

  @Test
  void whatAJobMakesExists() {
    SpecFile job =
        file("j", "kind: ModelJob\nspec: {image: i, sourceModel: a, destinationModel: b}");
    SpecFile server =
        file("s", "kind: Server\nmetadata: {name: b}\nspec: {image: i, model: {name: b}}");
    assertThat(names(SpecSet.of(List.of(server, job, model("a")), SpecLookup.NONE)))
        .containsExactly("b", "a", "b");
  }

  @Test
  void anotherClusterIsNotLookedAt() {
    SpecFile far = model("a", "source: {model: {name: b, cluster: west}}");
    assertThat(names(SpecSet.of(List.of(far), SpecLookup.NONE))).containsExactly("a");
  }

  @Test
  void aNamespaceIsPartOfTheName() {
    SpecFile here = file("h", "kind: Model\nmetadata: {name: a, namespace: x}\nspec: {image: i}");
    SpecFile there = file("t", "kind: Model\nmetadata: {name: a, namespace: y}\nspec: {image: i}");
    SpecFile both = model("c", "source: {model: {name: a, namespace: y}}");
    assertThat(names(SpecSet.of(List.of(here, both, there), SpecLookup.NONE)))
        .containsExactly("a", "a", "c");
    assertThat(errors(SpecLookup.NONE, here, from("c", "a")))
        .containsExactly("c.yaml:5:25: spec.source.model.name: REFERENCE: Model a does not exist");
  }

  @Test
  void theSecondOfANameIsRefused() {
    assertThat(
            errors(
                SpecLookup.NONE,
                model("a"),
                file("b", "kind: Model\nmetadata:\n  name: a\nspec: {image: i}")))
        .containsExactly("b.yaml:3:3: metadata.name: DUPLICATE_NAME: Model a is in a.yaml too");
    assertThat(errors(holding(model("a")), model("a")))
        .containsExactly(
            "a.yaml:4:3: metadata.name: DUPLICATE_NAME: Model a is in the catalogue already");
    assertThat(names(SpecSet.replacing(List.of(model("a")), holding(model("a"))))).hasSize(1);
    String dyff = "framework: transformers\nname: A\nservices: [fill-mask]\nsourceKind: upload\n";
    assertThat(errors(holding(model("a")), file("x", dyff)))
        .containsExactly("x.yaml:2:1: name: DUPLICATE_NAME: Model a is in the catalogue already");
  }

  @Test
  void aRingOfModelsIsToldOnceWithItsNames() {
    assertThat(
            errors(SpecLookup.NONE, from("z", "a"), from("a", "b"), from("b", "c"), from("c", "a")))
        .containsExactly(
            "a.yaml:5:25: spec.source.model.name: CYCLE: a is its own source: a -> b -> c -> a");
    SpecLookup held = holding(from("b", "a"));
    assertThat(errors(held, from("a", "b")))
        .containsExactly(
            "a.yaml:5:25: spec.source.model.name: CYCLE: a is its own source: a -> b -> a");
  }

  @Test
  void allErrorsOfAllDocumentsComeTogether() {
    assertThat(errors(SpecLookup.NONE, from("a", "x"), from("b", "y"), model("b")))
        .extracting(x -> x.replaceAll(": .*", ""))
        .containsExactly("a.yaml:5:25", "b.yaml:4:3", "b.yaml:5:25");
  }

  @Test
  void aLongChainNeedsNoStack() {
    List<SpecFile> files = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      files.add(from("m" + i, "m" + (i + 1)));
    }
    files.add(model("m3000"));
    assertThat(SpecSet.of(files, SpecLookup.NONE).files().get(0)).isSameAs(files.get(3000));
    files.set(3000, from("m3000", "m0"));
    assertThat(errors(SpecLookup.NONE, files.toArray(new SpecFile[0]))).hasSize(1);
  }

  @Test
  void filesThatCannotBeReadDoNotMakeOthersWrong(@TempDir Path root) throws IOException {
    Path first = Files.write(root.resolve("a.yaml"), from("a", "b").bytes());
    Path second = Files.writeString(root.resolve("b.yaml"), "kind: Model\nspec: {image: 1, x: [}");
    Path third = Files.writeString(root.resolve("c.yaml"), "kind: Model\nspec: {image: i}");
    InvalidSpecException found =
        catchThrowableOfType(
            InvalidSpecException.class,
            () ->
                SpecSet.read(List.of(first, second, third), SpecReader.lenient(), SpecLookup.NONE));
    assertThat(found.errors())
        .extracting(x -> x.code() + " " + x.path())
        .containsExactly("SYNTAX ", "MISSING metadata.name");
    assertThat(found.warnings()).isEmpty();
  }
}
