package dev.tenon.catalog;

import dev.tenon.catalog.job.JobRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.Source;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes requests for jobs of descriptions. Safe for threads. */
final class Launching {
  /** Where a description names its files. */
  static final String SOURCE = "spec.source";

  private final ModelStore store;
  private final Descriptions descriptions;
  private final Fetching fetching;
  private final Datasets datasets;
  private final CatalogOptions options;
  private final Notices notices;

  Launching(
      ModelStore store,
      Descriptions descriptions,
      Fetching fetching,
      Datasets datasets,
      CatalogOptions options,
      Notices notices) {
    this.store = store;
    this.descriptions = descriptions;
    this.fetching = fetching;
    this.datasets = datasets;
    this.options = options;
    this.notices = notices;
  }

  /** The training that a model declares. */
  JobRequest training(Description description, LaunchOptions given, FetchListener listener) {
    Launch launch = new Launch(description, options.credentials(), notices::say);
    launch.checkTraining(there(description, given));
    ModelSpec spec = description.spec();
    ModelSpec.Training training = spec.training().orElseThrow();
    JobRequest.Builder job = JobRequest.to(description.object());
    source(description, training, given, listener).ifPresent(job::source);
    data(description, training, given, listener).ifPresent(job::dataset);
    Map<String, @Nullable Object> params = new LinkedHashMap<>(spec.container().params());
    params.putAll(training.params());
    job.resources(training.resources());
    training.image().ifPresent(job::image);
    training.mode().ifPresent(job::mode);
    training
        .command()
        .ifPresentOrElse(job::shellCommand, () -> job.command(spec.container().command()));
    return finish(job, params, spec, given);
  }

  /** Fields that may lack: a caller gives data, somebody has uploaded files. */
  private Set<String> there(Description description, LaunchOptions given) {
    Set<String> paths = new TreeSet<>();
    if (given.dataset().isPresent()) {
      paths.add(Launch.DATASET);
    }
    if (given.from().isPresent() || fetching.find(description).isPresent()) {
      paths.add(SOURCE);
    }
    return paths;
  }

