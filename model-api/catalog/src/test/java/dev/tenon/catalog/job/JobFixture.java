package dev.tenon.catalog.job;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A store with a model and a dataset, and jobs on it. */
final class JobFixture implements AutoCloseable {
  static final ObjectName SOURCE = ObjectName.model("base");
  static final ObjectName DESTINATION = ObjectName.model("tuned");

  final ModelStore store;
  final StoredVersion source;
  final StoredVersion dataset;
  final JobTypes types = new JobTypes();
  private final Jobs jobs;

  JobFixture(Path home) throws IOException {
    this(home, JobSettings.defaults().withGrace(Duration.ofMillis(300)));
  }

  JobFixture(Path home, JobSettings settings) throws IOException {
    store = ModelStore.open(home);
    source = commit(store, SOURCE, Map.of("config.json", "{}", "weights.bin", "1234"));
    dataset = commit(store, ObjectName.dataset("rows"), Map.of("train.jsonl", "{}\n"));
    Map<String, String> secrets = Map.of("hub.token", "s3cr3t-value", "other.key", "a\nb-line");
    CredentialSource credentials = name -> Optional.ofNullable(secrets.get(name));
    jobs = new Jobs(store, types, credentials, settings);
  }

  static StoredVersion commit(ModelStore store, ObjectName name, Map<String, String> files)
      throws IOException {
    Path directory = Files.createDirectory(store.newStaging().resolve("files"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    return store.commit(name, directory, VersionRecord.EMPTY.withFramework("transformers"));
  }

  Jobs jobs() {
    return jobs;
  }

  /** A job from the source to the destination. */
  JobRequest.Builder request() {
    return JobRequest.to(DESTINATION).source(source).dataset(dataset);
  }

  /** Registers a type of this process. */
  void type(String name, Body body) {
    types.register(
        new JobType() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public void run(JobContext context) throws Exception {
            body.run(context);
          }
        });
  }

  /** What a type does. */
  @FunctionalInterface
  interface Body {
    void run(JobContext context) throws Exception;
  }

  @Override
  public void close() {
    jobs.close();
    store.close();
  }
}
