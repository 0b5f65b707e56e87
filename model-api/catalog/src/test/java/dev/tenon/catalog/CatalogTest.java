package dev.tenon.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.AppliedStep.Action;
import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobContext;
import dev.tenon.catalog.job.JobFailedException;
import dev.tenon.catalog.job.JobType;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.spec.InvalidSpecException;
import dev.tenon.catalog.spec.SpecCode;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.spec.SpecProblem;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.RegistrationState;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file is long because its stories share the same three descriptions and job type. */
class CatalogTest {
  private static final String PLACE = "kind: Model\nmetadata: {name: heron}\nspec: {}\n";
  private static final String TUNED =
      """
      kind: Model
      metadata: {name: heron-short}
      spec:
        source: {model: {name: heron}}
        training: {dataset: {name: recipes}, params: {epochs: 2}}
      """;
  private static final String DYFF =
      "framework: transformers\nname: lab/pairs\nservices: [sentence-similarity]\n"
          + "sourceKind: upload\n";

  @TempDir private Path directory;
  private final JobTypes types = new JobTypes();
  private Catalog catalog;

  @BeforeEach
  void open() {
    types.register(new Marking("finetune"));
    catalog = Catalog.open(CatalogOptions.of(directory.resolve("home")), types);
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  /** Copies the model and writes into it what it was given. */
  private record Marking(String name) implements JobType {
    @Override
    public void run(JobContext context) throws IOException {
      Path saved = context.saved().orElseThrow();
      Files.copy(saved.resolve("config.json"), context.trained().resolve("config.json"));
      if (context.params().containsKey("fail")) {
        throw new InvalidInputException("fail: true (expected: false)");
      }
      String text = context.params() + " " + context.data().isPresent();
      Files.writeString(context.trained().resolve("mark.txt"), text);
      context.metric("loss", 1.5);
    }
  }

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.writeString(file, text);
  }

  private Path model() throws IOException {
    file("files/config.json", "{}");
    file("files/model.safetensors", "weights");
    return directory.resolve("files");
  }

  private Path data() throws IOException {
    return file("recipes.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}\n");
  }

  private List<SpecCode> rejected(String... texts) throws IOException {
    String[] files = new String[texts.length];
    for (int i = 0; i < texts.length; i++) {
      files[i] = file("rejected-" + i + ".yaml", texts[i]).toString();
    }
    try {
      catalog.register(List.of(files), Optional.empty(), false);
      return List.of();
    } catch (InvalidSpecException e) {
      return e.errors().stream().map(SpecProblem::code).toList();
    }
  }

  @Test
  void keepsDescriptionsByKindAndName() throws IOException {
    Description heron = catalog.register(file("heron.yaml", PLACE));

    assertThat(heron.name()).isEqualTo("heron");
    assertThat(catalog.descriptions()).containsExactly(heron);
    assertThat(catalog.findDescription(SpecKind.MODEL, "heron")).contains(heron);
    assertThat(catalog.findDescription(SpecKind.SERVER, "heron")).isEmpty();
    assertThat(catalog.register(file("again.yaml", PLACE)).registration())
        .isEqualTo(heron.registration());
  }

  @Test
  void aNameIsTakenOnceUnlessItIsReplaced() throws IOException {
    catalog.register(file("heron.yaml", PLACE));
    String other = PLACE + "  \n# other\n";

    assertThat(rejected(other)).containsExactly(SpecCode.DUPLICATE_NAME);
    catalog.register(List.of(file("other.yaml", other).toString()), Optional.empty(), true);
    assertThat(catalog.descriptions())
        .singleElement()
        .satisfies(x -> assertThat(x.registration().text()).isEqualTo(other));
  }

  @Test
  void aNameByHandIsKeptWithTheDescription() throws IOException {
    Path file = file("pairs.yaml", DYFF);

    catalog.register(List.of(file.toString()), Optional.of("Bird Pairs"), false);

    assertThat(catalog.findDescription(SpecKind.MODEL, "bird-pairs"))
        .hasValueSatisfying(x -> assertThat(x.spec().name().displayed()).isEqualTo("Bird Pairs"));
    assertThat(catalog.descriptions()).hasSize(1);
  }

  @Test
  void allAreRegisteredOrNone() throws IOException {
    assertThat(rejected(PLACE, TUNED, "name: Broken\nframework: {}\ntrain: {trainable: true}\n"))
        .contains(SpecCode.MISSING);
    assertThat(rejected(TUNED)).containsExactly(SpecCode.REFERENCE);
    assertThat(catalog.descriptions()).isEmpty();
    assertThat(rejected(TUNED, PLACE)).isEmpty();
    assertThat(catalog.descriptions()).hasSize(2);
  }

