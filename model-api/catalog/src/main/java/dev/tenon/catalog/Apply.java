package dev.tenon.catalog;

import dev.tenon.catalog.AppliedStep.Action;
import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.Source;
import dev.tenon.catalog.spec.SpecCode;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.RegistrationState;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One run over descriptions that brings the store to what they say. For one thread. */
final class Apply {
  private final Catalog catalog;
  private final Registering registering;
  private final Fetching fetching;
  private final Launching launching;
  private final boolean dryRun;
  private final Consumer<AppliedStep> listener;

  Apply(
      Catalog catalog,
      Registering registering,
      Fetching fetching,
      Launching launching,
      boolean dryRun,
      Consumer<AppliedStep> listener) {
    this.catalog = catalog;
    this.registering = registering;
    this.fetching = fetching;
    this.launching = launching;
    this.dryRun = dryRun;
    this.listener = listener;
  }

  List<AppliedStep> run(List<String> locations) throws InterruptedException {
    List<String> files = files(locations);
    List<Description> read =
        dryRun
            ? registering.read(files, Optional.empty(), true)
            : registering.register(files, Optional.empty(), true);
    // Data are asked for by name; all else stands behind what it names.
    List<Description> ordered = new ArrayList<>(read);
    ordered.sort(Comparator.comparing(x -> x.spec().kind() != SpecKind.DATASET));
    List<AppliedStep> steps = new ArrayList<>();
    for (Description each : ordered) {
      AppliedStep step = step(each);
      steps.add(step);
      listener.accept(step);
    }
    return steps;
  }

