package dev.tenon.catalog.job;

import dev.tenon.catalog.spec.ModelSpec.Job;
import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes a job as a {@code batch/v1} Job of Kubernetes, for a team whose machine is too small. The
 * source is mounted at {@code /model/saved} read-only, the destination at {@code /model/trained},
 * the dataset at {@code /content/data} read-only, each from a volume claim named after it; the
 * parameters are at {@code /content/params.json} and in {@code PARAM_…}. A secret {@code a.b} is
 * the key {@code b} of the Secret {@code a}; no value of a secret is asked for. Stateless.
 *
 * <p>Claims and Secrets are the cluster's matter, as is what becomes of the files in the
 * destination.
 */
public final class KubernetesManifest {
  private static final String PARAMS_ANNOTATION = "tenon.dev/params";
  private static final String JOB = "job";
  private static final String GPU = "nvidia.com/gpu";

  private final JobRequest request;

  private KubernetesManifest(JobRequest request) {
    this.request = request;
  }

  /**
   * The manifest as YAML of one document; equal requests give equal texts.
   *
   * @throws InvalidInputException if the job has no image, a GPU that is not NVIDIA's, or a secret
   *     whose name is not of the form {@code a.b}
   */
  public static String of(JobRequest request) {
    return BlockYaml.write(new KubernetesManifest(request).job());
  }

  private Map<String, @Nullable Object> job() {
    Problems problems = new Problems();
    problems.check(request.image().isPresent(), "image", "none", "one, for a cluster");
    request
        .resources()
        .gpuType()
        .ifPresent(x -> problems.check(x.startsWith("nvidia"), "gpu.type", x, "a type of nvidia"));
    problems.throwIfAny(InvalidInputException::new);
    Map<String, @Nullable Object> job = new LinkedHashMap<>();
    job.put("apiVersion", "batch/v1");
    job.put("kind", "Job");
    job.put("metadata", metadata());
    job.put("spec", spec());
    return job;
  }

  private Map<String, @Nullable Object> metadata() {
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    String name = request.runName().orElse(request.destination().name());
    metadata.put("name", KubernetesNames.of(name, KubernetesNames.OF_JOB));
    if (!request.destination().namespace().equals(ObjectName.DEFAULT_NAMESPACE)) {
      metadata.put(
          "namespace",
          KubernetesNames.of(request.destination().namespace(), KubernetesNames.OF_JOB));
    }
    metadata.put("labels", labels());
    return metadata;
  }

  private Map<String, @Nullable Object> labels() {
    String value = KubernetesNames.of(request.destination().name(), KubernetesNames.OF_JOB);
    Map<String, @Nullable Object> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/managed-by", "tenon");
    labels.put("tenon.dev/destination", value);
    return labels;
  }

  private Map<String, @Nullable Object> spec() {
    Map<String, @Nullable Object> spec = new LinkedHashMap<>();
    spec.put("backoffLimit", request.retries());
    request.timeout().ifPresent(x -> spec.put("activeDeadlineSeconds", Math.max(1, x.toSeconds())));
    int nodes = request.resources().nodes();
    if (nodes > 1) {
      spec.put("completions", nodes);
      spec.put("parallelism", nodes);
      spec.put("completionMode", "Indexed");
    }
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    metadata.put("labels", labels());
    metadata.put("annotations", Map.of(PARAMS_ANNOTATION, Json.compact(request.params())));
    Map<String, @Nullable Object> template = new LinkedHashMap<>();
    template.put("metadata", metadata);
    template.put("spec", pod());
    spec.put("template", template);
    return spec;
  }

  private Map<String, @Nullable Object> pod() {
    Map<String, @Nullable Object> pod = new LinkedHashMap<>();
    pod.put("restartPolicy", "Never");
    pod.put("automountServiceAccountToken", false);
    pod.put("containers", List.of(container()));
    List<Object> volumes = new ArrayList<>();
    request.source().ifPresent(x -> volumes.add(claim("saved", x.object(), true)));
    volumes.add(claim("trained", request.destination(), false));
    request.dataset().ifPresent(x -> volumes.add(claim("data", x.object(), true)));
    volumes.add(paramsVolume());
    pod.put("volumes", volumes);
    return pod;
  }

  private Map<String, @Nullable Object> container() {
    Map<String, @Nullable Object> container = new LinkedHashMap<>();
    container.put("name", JOB);
    container.put("image", request.image().orElseThrow());
    if (!request.command().isEmpty()) {
      container.put("command", request.command());
    }
    container.put("env", environment());
    container.put("volumeMounts", mounts());
    Map<String, @Nullable Object> limits = limits(request.resources());
    if (!limits.isEmpty()) {
      container.put("resources", Map.of("limits", limits));
    }
    return container;
  }

  /** Names before those that refer to them; secrets first. */
  private List<Object> environment() {
    KubernetesEnvironment variables = new KubernetesEnvironment();
    request.env().forEach(variables::add);
    Variables.of(Map.of(), request.params(), ContainerCommand.places(request))
        .forEach(variables::addLiteral);
    return variables.entries();
  }

  private List<Object> mounts() {
    List<Object> mounts = new ArrayList<>();
    request.source().ifPresent(x -> mounts.add(mount("saved", Job.SOURCE_MOUNT, true)));
    mounts.add(mount("trained", Job.DESTINATION_MOUNT, false));
    request.dataset().ifPresent(x -> mounts.add(mount("data", ContainerCommand.DATA_MOUNT, true)));
    Map<String, @Nullable Object> params = mount("params", ContainerCommand.PARAMS_MOUNT, true);
    params.put("subPath", "params.json");
    mounts.add(params);
    return mounts;
  }

  private static Map<String, @Nullable Object> mount(String name, String path, boolean readOnly) {
    Map<String, @Nullable Object> mount = new LinkedHashMap<>();
    mount.put("name", name);
    mount.put("mountPath", path);
    if (readOnly) {
      mount.put("readOnly", true);
    }
    return mount;
  }

  private static Map<String, @Nullable Object> claim(
      String volume, ObjectName object, boolean readOnly) {
    Map<String, @Nullable Object> claim = new LinkedHashMap<>();
    claim.put("claimName", KubernetesNames.of(object.name(), KubernetesNames.OF_CLAIM));
    if (readOnly) {
      claim.put("readOnly", true);
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", volume);
    map.put("persistentVolumeClaim", claim);
    return map;
  }

  /** An annotation as a file, so that one document is enough. */
  private static Map<String, @Nullable Object> paramsVolume() {
    Map<String, @Nullable Object> item = new LinkedHashMap<>();
    item.put("path", "params.json");
    item.put("fieldRef", Map.of("fieldPath", "metadata.annotations['" + PARAMS_ANNOTATION + "']"));
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", "params");
    map.put("downwardAPI", Map.of("items", List.of(item)));
    return map;
  }

  private static Map<String, @Nullable Object> limits(Resources resources) {
    Map<String, @Nullable Object> limits = new LinkedHashMap<>();
    resources.cpu().ifPresent(x -> limits.put("cpu", x.toString()));
    resources.memoryGb().ifPresent(x -> limits.put("memory", x + "G"));
    resources.diskGb().ifPresent(x -> limits.put("ephemeral-storage", x + "G"));
    Optional<Integer> gpus =
        resources.gpuCount().or(() -> resources.gpuType().map(x -> 1)).filter(x -> x > 0);
    gpus.ifPresent(x -> limits.put(GPU, x.toString()));
    return limits;
  }
}
