package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.internal.FileTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM that hosts a job is killed half way. */
class KilledJobTest {
  @TempDir private Path home;

  /** Kills the host once the job is half way. */
  private String killHalfWay(String kind) throws Exception {
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                JobHost.class.getName(),
                home.toString(),
                kind)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = host.inputReader()) {
      String id = out.readLine();
      Path log = home.resolve("jobs").resolve(id).resolve("log.txt");
      ChildProcessTest.await(() -> Files.readString(log).contains("half way"));
      assertThat(stateSeenFromHere(id)).isEqualTo(JobState.RUNNING);
      assertThat(stateSeenFromHere(id)).as("looking harms nothing").isEqualTo(JobState.RUNNING);
      return id;
    } finally {
      host.destroyForcibly().waitFor();
    }
  }

  private JobState stateSeenFromHere(String id) {
    try (ModelStore store = ModelStore.open(home);
        Jobs jobs = new Jobs(store, new JobTypes(), CredentialSource.NONE)) {
      return jobs.status(id).state();
    }
  }

  private static SortedMap<String, String> digests(Path directory) throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, Path> file : FileTree.files(directory).entrySet()) {
      digests.put(file.getKey(), FileTree.sha256(file.getValue()));
    }
    return digests;
  }

  @Test
  void aJobOfADeadHostLeavesNoVersionAndRunsAgain() throws Exception {
    String id = killHalfWay("type");
    try (JobFixture fixture = new JobFixture(home)) {
      SortedMap<String, String> before = digests(fixture.source.directory());
      assertThat(fixture.jobs().status(id).state()).isEqualTo(JobState.INTERRUPTED);
      assertThat(fixture.store.versions(JobFixture.DESTINATION)).isEmpty();
      fixture.store.collect();
      assertThat(FileTree.files(home).keySet()).noneMatch(x -> x.endsWith("half.bin"));

      fixture.type(
          "half", context -> Files.writeString(context.trained().resolve("whole.bin"), "whole"));
      assertThat(fixture.jobs().retry(id).result().directory().resolve("whole.bin")).exists();

      fixture.store.verify(fixture.source);
      assertThat(digests(fixture.source.directory())).isEqualTo(before);
    }
  }

  @Test
  void theProcessOfADeadHostIsEndedByTheNextOne() throws Exception {
    String id = killHalfWay("process");
    Path log = home.resolve("jobs").resolve(id).resolve("log.txt");
    Matcher pid = Pattern.compile("(?m)^pid (\\d+)$").matcher(Files.readString(log));
    assertThat(pid.find()).isTrue();
    long child = Long.parseLong(pid.group(1));
    assertThat(ChildProcessTest.lives(child)).isTrue();

    try (JobFixture fixture = new JobFixture(home)) {
      ChildProcessTest.await(() -> !ChildProcessTest.lives(child));
      assertThat(fixture.jobs().status(id).state()).isEqualTo(JobState.INTERRUPTED);
      assertThat(fixture.store.versions(JobFixture.DESTINATION)).isEmpty();
    }
  }
}
