package dev.tenon.catalog.spec;

import java.util.Optional;
import java.util.Set;

/**
 * What a description of Substratus is written as: in the spelling of the design, or in that of the
 * releases where only that says the same.
 */
final class SubstratusTree {
  private static final Set<String> SECTIONS =
      Set.of(
          "metadata",
          "spec",
          "spec.source",
          "spec.source.git",
          "spec.source.model",
          "spec.training",
          "spec.training.dataset",
          "spec.training.resources",
          "spec.training.resources.gpu",
          "spec.resources",
          "spec.resources.gpu",
          "spec.build",
          "spec.build.git",
          "spec.build.upload",
          "spec.model",
          "spec.dataset");

  private final ModelSpec spec;
  private final boolean designed;
  private final SpecTree tree = new SpecTree();
  private final SpecTree fields;

  private SubstratusTree(ModelSpec spec, boolean designed) {
    this.spec = spec;
    this.designed = designed;
    tree.put("apiVersion", "substratus.ai/v1").put("kind", spec.kind().label());
    tree.section("metadata")
        .put("name", spec.name().identifier())
        .put("namespace", spec.name().namespace());
    this.fields = tree.section("spec");
  }

  static SpecTree of(ModelSpec spec, boolean designed) {
    return new SubstratusTree(spec, designed).written();
  }

  private SpecTree written() {
    switch (spec.kind()) {
      case MODEL_JOB -> spec.job().ifPresent(this::job);
      case NOTEBOOK -> spec.job().ifPresent(this::notebook);
      case SERVER -> server();
      case MODEL, DATASET -> model();
    }
    if (spec.kind() != SpecKind.MODEL_JOB && designed) {
      spec.training().ifPresent(this::training);
    }
    fields.putFilled("params", spec.container().params());
    fields.putFilled("env", spec.container().env());
    fields.putFilled("command", spec.container().command());
    spec.container().resources().ifPresent(x -> resources(fields.section("resources"), x));
    tree.putUnread(spec.extra(), SECTIONS);
    return tree;
  }

  // ---- kinds

  private void job(ModelSpec.Job job) {
    fields.put("sourceModel", job.sourceModel()).put("destinationModel", job.destinationModel());
    fields.put("dataset", job.dataset().map(ModelSpec.OtherDataset::name));
    image(job.image());
    suspend(job);
  }

  private void notebook(ModelSpec.Job job) {
    fields.put("image", job.image());
    fields.put("sourceModel", job.sourceModel()).put("destinationModel", job.destinationModel());
    job.dataset().ifPresent(x -> dataset(fields.section("dataset"), x));
    if (job.sourceModel().isEmpty() && !isImage(job.image())) {
      source(spec.source() instanceof Source.OtherModel);
    }
    suspend(job);
  }

  private void suspend(ModelSpec.Job job) {
    if (job.suspend()) {
      fields.put("suspend", true);
    }
  }

  private void server() {
    ModelSpec.Serving serving = spec.serving().orElse(ModelSpec.Serving.UNSAID);
    image(serving.image());
    String served = serving.model().orElse("");
    if (spec.source() instanceof Source.OtherModel other && other.name().equals(served)) {
      model(fields.section("model"), other);
    } else {
      fields.section("model").put("name", served);
      source(false);
    }
  }

  private void model() {
    if (designed) {
      source(false);
      return;
    }
    Optional<String> image = spec.training().flatMap(ModelSpec.Training::image);
    fields.put("image", image);
    boolean finetuned =
        spec.training()
            .flatMap(ModelSpec.Training::mode)
            .filter(x -> x == ModelSpec.TrainingMode.FINETUNE)
            .isPresent();
    if (!isImage(image)) {
      source(finetuned || spec.training().isEmpty());
    }
    spec.training()
        .flatMap(ModelSpec.Training::dataset)
        .ifPresent(x -> dataset(fields.section("dataset"), x));
  }

  // ---- parts

  /** Without an image something is built; what, is not kept. */
  private void image(Optional<String> image) {
    fields.put("image", image);
    if (image.isEmpty()) {
      fields.section("build").section("upload");
    }
  }

  private boolean isImage(Optional<String> image) {
    return spec.source() instanceof Source.Image source
        && image.equals(Optional.of(source.reference()));
  }

  /** Under {@code source}, or beside it as the releases have images and models. */
  private void source(boolean beside) {
    SpecTree source = new SpecTree();
    SpecTree there = beside ? fields : source;
    if (spec.source() instanceof Source.Image image) {
      there.put("image", image.reference());
    } else if (spec.source() instanceof Source.OtherModel other) {
      model(there.section("model"), other);
    } else if (spec.source() instanceof Source.Upload) {
      fields.section("build").section("upload");
    } else if (spec.source() instanceof Source.Git git) {
      source.put("image", git.image());
      source
          .section("git")
          .put("url", git.url())
          .put("path", git.path())
          .put("branch", git.branch())
          .put("tag", git.tag());
    }
    fields.putFilled("source", source.fields());
  }

  private static void model(SpecTree section, Source.OtherModel other) {
    section
        .put("name", other.name())
        .put("namespace", other.namespace())
        .put("cluster", other.cluster());
  }

  private static void dataset(SpecTree section, ModelSpec.OtherDataset dataset) {
    section
        .put("name", dataset.name())
        .put("namespace", dataset.namespace())
        .put("cluster", dataset.cluster());
  }

  private void training(ModelSpec.Training training) {
    SpecTree section = fields.section("training");
    section.put("mode", training.mode().map(ModelSpec.TrainingMode::label));
    training.dataset().ifPresent(x -> dataset(section.section("dataset"), x));
    section.putFilled("params", training.params());
    if (!training.resources().equals(ModelSpec.Resources.UNSAID)) {
      resources(section.section("resources"), training.resources());
    }
  }

  private static void resources(SpecTree section, ModelSpec.Resources resources) {
    section
        .put("cpu", resources.cpu())
        .put("memory", resources.memoryGb())
        .put("disk", resources.diskGb());
    SpecTree gpu =
        new SpecTree().put("type", resources.gpuType()).put("count", resources.gpuCount());
    section.putFilled("gpu", gpu.fields());
  }
}