  @Test
  void aTrainingMakesAVersionOfTheOneBefore() throws Exception {
    rejected(TUNED, PLACE);
    StoredVersion base = catalog.upload("heron", model());

    Job job =
        catalog.train(
            "heron-short",
            LaunchOptions.NONE.withDataset(data().toString()).withParams(Map.of("epochs", 3L)),
            FetchListener.NONE);
    StoredVersion tuned = catalog.await(job);

    assertThat(tuned.ref().text()).isEqualTo("heron-short:2");
    assertThat(tuned.directory().resolve("mark.txt")).hasContent("{epochs=3} true");
    assertThat(tuned.record().metrics()).containsEntry("loss", 1.5);
    StoredVersion first =
        catalog.store().resolve(VersionRef.parse(ObjectKind.MODEL, "heron-short:1"));
    assertThat(tuned.record().lineage().parent()).contains(first.asParent());
    assertThat(first.record().lineage().parent()).contains(base.asParent());
    assertThat(first.digest()).isEqualTo(base.digest());
    StoredVersion recipes =
        catalog.store().resolve(VersionRef.parse(ObjectKind.DATASET, "recipes"));
    assertThat(tuned.record().lineage().dataset()).contains(recipes.asParent());
    assertThat(recipes.record().tags())
        .containsEntry("format", "jsonl")
        .containsEntry("schema", "answer,prompt");
    assertThat(state("heron-short")).isEqualTo(RegistrationState.READY);
  }

  private RegistrationState state(String name) {
    return catalog.findDescription(SpecKind.MODEL, name).orElseThrow().registration().state();
  }

  @Test
  void aTrainingThatFailsIsKeptApartFromTheState() throws Exception {
    rejected(TUNED, PLACE);
    catalog.upload("heron", model());
    Job job =
        catalog.train(
            "heron-short",
            LaunchOptions.NONE.withDataset(data().toString()).withParams(Map.of("fail", true)),
            FetchListener.NONE);

    assertThatThrownBy(() -> catalog.await(job))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("fail: true");
    assertThat(state("heron-short")).isEqualTo(RegistrationState.FETCHED);
    assertThat(
            catalog
                .findDescription(SpecKind.MODEL, "heron-short")
                .orElseThrow()
                .registration()
                .error())
        .hasValueSatisfying(x -> assertThat(x).contains("FAILED").contains("fail: true"));
    assertThat(catalog.store().versions(dev.tenon.catalog.store.ObjectName.model("heron-short")))
        .hasSize(1);
  }

  @Test
  void whatIsNotDeclaredIsNotLaunchedButAJobMayStartFromIt() throws Exception {
    catalog.register(file("pairs.yaml", DYFF));
    catalog.upload("lab-pairs", model());

    assertThatThrownBy(() -> catalog.train("lab-pairs", LaunchOptions.NONE, FetchListener.NONE))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("NO_FUNCTION")
        .hasMessageContaining("serve");
    catalog.register(
        file(
            "job.yaml",
            "kind: ModelJob\nspec:\n  sourceModel: lab-pairs\n  destinationModel: pairs-2\n"
                + "  image: registry.example/trainer:1\n"));
    Job job =
        catalog.runJob("pairs-2", LaunchOptions.NONE.withRunner("finetune"), FetchListener.NONE);
    StoredVersion made = catalog.await(job);
    assertThat(made.ref().text()).isEqualTo("pairs-2:1");
    assertThat(made.record().lineage().parent().orElseThrow().object().name())
        .isEqualTo("lab-pairs");
  }

  @Test
  void aDescriptionThatIsNotCompleteTellsWhatLacks() throws IOException {
    catalog.register(
        file("later.yaml", "kind: Model\nmetadata: {name: later}\nspec: {training: {}}\n"));

    assertThatThrownBy(() -> catalog.train("later", LaunchOptions.NONE, FetchListener.NONE))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("spec.training.dataset: MISSING");
  }

  @Test
  void anotherClusterIsNotReached() throws IOException {
    catalog.register(file("heron.yaml", PLACE));
    catalog.upload("heron", model());
    String elsewhere = TUNED.replace("name: heron}", "name: heron, cluster: west}");
    catalog.register(file("elsewhere.yaml", elsewhere));

    assertThatThrownBy(
            () ->
                catalog.train(
                    "heron-short",
                    LaunchOptions.NONE.withDataset(data().toString()),
                    FetchListener.NONE))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("west");
  }

