package dev.tenon.catalog.job;

import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The request of a job as JSON, and back. References to secrets stay references. */
final class RequestJson {
  private RequestJson() {}

  static Map<String, @Nullable Object> of(JobRequest request) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("destination", name(request.destination()));
    map.put("source", request.source().map(RequestJson::version).orElse(null));
    map.put("dataset", request.dataset().map(RequestJson::version).orElse(null));
    map.put("params", request.params());
    map.put("env", request.env());
    map.put("command", request.command());
    map.put("image", request.image().orElse(null));
    map.put("mode", request.mode().map(TrainingMode::name).orElse(null));
    map.put("resources", resources(request.resources()));
    map.put("runner", request.runner().orElse(null));
    map.put("retries", request.retries());
    map.put("timeout", request.timeout().map(Duration::toString).orElse(null));
    map.put("run_name", request.runName().orElse(null));
    return map;
  }

  /**
   * Reads a request.
   *
   * @throws dev.tenon.error.UnknownNameException if its source or dataset is not there any more
   */
  static JobRequest read(JsonObject json, ModelStore store) {
    Map<String, String> env = new LinkedHashMap<>();
    JsonObject variables = json.object("env");
    variables.keys().forEach(x -> env.put(x, variables.string(x)));
    return new JobRequest(
        name(json.object("destination")),
        json.findObject("source").map(x -> version(x, store)),
        json.findObject("dataset").map(x -> version(x, store)),
        json.object("params").toMap(),
        env,
        json.strings("command"),
        json.findString("image"),
        json.findString("mode").map(TrainingMode::valueOf),
        resources(json.object("resources")),
        json.findString("runner"),
        (int) json.integer("retries"),
        json.findString("timeout").map(Duration::parse),
        json.findString("run_name"));
  }

  private static Map<String, @Nullable Object> name(ObjectName name) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("kind", name.kind().name());
    map.put("namespace", name.namespace());
    map.put("name", name.name());
    return map;
  }

  private static ObjectName name(JsonObject json) {
    return new ObjectName(
        ObjectKind.valueOf(json.string("kind")), json.string("namespace"), json.string("name"));
  }

  private static Map<String, @Nullable Object> version(StoredVersion version) {
    Map<String, @Nullable Object> map = name(version.object());
    map.put("number", version.number());
    map.put("digest", version.digest());
    return map;
  }

  private static StoredVersion version(JsonObject json, ModelStore store) {
    VersionRef ref = VersionRef.of(name(json), json.positiveInt("number"));
    StoredVersion found = store.resolve(ref);
    if (!found.digest().equals(json.string("digest"))) {
      throw new InvalidInputException(
          Problems.problem(
              "digest of " + ref.text(),
              found.digest(),
              "that of the job, " + json.string("digest")));
    }
    return found;
  }

  private static Map<String, @Nullable Object> resources(Resources resources) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("tier", resources.tier().orElse(null));
    map.put("nodes", resources.nodes());
    map.put("cpu", resources.cpu().orElse(null));
    map.put("memory_gb", resources.memoryGb().orElse(null));
    map.put("disk_gb", resources.diskGb().orElse(null));
    map.put("gpu_type", resources.gpuType().orElse(null));
    map.put("gpu_count", resources.gpuCount().orElse(null));
    return map;
  }

  private static Resources resources(JsonObject json) {
    return new Resources(
        json.findString("tier"),
        json.positiveInt("nodes"),
        integer(json, "cpu"),
        integer(json, "memory_gb"),
        integer(json, "disk_gb"),
        json.findString("gpu_type"),
        integer(json, "gpu_count"));
  }

  private static Optional<Integer> integer(JsonObject json, String key) {
    OptionalLong value = json.findInteger(key);
    return value.isPresent() ? Optional.of((int) value.getAsLong()) : Optional.empty();
  }
}
