package dev.tenon.catalog.job;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Registry;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Job types by name, and the container images that they stand for. An instance belongs to the
 * application. Safe for threads.
 */
public final class JobTypes {
  /** The type of a training from other weights. */
  public static final String FINETUNE = "finetune";

  /** The type of a training from none. */
  public static final String SCRATCH = "scratch";

  private static final Pattern DOCKER_HUB = Pattern.compile("^(index\\.)?docker\\.io/(library/)?");

  private final Registry<JobType> types =
      new Registry<>(
          "job type", Map.of(FINETUNE, "dev.tenon:tenon-jobs", SCRATCH, "dev.tenon:tenon-jobs"));

  private final Map<String, ImageType> images = new ConcurrentHashMap<>();

  /** No types; {@code substratusai/hf-llm-peft-trainer} stands for {@code finetune} with LoRA. */
  public JobTypes() {
    mapImage(
        "substratusai/hf-llm-peft-trainer",
        FINETUNE,
        Map.of("lora_r", 16L, "lora_alpha", 32.0, "lora_dropout", 0.05));
  }

  /** The types that {@link ServiceLoader} finds on the class path. */
  public static JobTypes fromServiceLoader() {
    JobTypes found = new JobTypes();
    ServiceLoader.load(JobType.class).forEach(found::register);
    return found;
  }

  /**
   * Registers a type under its {@link JobType#name()}.
   *
   * @throws InvalidInputException if the name is malformed, taken, or that of another runner
   */
  public void register(JobType type) {
    if (RunnerChoice.NOT_TYPES.contains(type.name())) {
      throw new InvalidInputException(
          Problems.problem("job type", type.name(), "none of " + RunnerChoice.NOT_TYPES));
    }
    types.register(type.name(), type);
  }

  /** Lets a type stand for an image; see the other method. */
  public void mapImage(String image, String type) {
    mapImage(image, type, Map.of());
  }

  /**
   * Lets a type stand for an image. A later mapping of the same image replaces an earlier one.
   *
   * @param image its name without tag and digest, as {@code substratusai/hf-llm-peft-trainer}
   * @param type a registered name, or one that will be
   * @param defaults parameters where a job gives none
   */
  public void mapImage(String image, String type, Map<String, ?> defaults) {
    images.put(name(image), new ImageType(type, defaults));
  }

  /** All registered types. */
  public SortedSet<String> names() {
    return types.names();
  }

  /**
   * The type of a name.
   *
   * @throws UnknownNameException listing the known ones
   */
  public JobType get(String name) {
    return types.get(name);
  }

  /** The name of the type that stands for an image, with any tag or digest. */
  public Optional<String> typeOf(String image) {
    return Optional.ofNullable(images.get(name(image))).map(ImageType::type);
  }

  /** Parameters with those that the mapping of an image adds. */
  Map<String, @Nullable Object> withDefaults(
      Optional<String> image, Map<String, @Nullable Object> params) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    image.map(x -> images.get(name(x))).ifPresent(x -> all.putAll(x.defaults()));
    all.putAll(params);
    return Collections.unmodifiableMap(all);
  }

  /** Without tag, digest and the name of Docker's own registry. */
  private static String name(String image) {
    String plain = image.split("@", 2)[0];
    int tag = plain.lastIndexOf(':');
    String untagged = tag > plain.lastIndexOf('/') ? plain.substring(0, tag) : plain;
    return DOCKER_HUB.matcher(untagged).replaceFirst("");
  }

  /** What stands for an image. */
  private record ImageType(String type, Map<String, ?> defaults) {
    ImageType {
      defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
    }
  }
}
