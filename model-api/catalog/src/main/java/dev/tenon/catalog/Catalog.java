package dev.tenon.catalog;

import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobSettings;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.catalog.job.Jobs;
import dev.tenon.catalog.job.KubernetesManifest;
import dev.tenon.catalog.job.Notebook;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.spec.SpecReader;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoreBucket;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.model.ModelRegistry;
import dev.tenon.spec.ModelConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A catalog: descriptions of models, the store of their versions, and the jobs that make new ones.
 * Names are {@code heron}, or {@code shared/heron} in a namespace, with {@code :3} or {@code
 * :production} for a version. Safe for threads, and for several processes on one home. Whoever
 * opens it closes it; a closed one ends no job.
 */
public final class Catalog implements AutoCloseable {
  private final CatalogOptions options;
  private final ModelStore store;
  private final Jobs jobs;
  private final Sources sources;
  private final Descriptions descriptions;
  private final Registering registering;
  private final Uploads uploads;
  private final Fetching fetching;
  private final Datasets datasets;
  private final Launching launching;
  private final Results results;
  private final CatalogModels models;

  private Catalog(CatalogOptions options, ModelStore store, JobTypes types) {
    Notices notices = new Notices();
    SpecReader reader = SpecReader.lenient().frameworks(options.frameworks().keySet());
    this.options = options;
    this.store = store;
    this.sources = new Sources(options);
    this.jobs = new Jobs(store, types, options.credentials());
    this.descriptions = new Descriptions(store, reader);
    this.registering = new Registering(descriptions, reader, sources.web());
    this.uploads = new Uploads(store);
    this.fetching = new Fetching(store, descriptions, sources, uploads);
    this.datasets = new Datasets(store, descriptions, fetching, uploads);
    this.launching = new Launching(store, descriptions, fetching, datasets, options, notices);
    this.results = new Results(store, descriptions, fetching, sources, notices);
    this.models = new CatalogModels(this, options.frameworks());
  }

