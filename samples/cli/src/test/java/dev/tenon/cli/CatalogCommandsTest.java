package dev.tenon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog as somebody uses it who starts in an empty directory. */
class CatalogCommandsTest {
  private static final Path MODEL = Resources.directory("families/llama");
  private static final String MLX =
      """
      name: Harbour Tales
      framework: {name: pytorch, runtimes: {name: python, version: "3.11"}}
      author: {name: Lab, email: lab@tales.example}
      train:
        trainable: true
        tested_platforms: [kubernetes]
        model_source:
          initial_model: {data_store: shelf, bucket: models, path: harbour}
        model_training_results:
          trained_model: {data_store: shelf, bucket: results}
        data_source:
          training_data: {data_store: shelf, bucket: texts}
        mount_type: mount_cos
        execution: {command: ./train.sh}
        training_params:
          - learning_rate: 0.001
          - epochs: 2
      data_stores:
        - name: shelf
          connection: {endpoint: "https://shelf.example"}
      """;
  private static final String SUBSTRATUS =
      """
      kind: Model
      metadata: {name: harbour-short}
      spec:
        source: {model: {name: harbour}}
        training: {params: {num_train_epochs: 1, learning_rate: 1e-3}}
      """;
  private static final String DYFF =
      "framework: transformers\nname: pairs\nservices: [text-generation]\nsourceKind: upload\n";
  private static final String JOB =
      "kind: ModelJob\nspec: {sourceModel: pairs, destinationModel: pairs-2, image: e.example/t:1,"
          + " params: {max_steps: 2}}\n";

  @TempDir private Path directory;
  private Path data;

  @BeforeEach
  void writeData() throws IOException {
    data = file("recipes.jsonl", "{\"prompt\": \"The harbour was\", \"answer\": \" quiet\"}\n");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private TenonRun tenon(Object... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--home", directory.resolve("home")));
    return TenonRun.of(all.toArray());
  }

  private static TenonRun done(TenonRun run) {
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private JsonObject shown(String name) {
    return Json.parseObject(done(tenon("show", name, "--json")).out().getBytes(UTF_8), "show");
  }

  private void isFineTuned(String name, String parent, int number) throws IOException {
    JsonObject version = shown(name).objects("versions").get(number - 1);
    assertThat(version.integer("version")).isEqualTo(number);
    JsonObject made = version.object("lineage").object("parent");
    assertThat(made.string("name") + ":" + made.integer("version")).isEqualTo(parent);
    assertThat(version.object("lineage").object("dataset").string("name")).isEqualTo("recipes");
    TenonRun text =
        TenonRun.of(
            "generate",
            "--model",
            version.string("directory"),
            "--prompt",
            "The",
            "--max-new-tokens",
            2);
    assertThat(text.code()).as(text.err()).isZero();
  }

  @Test
  void trainsWhatMlxDescribesFromFilesThatSomebodyUploads() throws IOException {
    done(tenon("register", file("tales.yaml", MLX)));
    done(tenon("upload", "harbour-tales", MODEL));

    done(tenon("train", "harbour-tales", "--dataset", data, "--runner", "finetune"));

    isFineTuned("harbour-tales", "harbour-tales:1", 2);
  }

  @Test
  void trainsWhatSubstratusDescribes() throws IOException {
    Path place = file("place.yaml", "kind: Model\nmetadata: {name: harbour}\nspec: {}\n");
    done(tenon("register", file("short.yaml", SUBSTRATUS), place));
    done(tenon("upload", "harbour", MODEL));

    TenonRun run = done(tenon("train", "harbour-short", "--dataset", data));

    assertThat(run.out()).startsWith("harbour-short:2 ");
    assertThat(run.err()).contains("loss");
    isFineTuned("harbour-short", "harbour-short:1", 2);
    assertThat(shown("harbour-short").objects("descriptions").get(0).string("state"))
        .isEqualTo("ready");
  }

  @Test
  void aModelThatDeclaresNoTrainingIsAJobsSource() throws IOException {
    done(tenon("register", file("pairs.yaml", DYFF), file("job.yaml", JOB)));
    done(tenon("upload", "pairs", MODEL));

    TenonRun refused = tenon("train", "pairs", "--dataset", data);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("NO_FUNCTION").contains("serve");

    done(tenon("job", "run", "pairs-2", "--runner", "finetune", "--dataset", data));
    isFineTuned("pairs-2", "pairs:1", 1);
  }

  @Test
  void tellsWhereADescriptionIsWrong() throws IOException {
    TenonRun run =
        tenon("register", file("tales.yaml", MLX.replace("trainable: true", "trainable: yes")));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("tales.yaml:5:").contains("train.trainable: TYPE");
    assertThat(done(tenon("list", "--json")).out()).isEmpty();
  }

  @Test
  void appliesADirectoryAndTellsEachStep() throws IOException {
    Path all = Files.createDirectory(directory.resolve("all"));
    Files.writeString(all.resolve("pairs.yaml"), DYFF);
    Files.writeString(all.resolve("job.yaml"), JOB);

    assertThat(tenon("apply", all).out()).contains("Model pairs: waiting: tenon upload pairs DIR");
    assertThat(done(tenon("list")).out()).contains("pairs", "ModelJob");
    assertThat(done(tenon("apply", all, "--dry-run", "--json")).lines()).hasSize(2);
  }

  @Test
  void versionsHaveAliasesAndAreRemoved() throws IOException {
    done(tenon("register", file("pairs.yaml", DYFF)));
    done(tenon("upload", "pairs", MODEL));
    done(tenon("version", "alias", "pairs:1", "production"));

    assertThat(done(tenon("show", "pairs")).out()).contains("production");
    assertThat(tenon("version", "remove", "pairs:1").err()).contains("production");
    done(tenon("version", "unalias", "pairs", "production"));
    done(tenon("version", "verify", "pairs"));
    done(tenon("version", "remove", "pairs:1"));
    assertThat(done(tenon("store", "gc", "--json")).out()).contains("\"trees\":1");
    assertThat(done(tenon("version", "list", "pairs")).out()).isEmpty();
    assertThat(TenonRun.of("version").out()).startsWith("tenon ");
  }

  @Test
  void aConditionListsVersionsAlone() throws IOException {
    done(tenon("register", file("pairs.yaml", DYFF)));
    done(tenon("upload", "pairs", MODEL));

    assertThat(done(tenon("list", "--task", "text-generation")).out()).contains("pairs:1");
    assertThat(done(tenon("list", "--task", "fill-mask", "--json")).out()).isEmpty();
    assertThat(tenon("list", "--metric", "loss=2").code()).isEqualTo(2);
  }
}
