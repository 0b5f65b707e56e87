package dev.tenon.jobs;

import dev.tenon.catalog.job.JobRequest;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.catalog.job.Jobs;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A store with a tiny Llama and a dataset, and jobs that train it. */
final class JobCase implements AutoCloseable {
  static final Path MODEL =
      Path.of("../../samples/cli/src/test/resources/oracle/families/llama")
          .toAbsolutePath()
          .normalize();

  static final ObjectName BASE = ObjectName.model("heron");
  private static final ObjectName ROWS = ObjectName.dataset("rows");
  private static final List<String> PAIRS =
      List.of(
          "{\"prompt\": \"The harbour was\", \"answer\": \" quiet\"}",
          "{\"prompt\": \"The boats\", \"answer\": \" rocked gently\"}",
          "{\"prompt\": \"An old man\", \"completion\": \" walked\"}");

  final ModelStore store;
  final Jobs jobs;

  JobCase(Path home) throws IOException {
    store = ModelStore.open(home);
    jobs = new Jobs(store, JobTypes.fromServiceLoader(), CredentialSource.NONE);
    if (store.versions(BASE).isEmpty()) {
      Path model = staging();
      for (String name :
          List.of(
              "config.json",
              "generation_config.json",
              "model.safetensors",
              "special_tokens_map.json",
              "tokenizer.json",
              "tokenizer_config.json")) {
        Files.copy(MODEL.resolve(name), model.resolve(name));
      }
      store.commit(BASE, model, VersionRecord.EMPTY.withTasks(List.of("text-generation")));
      Path rows = staging();
      Files.write(rows.resolve("train.jsonl"), PAIRS);
      Files.write(rows.resolve("validation.jsonl"), PAIRS.subList(0, 1));
      store.commit(ROWS, rows, VersionRecord.EMPTY);
    }
  }

  private Path staging() throws IOException {
    return Files.createDirectory(store.newStaging().resolve("files"));
  }

  StoredVersion base() {
    return store.versions(BASE).get(0);
  }

  /** A new version of the base. */
  JobRequest.Builder request(Map<String, Object> params) {
    return JobRequest.to(BASE).source(base()).dataset(store.versions(ROWS).get(0)).params(params);
  }

  static SortedMap<String, String> digests(Path directory) throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, Path> file : FileTree.files(directory).entrySet()) {
      digests.put(file.getKey(), FileTree.sha256(file.getValue()));
    }
    return digests;
  }

  @Override
  public void close() {
    jobs.close();
    store.close();
  }
}