  @Test
  void unknownNamesListTheKnownOnes() throws IOException {
    catalog.register(file("heron.yaml", PLACE));

    assertThatThrownBy(() -> catalog.fetch("heronn", FetchListener.NONE))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean heron?");
    assertThatThrownBy(() -> catalog.dataset("nobody", FetchListener.NONE))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("file or directory");
    assertThatThrownBy(() -> catalog.fetch("heron", FetchListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tenon upload heron DIR");
  }

  @Test
  void tenModelsOfOneShareItsFiles() throws IOException {
    catalog.register(file("heron.yaml", PLACE));
    StoredVersion base = catalog.upload("heron", model());
    for (int i = 0; i < 10; i++) {
      String text = TUNED.replace("heron-short", "heron-" + i);
      catalog.register(file("heron-" + i + ".yaml", text));
      StoredVersion linked = catalog.fetch("heron-" + i, FetchListener.NONE);
      assertThat(linked.directory()).isEqualTo(base.directory());
    }
  }

  @Test
  void applyingBringsWhatLacksAndAgainChangesNothing() throws Exception {
    Path all = directory.resolve("all");
    file("all/tuned.yaml", TUNED);
    file("all/heron.yaml", PLACE);
    file(
        "all/job.yaml",
        "kind: ModelJob\nmetadata: {name: shrink}\nspec: {sourceModel: heron-short,"
            + " destinationModel: heron-tiny, image: substratusai/hf-llm-peft-trainer:1}\n");
    file(
        "all/server.yaml",
        "kind: Server\nmetadata: {name: heron}\nspec: {model: {name: heron-tiny}, image: i}\n");
    catalog.uploadDataset("recipes", data());

    assertThat(actions(all, true)).containsOnly(Action.WAITING, Action.TRAINED);
    assertThat(catalog.descriptions()).isEmpty();
    assertThat(actions(all, false)).contains(Action.WAITING);
    catalog.upload("heron", model());
    assertThat(actions(all, false)).contains(Action.TRAINED).doesNotContain(Action.FAILED);
    assertThat(actions(all, false)).containsOnly(Action.UNCHANGED);
    assertThat(catalog.store().versions(dev.tenon.catalog.store.ObjectName.model("heron-tiny")))
        .hasSize(1);
    file("all/tuned.yaml", TUNED.replace("epochs: 2", "epochs: 4"));
    assertThat(actions(all, false)).contains(Action.TRAINED);
  }

  @Test
  void anotherCommandIsAnotherRun() throws Exception {
    String job =
        "kind: ModelJob\nmetadata: {name: shrink}\nspec: {sourceModel: heron, destinationModel:"
            + " heron-tiny, image: substratusai/hf-llm-peft-trainer:1, command: [tune, \"a b\"]}\n";
    catalog.register(file("heron.yaml", PLACE));
    catalog.upload("heron", model());
    file("jobs/job.yaml", job);
    Path jobs = directory.resolve("jobs");

    assertThat(actions(jobs, false)).containsExactly(Action.TRAINED);
    assertThat(actions(jobs, false)).containsExactly(Action.UNCHANGED);
    file("jobs/job.yaml", job.replace("\"a b\"", "a, b"));
    assertThat(actions(jobs, false)).containsExactly(Action.TRAINED);
    assertThat(
            catalog
                .store()
                .resolve(VersionRef.parse(ObjectKind.MODEL, "heron-tiny:1"))
                .record()
                .lineage()
                .origin())
        .containsEntry("command", "tune \"a b\"");
  }

  @Test
  void aTrainingFromScratchStartsFromNothingAgain() throws Exception {
    types.register(new Beginning("scratch"));
    catalog.uploadDataset("recipes", data());
    file(
        "new/egret.yaml",
        "kind: Model\nmetadata: {name: egret}\n"
            + "spec: {training: {mode: Scratch, dataset: {name: recipes}}}\n");
    Path all = directory.resolve("new");

    assertThat(actions(all, false)).containsExactly(Action.TRAINED);
    assertThat(actions(all, false)).containsExactly(Action.UNCHANGED);
  }

  /** Makes a model of nothing. */
  private record Beginning(String name) implements JobType {
    @Override
    public void run(JobContext context) throws IOException {
      assertThat(context.saved()).isEmpty();
      Files.writeString(context.trained().resolve("config.json"), "{}");
    }
  }

  private StoredVersion tuned() throws InterruptedException {
    return catalog.await(catalog.train("heron-short", LaunchOptions.NONE, FetchListener.NONE));
  }

  @Test
  void aDatasetMayBeInAnotherNamespace() throws Exception {
    String shared = TUNED.replace("name: recipes", "name: recipes, namespace: shared");
    rejected(shared, PLACE);
    catalog.upload("heron", model());
    catalog.uploadDataset("recipes", data());
    StoredVersion recipes = catalog.uploadDataset("shared/recipes", data());

    assertThat(tuned().record().lineage().dataset()).contains(recipes.asParent());
  }

  @Test
  void aDatasetInAnotherClusterIsNotReached() throws IOException {
    rejected(TUNED.replace("name: recipes", "name: recipes, cluster: west"), PLACE);
    catalog.upload("heron", model());

    assertThatThrownBy(this::tuned)
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("west");
  }

  @Test
  void aDatasetOfADescriptionIsNeverAFileThatLiesHere() throws IOException {
    assertThat(Path.of("src")).isDirectory();
    rejected(TUNED.replace("name: recipes", "name: src"), PLACE);
    catalog.upload("heron", model());

    assertThatThrownBy(this::tuned)
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("dataset: src");
  }

  private List<Action> actions(Path files, boolean dryRun) throws InterruptedException {
    return catalog.apply(List.of(files.toString()), dryRun, x -> {}).stream()
        .map(AppliedStep::action)
        .toList();
  }
}
