package dev.tenon.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.catalog.job.JobState;
import dev.tenon.catalog.store.StoredVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training whose JVM is killed half way leaves no version; run again, it makes one. */
class KilledTrainingTest {
  @TempDir private Path home;

  static void awaitStep(Path log, int step) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!Files.readString(log).contains("step " + step + " of ")) {
      assertThat(System.nanoTime()).as("two minutes are over").isLessThan(end);
      Thread.sleep(20);
    }
  }

  private String killed() throws Exception {
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TrainingHost.class.getName(),
                home.toString(),
                "1000000")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = host.inputReader()) {
      String id = out.readLine();
      awaitStep(home.resolve("jobs").resolve(id).resolve("log.txt"), 3);
      return id;
    } finally {
      host.destroyForcibly().waitFor();
    }
  }

  @Test
  void theSourceIsUntouchedAndTheNextRunSucceeds() throws Exception {
    SortedMap<String, String> before;
    try (JobCase jobs = new JobCase(home)) {
      before = JobCase.digests(jobs.base().directory());
    }
    String id = killed();

    try (JobCase jobs = new JobCase(home)) {
      assertThat(jobs.jobs.status(id).state()).isEqualTo(JobState.INTERRUPTED);
      assertThat(jobs.store.versions(JobCase.BASE)).hasSize(1);

      StoredVersion made =
          jobs.jobs.start(jobs.request(Map.of("steps", 2)).runner("finetune").build()).result();

      assertThat(made.number()).isEqualTo(2);
      assertThat(JobCase.digests(jobs.base().directory())).isEqualTo(before);
      assertThat(before.get("model.safetensors"))
          .isEqualTo(JobCase.digests(JobCase.MODEL).get("model.safetensors"));
    }
  }
}
