package dev.tenon.catalog.spec;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link ModelSpec} as a tree of JSON values, for {@code --json} and the store. */
final class SpecJson {
  private SpecJson() {}

  static Map<String, @Nullable Object> of(ModelSpec spec) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("dialect", spec.dialect().name().toLowerCase(Locale.ROOT));
    json.put("kind", spec.kind().label());
    json.put("name", spec.name().displayed());
    json.put("identifier", spec.name().identifier());
    put(json, "namespace", spec.name().namespace());
    about(json, spec.about());
    put(json, "framework", spec.framework().map(SpecJson::framework));
    json.put("tasks", spec.tasks());
    json.put("trainable", spec.trainable());
    json.put("servable", spec.servable());
    json.put(
        "credentials",
        Map.of(
            "train", spec.credentials().train(),
            "serve", spec.credentials().serve(),
            "secretRefs", spec.credentials().secretRefs()));
    json.put("source", source(spec.source()));
    put(json, "training", spec.training().map(SpecJson::training));
    put(json, "serving", spec.serving().map(SpecJson::serving));
    put(json, "job", spec.job().map(SpecJson::job));
    json.put("params", spec.container().params());
    json.put("env", spec.container().env());
    json.put("command", spec.container().command());
    put(json, "resources", spec.container().resources().map(SpecJson::resources));
    json.put("stores", spec.stores().stream().map(SpecJson::store).toList());
    json.put("containerStores", spec.containerStores().stream().map(SpecJson::store).toList());
    json.put("processes", spec.processes().stream().map(SpecJson::step).toList());
    put(json, "data", spec.data().map(SpecJson::data));
    json.put("extra", spec.extra());
    json.put("warnings", spec.warnings().stream().map(SpecProblem::toMap).toList());
    return json;
  }

  private static void put(Map<String, @Nullable Object> json, String key, Optional<?> value) {
    json.put(key, value.orElse(null));
  }

  private static void about(Map<String, @Nullable Object> json, ModelSpec.About about) {
    put(json, "description", about.description());
    put(json, "website", about.website());
    put(json, "readmeUrl", about.readmeUrl());
    put(json, "domain", about.domain());
    put(json, "licence", about.licence());
    put(
        json,
        "author",
        about
            .author()
            .map(
                x -> {
                  Map<String, @Nullable Object> author = new LinkedHashMap<>();
                  put(author, "name", x.name());
                  put(author, "email", x.email());
                  return author;
                }));
    json.put("labels", about.labels());
    json.put("categories", about.categories());
  }

  private static Map<String, @Nullable Object> framework(ModelSpec.FrameworkName framework) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", framework.name());
    put(json, "version", framework.version());
    put(
        json,
        "runtime",
        framework
            .runtime()
            .map(
                x -> {
                  Map<String, @Nullable Object> runtime = new LinkedHashMap<>();
                  put(runtime, "name", x.name());
                  put(runtime, "version", x.version());
                  return runtime;
                }));
    return json;
  }

  static Map<String, @Nullable Object> source(Source source) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", source.kind().label());
    put(json, "location", source.location());
    if (source instanceof Source.Git git) {
      put(json, "path", git.path());
      put(json, "branch", git.branch());
      put(json, "tag", git.tag());
      put(json, "image", git.image());
    } else if (source instanceof Source.OtherModel model) {
      put(json, "namespace", model.namespace());
      put(json, "cluster", model.cluster());
    } else if (source instanceof Source.InStore stored) {
      json.put("store", stored.store());
      json.put("bucket", stored.bucket());
      put(json, "path", stored.path());
    }
    return json;
  }

  /** Where it is stands beside its name only if the text says it. */
  private static void dataset(
      Map<String, @Nullable Object> json, Optional<ModelSpec.OtherDataset> dataset) {
    put(json, "dataset", dataset.map(ModelSpec.OtherDataset::name));
    dataset
        .flatMap(ModelSpec.OtherDataset::namespace)
        .ifPresent(x -> json.put("datasetNamespace", x));
    dataset.flatMap(ModelSpec.OtherDataset::cluster).ifPresent(x -> json.put("datasetCluster", x));
  }

  private static Map<String, @Nullable Object> training(ModelSpec.Training training) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    put(json, "mode", training.mode().map(ModelSpec.TrainingMode::label));
    put(json, "baseModel", training.baseModel());
    dataset(json, training.dataset());
    put(json, "data", training.data().map(SpecJson::source));
    put(json, "results", training.results().map(SpecJson::source));
    json.put("params", training.params());
    json.put("resources", resources(training.resources()));
    put(json, "image", training.image());
    put(json, "command", training.command());
    put(json, "mountType", training.mountType());
    put(
        json,
        "metrics",
        training
            .metrics()
            .map(
                x -> {
                  Map<String, @Nullable Object> metrics = new LinkedHashMap<>();
                  put(metrics, "type", x.type());
                  put(metrics, "in", x.in());
                  return metrics;
                }));
    json.put("platforms", training.platforms());
    return json;
  }

  private static Map<String, @Nullable Object> resources(ModelSpec.Resources resources) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    put(json, "tier", resources.tier());
    json.put("nodes", (long) resources.nodes());
    put(json, "cpu", resources.cpu().map(Integer::longValue));
    put(json, "memoryGb", resources.memoryGb().map(Integer::longValue));
    put(json, "diskGb", resources.diskGb().map(Integer::longValue));
    put(json, "gpuType", resources.gpuType());
    put(json, "gpuCount", resources.gpuCount().map(Integer::longValue));
    return json;
  }

  private static Map<String, @Nullable Object> serving(ModelSpec.Serving serving) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    put(json, "image", serving.image());
    put(json, "port", serving.port().map(Integer::longValue));
    json.put("platforms", serving.platforms());
    put(json, "model", serving.model());
    put(json, "source", serving.source().map(SpecJson::source));
    return json;
  }

  private static Map<String, @Nullable Object> job(ModelSpec.Job job) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    put(json, "sourceModel", job.sourceModel());
    put(json, "destinationModel", job.destinationModel());
    json.put("sourceMount", ModelSpec.Job.SOURCE_MOUNT);
    json.put("sourceReadOnly", true);
    json.put("destinationMount", ModelSpec.Job.DESTINATION_MOUNT);
    json.put("destinationReadOnly", false);
    json.put("createDestination", true);
    json.put("suspend", job.suspend());
    dataset(json, job.dataset());
    put(json, "image", job.image());
    return json;
  }

  private static Map<String, @Nullable Object> store(ModelSpec.Store store) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", store.name());
    json.put("type", store.type());
    put(json, "endpoint", store.endpoint());
    json.put("inlineSecret", store.inlineSecret());
    return json;
  }

  private static Map<String, @Nullable Object> step(ModelSpec.ProcessStep step) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", step.name());
    json.put("params", step.params());
    return json;
  }

  private static Map<String, @Nullable Object> data(ModelSpec.DataOrigin data) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    put(json, "sourceId", data.sourceId());
    put(json, "domain", data.domain());
    put(json, "website", data.website());
    put(json, "licence", data.licence());
    return json;
  }
}
