package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.CatalogOptions;
import dev.tenon.catalog.LaunchOptions;
import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/catalog.md. */
class CatalogExamplesTest {
  @TempDir private Path directory;

  @Test
  void examplesStandHere() throws IOException {
    DocumentExamples.standIn(CatalogExamplesTest.class, "docs/catalog.md", 1);
  }

  @Test
  void fromADescriptionToATrainedModel() throws IOException, InterruptedException {
    Path home = directory.resolve("home");
    Path checkpoint = Resources.directory("families/llama");
    Path description =
        Files.writeString(
            directory.resolve("heron.yaml"),
            "kind: Model\nmetadata: {name: heron}\n"
                + "spec: {training: {mode: Finetune, params: {max_steps: 1}}}\n");
    String data =
        Files.writeString(
                directory.resolve("recipes.jsonl"),
                "{\"prompt\": \"The harbour was\", \"answer\": \" quiet\"}\n")
            .toString();

    try (Catalog catalog = Catalog.open(CatalogOptions.of(home))) {
      catalog.register(description); // a .yaml, or a .tar.gz that holds one
      catalog.upload("heron", checkpoint);
      Job job = catalog.train("heron", LaunchOptions.NONE.withDataset(data), FetchListener.NONE);
      StoredVersion tuned = catalog.await(job); // heron:2, whose parent is heron:1
      ModelRegistry models = HfModels.registry();
      catalog.addTo(models);
      Model model = models.create("heron", "actor", Device.cpu(), Arguments.none());
    }
    try (Catalog catalog = Catalog.open(CatalogOptions.of(home))) {
      assertThat(catalog.store().versions(ObjectName.model("heron"))).hasSize(2);
    }
  }
}
