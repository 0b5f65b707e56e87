package dev.tenon.catalog.job;

import dev.tenon.catalog.store.ObjectName;
import dev.tenon.internal.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a job stands; read from its files, so that it is the same in every process.
 *
 * @param id names the job
 * @param destination what it makes a version of
 * @param state how it stands
 * @param attempt the current or last one, from 1
 * @param runner what runs it
 * @param started when the first attempt began
 * @param ended when it was over
 * @param error why there is no result, without secrets
 * @param version the number of the new version, after success
 * @param log its output
 */
public record JobStatus(
    String id,
    ObjectName destination,
    JobState state,
    int attempt,
    JobRunner runner,
    Instant started,
    Optional<Instant> ended,
    Optional<String> error,
    OptionalInt version,
    Path log) {

  /** Of a job that begins. */
  static JobStatus running(JobFiles files, ObjectName destination, JobRunner runner) {
    return new JobStatus(
        files.id(),
        destination,
        JobState.RUNNING,
        1,
        runner,
        Instant.now(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        files.log());
  }

  /** As a tree of JSON values. */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("id", id);
    map.put("namespace", destination.namespace());
    map.put("destination", destination.name());
    map.put("state", state.name());
    map.put("attempt", attempt);
    map.put("runner", runner.name());
    map.put("runner_kind", runner.kind().name());
    map.put("started", started.toString());
    map.put("ended", ended.map(Instant::toString).orElse(null));
    map.put("error", error.orElse(null));
    map.put("version", version.isPresent() ? version.getAsInt() : null);
    return map;
  }

  static JobStatus of(JobFiles files) {
    JsonObject json = JobFiles.read(files.status());
    OptionalLong version = json.findInteger("version");
    return new JobStatus(
        files.id(),
        ObjectName.model(json.string("destination")).withNamespace(json.string("namespace")),
        JobState.valueOf(json.string("state")),
        json.positiveInt("attempt"),
        new JobRunner(JobRunner.Kind.valueOf(json.string("runner_kind")), json.string("runner")),
        Instant.parse(json.string("started")),
        json.findString("ended").map(Instant::parse),
        json.findString("error"),
        version.isPresent() ? OptionalInt.of((int) version.getAsLong()) : OptionalInt.empty(),
        files.log());
  }

  void write(JobFiles files) {
    JobFiles.write(files.status(), toMap());
  }

  JobStatus attempt(int number) {
    return new JobStatus(
        id, destination, state, number, runner, started, ended, error, version, log);
  }

  JobStatus ended(JobState how, Optional<String> why, OptionalInt result) {
    return new JobStatus(
        id,
        destination,
        how,
        attempt,
        runner,
        started,
        Optional.of(Instant.now()),
        why,
        result,
        log);
  }
}