  /** The run that a ModelJob describes. */
  JobRequest job(Description description, LaunchOptions given, FetchListener listener) {
    ModelSpec spec = description.spec();
    ModelSpec.Job described =
        spec.job()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        Problems.problem(
                            "kind of " + description.name(), spec.kind(), "ModelJob")));
    JobRequest.Builder job = JobRequest.to(description.object());
    described
        .sourceModel()
        .map(x -> new ObjectName(ObjectKind.MODEL, description.namespace(), x))
        .ifPresent(x -> job.source(version(x, given.from(), listener)));
    dataset(description, described.dataset(), given, listener).ifPresent(job::dataset);
    spec.container().resources().ifPresent(job::resources);
    described.image().ifPresent(job::image);
    job.command(spec.container().command());
    return finish(job, spec.container().params(), spec, given);
  }

  /** The newest version that a run of this request has made. */
  Optional<StoredVersion> result(JobRequest request) {
    return store.versions(request.destination()).stream()
        .filter(x -> isResult(x.record().lineage(), request))
        .reduce((a, b) -> b);
  }

  /** An image may stand for more parameters than the request gives. */
  private static boolean isResult(Lineage made, JobRequest request) {
    Map<String, String> params = texts(made.params());
    return made.job().isPresent()
        && made.parent().equals(request.source().map(StoredVersion::asParent))
        && made.dataset().equals(request.dataset().map(StoredVersion::asParent))
        && params.entrySet().containsAll(texts(request.params()).entrySet())
        && Optional.ofNullable(made.origin().get("image")).equals(request.image())
        && Optional.ofNullable(made.origin().get("command")).equals(request.commandText());
  }

  private static Map<String, String> texts(Map<String, @Nullable Object> params) {
    Map<String, String> texts = new LinkedHashMap<>();
    params.forEach((name, value) -> texts.put(name, Json.compact(value)));
    return texts;
  }

  /** The files that a notebook shows. */
  Optional<StoredVersion> source(Description notebook) {
    ModelSpec spec = notebook.spec();
    return spec.job()
        .flatMap(ModelSpec.Job::sourceModel)
        .map(x -> new ObjectName(ObjectKind.MODEL, notebook.namespace(), x))
        .or(
            () ->
                spec.source() instanceof Source.OtherModel other
                    ? Optional.of(Fetching.base(notebook, other))
                    : Optional.empty())
        .map(x -> version(x, Optional.empty(), FetchListener.NONE));
  }

  private static JobRequest finish(
      JobRequest.Builder job,
      Map<String, @Nullable Object> params,
      ModelSpec spec,
      LaunchOptions given) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>(params);
    all.putAll(given.params());
    job.params(all).env(environment(spec, all)).retries(given.retries());
    given.runner().ifPresent(job::runner);
    given.timeout().ifPresent(job::timeout);
    given.runName().ifPresent(job::runName);
    return job.build();
  }

  /** The environment of the description, and parameters of the steps by which it was made. */
  private static Map<String, String> environment(
      ModelSpec spec, Map<String, @Nullable Object> given) {
    Set<String> params =
        given.keySet().stream().map(JobRequest::variable).collect(Collectors.toSet());
    Map<String, String> all = new LinkedHashMap<>();
    for (ModelSpec.ProcessStep step : spec.processes()) {
      step.params()
          .forEach(
              (name, value) -> {
                if (!params.contains(JobRequest.variable(name))) {
                  all.put(JobRequest.variable(name), String.valueOf(value));
                }
              });
    }
    all.putAll(spec.container().env());
    return all;
  }

  /** The version that a training starts from; none where it starts from nothing. */
  private Optional<StoredVersion> source(
      Description description,
      ModelSpec.Training training,
      LaunchOptions given,
      FetchListener listener) {
    ObjectName object = description.object();
    if (given.from().isPresent()) {
      return Optional.of(store.resolve(new VersionRef(object, given.from().get())));
    }
    boolean nothing = description.spec().source() instanceof Source.None;
    boolean scratch = training.mode().equals(Optional.of(ModelSpec.TrainingMode.SCRATCH));
    if (nothing && scratch && fetching.find(description).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(BuildContext.model(fetching.fetch(description, listener)));
  }

  /** What the user names may be a file of theirs; what a description names never is. */
  private Optional<StoredVersion> dataset(
      Description description,
      Optional<ModelSpec.OtherDataset> described,
      LaunchOptions given,
      FetchListener listener) {
    return given
        .dataset()
        .map(x -> datasets.get(x, description.namespace(), listener))
        .or(() -> described.map(x -> datasets.named(object(description, x), listener)));
  }

  private static ObjectName object(Description description, ModelSpec.OtherDataset dataset) {
    String namespace = dataset.namespace().orElse(description.namespace());
    return new ObjectName(ObjectKind.DATASET, namespace, dataset.name());
  }

  /** Whether a training would find its data without bringing any. */
  boolean hasData(Description description) {
    Optional<ModelSpec.Training> training = description.spec().training();
    boolean named =
        training
            .flatMap(ModelSpec.Training::dataset)
            .map(x -> store.find(VersionRef.latest(object(description, x))).isPresent())
            .orElse(true);
    return named
        && training
            .flatMap(ModelSpec.Training::data)
            .map(x -> fetching.findData(description, x).isPresent())
            .orElse(true);
  }

  private Optional<StoredVersion> data(
      Description description,
      ModelSpec.Training training,
      LaunchOptions given,
      FetchListener listener) {
    return dataset(description, training.dataset(), given, listener)
        .or(() -> training.data().map(x -> fetching.data(description, x, listener)));
  }

  /** A model that a job starts from: what is in the store, or else what its description brings. */
  private StoredVersion version(
      ObjectName object, Optional<String> version, FetchListener listener) {
    VersionRef ref = new VersionRef(object, version.orElse(VersionRef.LATEST));
    if (version.isPresent() || store.find(ref).isPresent()) {
      return BuildContext.model(store.resolve(ref));
    }
    return BuildContext.model(
        fetching.fetch(descriptions.get(SpecKind.MODEL, object.text()), listener));
  }
}