  /**
   * Opens a catalog, which is made if it is not there.
   *
   * @param types what runs jobs in this process
   */
  public static Catalog open(CatalogOptions options, JobTypes types) {
    ModelStore store = ModelStore.open(options.home());
    try {
      return new Catalog(options, store, types);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** The same with the job types that {@link java.util.ServiceLoader} finds. */
  public static Catalog open(CatalogOptions options) {
    return open(options, JobTypes.fromServiceLoader());
  }

  /**
   * Registers the description in a file.
   *
   * @throws dev.tenon.catalog.spec.InvalidSpecException with all errors
   */
  public Description register(Path file) {
    return register(List.of(file.toString()), Optional.empty(), false).get(0);
  }

  /**
   * Registers descriptions, all of them or none. What they refer to must be among them or be
   * registered.
   *
   * @param locations files or https URLs: {@code .yaml}, {@code .yml}, or {@code .tar.gz}, {@code
   *     .tgz} with exactly one of those
   * @param name in place of the name in the description, of which there is one then
   * @param replace whether a description of the same name may be replaced by another one
   * @throws dev.tenon.catalog.spec.InvalidSpecException with all errors of all descriptions
   */
  public List<Description> register(
      List<String> locations, Optional<String> name, boolean replace) {
    return registering.register(locations, name, replace);
  }

  /** All descriptions, by kind and name. */
  public List<Description> descriptions() {
    return descriptions.all();
  }

  /** A description, if there is one of this name. */
  public Optional<Description> findDescription(SpecKind kind, String name) {
    return descriptions.find(kind, name);
  }

  /**
   * Brings the files of a model into the store, those of other models that it names first. Files
   * that were brought before are not asked for again.
   */
  public StoredVersion fetch(String model, FetchListener listener) {
    return fetching.fetch(descriptions.get(SpecKind.MODEL, model), listener);
  }

  /**
   * The version of a dataset.
   *
   * @param text a stored or described dataset, or a file or directory, which is copied into the
   *     store under its own name
   */
  public StoredVersion dataset(String text, FetchListener listener) {
    return datasets.get(text, ObjectName.DEFAULT_NAMESPACE, listener);
  }

  /**
   * Makes files a new version of a registered model.
   *
   * @param files a directory or an archive, which stays as it is
   */
  public StoredVersion upload(String model, Path files) {
    return fetching.upload(descriptions.get(SpecKind.MODEL, model), files);
  }

  /** Makes files a new version of a dataset, registered or not. */
  public StoredVersion uploadDataset(String name, Path files) {
    VersionRef ref = VersionRef.parse(ObjectKind.DATASET, name);
    return uploads.add(ref.object(), files, VersionRecord.EMPTY);
  }

  /**
   * Starts the training that a model declares, with its files and data fetched before.
   *
   * @throws dev.tenon.catalog.spec.InvalidSpecException with {@code NO_FUNCTION} if it declares
   *     none, with {@code MISSING} if the description is not complete
   */
  public Job train(String model, LaunchOptions given, FetchListener listener) {
    return jobs.start(launching.training(descriptions.get(SpecKind.MODEL, model), given, listener));
  }

  /** Starts what a ModelJob describes, with the files of its source fetched before. */
  public Job runJob(String modelJob, LaunchOptions given, FetchListener listener) {
    return jobs.start(
        launching.job(descriptions.get(SpecKind.MODEL_JOB, modelJob), given, listener));
  }

  /**
   * Waits for a job of this catalog, notes how far its description came, and writes results where
   * the description wants them.
   *
   * @throws dev.tenon.catalog.job.JobFailedException if it has no result
   * @throws InterruptedException if this thread is interrupted; the job goes on
   */
  public StoredVersion await(Job job) throws InterruptedException {
    results.settle(job.join());
    return job.result();
  }

  /** What a cluster needs to run a ModelJob, or the training of a model, in YAML. */
  public String manifest(String name, LaunchOptions given) {
    Optional<Description> job = descriptions.find(SpecKind.MODEL_JOB, name);
    return KubernetesManifest.of(
        job.isPresent()
            ? launching.job(job.get(), given, FetchListener.NONE)
            : launching.training(
                descriptions.get(SpecKind.MODEL, name), given, FetchListener.NONE));
  }

  /**
   * Starts a JupyterLab on the files of a version.
   *
   * @param name of a Notebook that is described, or of a model; with a version it is a model's;
   *     without a name it starts without files
   */
  public Notebook notebook(Optional<String> name) {
    Optional<StoredVersion> source =
        name.flatMap(
            x ->
                Optional.of(x)
                    .filter(y -> !y.contains(":"))
                    .flatMap(y -> descriptions.find(SpecKind.NOTEBOOK, y))
                    .map(launching::source)
                    .orElseGet(
                        () -> Optional.of(store.resolve(VersionRef.parse(ObjectKind.MODEL, x)))));
    return Notebook.start(store, source, JobSettings.defaults());
  }

  /**
   * Brings the store to what these descriptions say: registers them, fetches files, runs trainings
   * and jobs whose result is not there. What is there already stays, so that it may be called again
   * at any time; a failure is noted with its description, and what depends on it waits. An
   * interrupt cancels the training that runs.
   *
   * @param locations as {@link #register} takes them, and directories of such files
   * @param dryRun tells what would be done, and does nothing
   * @param listener told each step as it ends
   * @return all steps
   */
  public List<AppliedStep> apply(
      List<String> locations, boolean dryRun, Consumer<AppliedStep> listener)
      throws InterruptedException {
    return new Apply(this, registering, fetching, launching, dryRun, listener).run(locations);
  }

  /**
   * Copies a version into a bucket; files that it has are not sent again. Keys are asked for as
   * {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}.
   *
   * @param endpoint of the server, which is asked whatever its address is
   * @param url {@code s3://bucket/prefix}
   */
  public void push(VersionRef ref, String endpoint, String url, FetchListener listener) {
    StoredVersion version = store.resolve(ref);
    try (Sources.UserBucket bucket = sources.bucket(endpoint, url)) {
      new StoreBucket(store, bucket.trees()).push(version, listener);
    }
  }

  /**
   * Brings a version that was pushed; it gets the next number of its name here, unless the name has
   * the same files already.
   *
   * @param ref the newest that was pushed, the number that it had there, or the start of its digest
   */
  public StoredVersion pull(VersionRef ref, String endpoint, String url, FetchListener listener) {
    try (Sources.UserBucket bucket = sources.bucket(endpoint, url)) {
      return new StoreBucket(store, bucket.trees()).pull(ref.object(), ref.version(), listener);
    }
  }

  /**
   * Lets a registry create the models of this catalog: type {@code catalog} takes the name, {@code
   * heron:production}, as its argument {@code model}; a registered model whose name may be a type's
   * is one, with an optional argument {@code version}. Files are fetched when a model is created.
   */
  public void addTo(ModelRegistry registry) {
    models.addTo(registry);
  }

  /**
   * How to create a version.
   *
   * @throws dev.tenon.error.TenonException if its files are none of its framework's
   */
  public ModelConfig prepare(StoredVersion version) {
    return models.prepare(version);
  }

  /** The versions. */
  public ModelStore store() {
    return store;
  }

  /** The jobs of all processes on this home. */
  public Jobs jobs() {
    return jobs;
  }

  /** The home. */
  @Override
  public String toString() {
    return "Catalog[" + options.home() + "]";
  }

  @Override
  public void close() {
    try {
      jobs.close();
    } finally {
      try {
        sources.close();
      } finally {
        store.close();
      }
    }
  }
}
