package dev.tenon.catalog.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a description says, whichever dialect it was written in. Nothing is filled in that the text
 * does not say; lists and maps are empty where it says nothing. Immutable.
 *
 * @param name who it is
 * @param about words about it
 * @param tasks of HuggingFace's taxonomy
 * @param trainable whether a training may be launched by the description
 * @param servable whether a service may be
 * @param credentials what a launch asks for
 * @param source where the files come from
 * @param container what its container is given
 * @param extra fields that nobody reads, by path
 * @param warnings of the text it was read from
 */
public record ModelSpec(
    Dialect dialect,
    SpecKind kind,
    Name name,
    About about,
    Optional<FrameworkName> framework,
    List<String> tasks,
    boolean trainable,
    boolean servable,
    Credentials credentials,
    Source source,
    Optional<Training> training,
    Optional<Serving> serving,
    Optional<Job> job,
    Container container,
    List<Store> stores,
    List<Store> containerStores,
    List<ProcessStep> processes,
    Optional<DataOrigin> data,
    Map<String, @Nullable Object> extra,
    List<SpecProblem> warnings) {

  /** As a tree of JSON values. */
  public Map<String, @Nullable Object> toMap() {
    return SpecJson.of(this);
  }

  /** The same with what was found on the way. */
  ModelSpec withWarnings(List<SpecProblem> found) {
    return new ModelSpec(
        dialect,
        kind,
        name,
        about,
        framework,
        tasks,
        trainable,
        servable,
        credentials,
        source,
        training,
        serving,
        job,
        container,
        stores,
        containerStores,
        processes,
        data,
        extra,
        found);
  }

  /**
   * Names.
   *
   * @param displayed for people
   * @param identifier in a store; a safe name
   */
  public record Name(String displayed, String identifier, Optional<String> namespace) {}

  /** Words about a model. */
  public record About(
      Optional<String> description,
      Optional<String> website,
      Optional<String> readmeUrl,
      Optional<String> domain,
      Optional<String> licence,
      Optional<Author> author,
      Map<String, @Nullable Object> labels,
      Map<String, List<String>> categories) {
    /** Of a dialect that has no such fields. */
    static final About NOTHING =
        new About(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of());
  }

  /** Who made it. */
  public record Author(Optional<String> name, Optional<String> email) {}

  /** What it is implemented in. */
  public record FrameworkName(
      String name, Optional<String> version, Optional<FrameworkRuntime> runtime) {}

  /** What runs the framework. */
  public record FrameworkRuntime(Optional<String> name, Optional<String> version) {}

  /**
   * What a launch must be given.
   *
   * @param secretRefs names of secrets that the environment refers to, sorted
   */
  public record Credentials(boolean train, boolean serve, List<String> secretRefs) {
    static final Credentials NONE = new Credentials(false, false, List.of());
  }

  /**
   * A dataset by its name.
   *
   * @param namespace where it is, if not in that of the description
   */
  public record OtherDataset(String name, Optional<String> namespace, Optional<String> cluster) {}

  /** How a training runs. */
  public record Training(
      Optional<TrainingMode> mode,
      Optional<String> baseModel,
      Optional<OtherDataset> dataset,
      Optional<Source> data,
      Optional<Source> results,
      Map<String, @Nullable Object> params,
      Resources resources,
      Optional<String> image,
      Optional<String> command,
      Optional<String> mountType,
      Optional<Metrics> metrics,
      List<String> platforms) {}

  /** From other weights, or from none. */
  public enum TrainingMode {
    /** From a model. */
    FINETUNE("Finetune"),
    /** From nothing. */
    SCRATCH("Scratch");

    private final String label;

    TrainingMode(String label) {
      this.label = label;
    }

    /** As it stands in a description. */
    public String label() {
      return label;
    }
  }

  /** Where a training writes its measures. */
  public record Metrics(Optional<String> type, Optional<String> in) {}

  /**
   * What a run may use; absent: the runner decides.
   *
   * @param memoryGb 10^9 bytes
   * @param diskGb 10^9 bytes
   */
  public record Resources(
      Optional<String> tier,
      int nodes,
      Optional<Integer> cpu,
      Optional<Integer> memoryGb,
      Optional<Integer> diskGb,
      Optional<String> gpuType,
      Optional<Integer> gpuCount) {
    /** Nothing said: the runner decides all of it. */
    public static final Resources UNSAID =
        new Resources(
            Optional.empty(),
            1,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** How a service runs. */
  public record Serving(
      Optional<String> image,
      Optional<Integer> port,
      List<String> platforms,
      Optional<String> model,
      Optional<Source> source) {
    static final Serving UNSAID =
        new Serving(
            Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());
  }

  /** A run beside a model, which is mounted read-only, and another, which it writes. */
  public record Job(
      Optional<String> sourceModel,
      Optional<String> destinationModel,
      boolean suspend,
      Optional<OtherDataset> dataset,
      Optional<String> image) {
    /** Where the source is mounted, read-only. */
    public static final String SOURCE_MOUNT = "/model/saved";

    /** Where the destination is mounted, created when it does not exist. */
    public static final String DESTINATION_MOUNT = "/model/trained";
  }

  /** What a container is given. */
  public record Container(
      Map<String, @Nullable Object> params,
      Map<String, String> env,
      List<String> command,
      Optional<Resources> resources) {
    static final Container NOTHING = new Container(Map.of(), Map.of(), List.of(), Optional.empty());

    /** Without the environment, which may hold secrets. */
    @Override
    public String toString() {
      return "Container[params=" + params + ", env=" + env.keySet() + ", command=" + command + "]";
    }
  }

  /**
   * Where files or images lie.
   *
   * @param inlineSecret whether a key stands in the text; it is not kept
   */
  public record Store(String name, String type, Optional<String> endpoint, boolean inlineSecret) {}

  /** A step by which the model was made. */
  public record ProcessStep(String name, Map<String, @Nullable Object> params) {}

  /** Where its data came from. */
  public record DataOrigin(
      Optional<String> sourceId,
      Optional<String> domain,
      Optional<String> website,
      Optional<String> licence) {}
}
