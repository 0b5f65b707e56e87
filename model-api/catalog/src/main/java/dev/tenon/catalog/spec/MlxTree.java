package dev.tenon.catalog.spec;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a description of MLX is written as. */
final class MlxTree {
  private static final Set<String> SECTIONS =
      Set.of(
          "author",
          "framework",
          "framework.runtimes",
          "filter_categories",
          "data",
          "process[]",
          "data_stores[]",
          "data_stores[].connection",
          "container_stores[]",
          "container_stores[].connection",
          "train",
          "train.model_source",
          "train.model_source.initial_model",
          "train.model_source.initial_model_local",
          "train.model_training_results",
          "train.model_training_results.trained_model",
          "train.model_training_results.trained_model_local",
          "train.data_source",
          "train.data_source.training_data",
          "train.data_source.training_data_local",
          "train.evaluation_metrics",
          "train.training_container_image",
          "train.execution",
          "train.execution.compute_configuration",
          "serve",
          "serve.serving_container_image",
          "serve.model_source",
          "serve.model_source.servable_model");

  private final ModelSpec spec;
  private final SpecTree tree = new SpecTree();

  private MlxTree(ModelSpec spec) {
    this.spec = spec;
  }

  static SpecTree of(ModelSpec spec) {
    return new MlxTree(spec).written();
  }

  private SpecTree written() {
    about();
    stores();
    if (spec.trainable() || spec.credentials().train()) {
      train();
    }
    if (spec.servable() || spec.credentials().serve()) {
      serve();
    }
    tree.putUnread(spec.extra(), SECTIONS);
    return tree;
  }

  private void about() {
    ModelSpec.About about = spec.about();
    tree.put("name", spec.name().displayed());
    tree.put("model_identifier", spec.name().identifier());
    tree.put("description", about.description());
    tree.put("license", about.licence());
    tree.put("domain", about.domain());
    tree.put("website", about.website());
    tree.put("readme_url", about.readmeUrl());
    about
        .author()
        .ifPresent(x -> tree.section("author").put("name", x.name()).put("email", x.email()));
    spec.framework().ifPresent(this::framework);
    tree.putFilled("labels", about.labels());
    tree.putFilled("filter_categories", about.categories());
    spec.data().ifPresent(this::data);
    tree.putAll(
        "process",
        spec.processes().stream()
            .map(x -> new SpecTree().put("name", x.name()).putFilled("params", x.params()))
            .toList());
  }

  private void framework(ModelSpec.FrameworkName framework) {
    SpecTree section = tree.section("framework");
    section.put("name", framework.name()).put("version", framework.version());
    framework
        .runtime()
        .ifPresent(
            x -> section.section("runtimes").put("name", x.name()).put("version", x.version()));
  }

  private void data(ModelSpec.DataOrigin data) {
    tree.section("data")
        .put("source_id", data.sourceId())
        .put("domain", data.domain())
        .put("website", data.website())
        .put("license", data.licence());
  }

  private void stores() {
    tree.putAll("data_stores", stores(spec.stores(), "endpoint"));
    tree.putAll("container_stores", stores(spec.containerStores(), "container_registry"));
  }

  private static List<SpecTree> stores(List<ModelSpec.Store> stores, String location) {
    return stores.stream().map(x -> store(x, location)).toList();
  }

  private static SpecTree store(ModelSpec.Store store, String location) {
    boolean untyped = location.equals("container_registry") && store.type().isEmpty();
    SpecTree tree = new SpecTree().put("name", store.name());
    tree.put("type", untyped ? Optional.empty() : Optional.of(store.type()));
    tree.section("connection").put(location, store.endpoint());
    return tree;
  }

  private void train() {
    SpecTree train = tree.section("train");
    train.put("trainable", spec.trainable());
    credentials(train, spec.credentials().train());
    spec.training().ifPresent(x -> training(train, x));
  }

  private static void credentials(SpecTree section, boolean required) {
    if (required) {
      section.put("credentials_required", true);
    }
  }

  private void training(SpecTree train, ModelSpec.Training training) {
    train.putFilled("tested_platforms", training.platforms());
    place(train.section("model_source").section("initial_model"), spec.source(), "url");
    training
        .results()
        .ifPresent(
            x -> place(train.section("model_training_results").section("trained_model"), x, "url"));
    training
        .data()
        .ifPresent(
            x ->
                place(
                    train.section("data_source").section("training_data"), x, "training_data_url"));
    train.put("mount_type", training.mountType());
    training
        .metrics()
        .ifPresent(
            x -> train.section("evaluation_metrics").put("type", x.type()).put("in", x.in()));
    training
        .image()
        .ifPresent(x -> train.section("training_container_image").put("container_image_url", x));
    SpecTree execution = train.section("execution").put("command", training.command());
    training.resources().tier().ifPresent(x -> computing(execution, x, training.resources()));
    if (!training.params().isEmpty()) {
      train.put("training_params", List.of(training.params()));
    }
  }

  private static void computing(SpecTree execution, String tier, ModelSpec.Resources resources) {
    execution.section("compute_configuration").put("name", tier).put("nodes", resources.nodes());
  }

  private static void place(SpecTree section, Source source, String urlKey) {
    if (source instanceof Source.InStore stored) {
      section.put("data_store", stored.store()).put("bucket", stored.bucket());
      section.put("path", stored.path());
    } else if (source instanceof Source.Url url) {
      url.beside().ifPresent(x -> place(section, x, urlKey));
      section.put(urlKey, url.url());
    }
  }

  private void serve() {
    SpecTree serve = tree.section("serve");
    serve.put("servable", spec.servable());
    credentials(serve, spec.credentials().serve());
    spec.serving().ifPresent(x -> serving(serve, x));
  }

  private static void serving(SpecTree serve, ModelSpec.Serving serving) {
    serve.putFilled("tested_platforms", serving.platforms());
    serving
        .port()
        .ifPresent(
            port ->
                serve
                    .section("serving_container_image")
                    .put("container_image_url", serving.image())
                    .put("container_port", port));
    serving
        .source()
        .ifPresent(x -> place(serve.section("model_source").section("servable_model"), x, "url"));
  }
}