  /** Files as they are, and the descriptions of directories in the order of their names. */
  static List<String> files(List<String> locations) {
    List<String> files = new ArrayList<>();
    for (String location : locations) {
      if (location.contains("://") || !Files.isDirectory(Path.of(location))) {
        files.add(location);
        continue;
      }
      try (Stream<Path> all = Files.list(Path.of(location))) {
        all.map(Path::toString).filter(Apply::isDescription).sorted().forEach(files::add);
      } catch (IOException e) {
        throw new InvalidInputException(
            Problems.problem("descriptions", location, "a readable directory"), e);
      }
    }
    if (files.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem("descriptions", locations, ".yaml, .yml, .tar.gz or .tgz files"));
    }
    return files;
  }

  private static boolean isDescription(String file) {
    String lower = file.toLowerCase(Locale.ROOT);
    return Stream.of(".yaml", ".yml", ".tar.gz", ".tgz").anyMatch(lower::endsWith);
  }

  private AppliedStep step(Description description) throws InterruptedException {
    try {
      return switch (description.spec().kind()) {
        case DATASET -> fetched(description);
        case MODEL -> model(description);
        case MODEL_JOB -> job(description);
        case SERVER, NOTEBOOK -> user(description);
      };
    } catch (TenonException e) {
      if (!dryRun) {
        fetching.failed(description, e);
      }
      return step(
          description, Action.FAILED, Optional.empty(), Optional.ofNullable(e.getMessage()));
    }
  }

  private AppliedStep fetched(Description description) {
    Optional<StoredVersion> before = fetching.find(description);
    if (before.isPresent()) {
      return there(description, Action.UNCHANGED, before.get());
    }
    boolean waits =
        description.spec().source() instanceof Source.None
            || description.spec().source() instanceof Source.Upload;
    if (waits) {
      return step(
          description,
          Action.WAITING,
          Optional.empty(),
          Optional.of("tenon upload " + description.name() + " DIR"));
    }
    return dryRun
        ? step(description, Action.FETCHED, Optional.empty(), Optional.empty())
        : there(description, Action.FETCHED, fetching.fetch(description, FetchListener.NONE));
  }

  private AppliedStep there(Description description, Action action, StoredVersion version) {
    return BuildContext.is(version)
        ? step(
            description,
            Action.WAITING,
            Optional.of(version.ref().text()),
            Optional.of(BuildContext.cure(version)))
        : done(description, RegistrationState.READY, action, version);
  }

  private AppliedStep model(Description description) throws InterruptedException {
    ModelSpec spec = description.spec();
    boolean scratch =
        spec.training()
            .flatMap(ModelSpec.Training::mode)
            .filter(x -> x == ModelSpec.TrainingMode.SCRATCH)
            .isPresent();
    AppliedStep files = fetched(description);
    boolean ready = files.action() != Action.WAITING || scratch;
    if (!spec.trainable() || !ready) {
      return files;
    }
    Optional<String> lacking = lacking(spec, files.version().isPresent());
    if (lacking.isPresent()) {
      return step(description, Action.WAITING, files.version(), lacking);
    }
    boolean brought = files.version().isPresent() || files.action() == Action.WAITING;
    if (dryRun && !(brought && launching.hasData(description))) {
      return step(description, Action.TRAINED, Optional.empty(), Optional.empty());
    }
    return run(
        description, launching.training(description, LaunchOptions.NONE, FetchListener.NONE));
  }

  private static Optional<String> lacking(ModelSpec spec, boolean uploaded) {
    return spec.warnings().stream()
        .filter(x -> x.code() == SpecCode.INCOMPLETE)
        .filter(x -> !uploaded || !x.path().equals(Launching.SOURCE))
        .map(x -> x.path() + ": " + x.sentence())
        .findFirst();
  }

  private AppliedStep job(Description description) throws InterruptedException {
    if (description.spec().job().filter(ModelSpec.Job::suspend).isPresent()) {
      return step(description, Action.REGISTERED, Optional.empty(), Optional.empty());
    }
    if (dryRun) {
      boolean there = !catalog.store().versions(description.object()).isEmpty();
      Action action = there ? Action.UNCHANGED : Action.TRAINED;
      return step(description, action, Optional.empty(), Optional.empty());
    }
    return run(description, launching.job(description, LaunchOptions.NONE, FetchListener.NONE));
  }

  private AppliedStep run(Description description, JobRequest request) throws InterruptedException {
    Optional<StoredVersion> before = launching.result(request);
    if (before.isPresent()) {
      return done(description, RegistrationState.READY, Action.UNCHANGED, before.get());
    }
    if (dryRun) {
      return step(description, Action.TRAINED, Optional.empty(), Optional.empty());
    }
    Job job = catalog.jobs().start(request);
    try {
      StoredVersion made = catalog.await(job);
      return done(description, RegistrationState.READY, Action.TRAINED, made);
    } catch (InterruptedException e) {
      job.cancel();
      throw e;
    }
  }

  /** A server or notebook is started by hand; it is ready when its model is there. */
  private AppliedStep user(Description description) {
    ModelSpec spec = description.spec();
    Optional<String> model =
        spec.serving()
            .flatMap(ModelSpec.Serving::model)
            .or(() -> spec.job().flatMap(ModelSpec.Job::sourceModel));
    Optional<StoredVersion> version =
        model.flatMap(x -> catalog.store().find(VersionRef.latest(used(description, x))));
    if (version.isPresent()) {
      return done(description, RegistrationState.READY, Action.UNCHANGED, version.get());
    }
    return model.isEmpty()
        ? step(description, Action.REGISTERED, Optional.empty(), Optional.empty())
        : step(
            description,
            Action.WAITING,
            Optional.empty(),
            model.map(x -> "model " + x + " has no version"));
  }

  /** A model in its own namespace, if the description says one. */
  private static ObjectName used(Description description, String model) {
    return description.spec().source() instanceof Source.OtherModel other
            && other.name().equals(model)
        ? Fetching.base(description, other)
        : new ObjectName(ObjectKind.MODEL, description.namespace(), model);
  }

  private AppliedStep done(
      Description description, RegistrationState state, Action action, StoredVersion version) {
    if (!dryRun) {
      fetching.reached(description, state);
    }
    return step(description, action, Optional.of(version.ref().text()), Optional.empty());
  }

  private static AppliedStep step(
      Description description, Action action, Optional<String> version, Optional<String> error) {
    return new AppliedStep(
        description.spec().kind().label(), description.name(), action, version, error);
  }
}
