package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
  @TempDir private Path home;
  private JobFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new JobFixture(home);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Job start(JobRequest.Builder request) {
    return fixture.jobs().start(request.build());
  }

  private static void write(JobContext context) throws IOException {
    Files.writeString(context.trained().resolve("config.json"), "{\"made\": true}");
  }

  private void noVersion() {
    assertThat(fixture.store.versions(JobFixture.DESTINATION)).isEmpty();
  }

  @Test
  void whatATypeWritesBecomesAVersionWithItsLineage() throws Exception {
    fixture.type(
        "copy",
        context -> {
          write(context);
          Files.copy(
              context.saved().orElseThrow().resolve("weights.bin"),
              context.trained().resolve("weights.bin"));
          context.metric("loss", 0.5);
          context.metric("worse", Double.NaN);
          context.log("done " + context.env().get("TOKEN"));
        });
    Job job =
        start(
            fixture
                .request()
                .runner("copy")
                .params(Map.of("steps", 3L))
                .env(Map.of("TOKEN", "${{ secrets.hub.token }}"))
                .runName("evening"));

    StoredVersion made = job.result();

    Lineage lineage = made.record().lineage();
    assertThat(made.number()).isEqualTo(1);
    assertThat(made.directory().resolve("weights.bin")).hasContent("1234");
    assertThat(made.record().metrics()).containsExactly(Map.entry("loss", 0.5));
    assertThat(made.record().framework()).contains("transformers");
    assertThat(made.record().tags()).containsEntry("run", "evening");
    assertThat(lineage.parent()).contains(fixture.source.asParent());
    assertThat(lineage.dataset()).contains(fixture.dataset.asParent());
    assertThat(lineage.params()).containsEntry("steps", 3L);
    assertThat(lineage.job()).contains(job.id());
    assertThat(job.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(Files.readString(job.log())).contains("done ***").doesNotContain("s3cr3t");
    assertThat(Files.readString(home.resolve("jobs").resolve(job.id()).resolve("job.json")))
        .contains("${{ secrets.hub.token }}")
        .doesNotContain("s3cr3t");
  }

  @Test
  void aFailureLeavesNoVersionAndItsReason() throws Exception {
    fixture.type(
        "bad",
        context -> {
          write(context);
          throw new IOException("disk with " + context.env().get("TOKEN") + " is full");
        });
    Job job =
        start(fixture.request().runner("bad").env(Map.of("TOKEN", "${{ secrets.hub.token }}")));

    JobStatus end = job.join();

    assertThat(end.state()).isEqualTo(JobState.FAILED);
    assertThat(end.error()).contains("disk with *** is full");
    assertThatThrownBy(job::result)
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("FAILED")
        .hasNoCause();
    noVersion();
  }

  @Test
  void anEmptyDestinationIsAFailure() throws Exception {
    fixture.type("idle", context -> {});
    assertThat(start(fixture.request().runner("idle")).join().error())
        .hasValueSatisfying(x -> assertThat(x).contains("files in the destination: 0"));
    noVersion();
  }

  @Test
  void aChangedSourceFailsTheJobAndNamesTheFile() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    fixture.type(
        "vandal",
        context -> {
          calls.incrementAndGet();
          write(context);
          Path file = context.saved().orElseThrow().resolve("weights.bin");
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
          Files.writeString(file, "9999");
        });
    Job job = start(fixture.request().runner("vandal").retries(2));

    assertThatThrownBy(job::result)
        .hasMessageContaining("weights.bin")
        .hasCauseInstanceOf(ChangedSourceException.class);
    assertThat(calls).hasValue(1);
    noVersion();
  }

  @Test
  void aFailureIsTriedAgainAsOftenAsAskedAndWrongInputIsNot() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    fixture.type(
        "shaky",
        context -> {
          Path left = context.trained().resolve("left.txt");
          assertThat(left).doesNotExist();
          Files.writeString(left, "x");
          if (calls.incrementAndGet() < 3) {
            throw new IllegalStateException("not yet");
          }
        });
    fixture.type(
        "wrong",
        context -> {
          calls.incrementAndGet();
          throw new InvalidInputException("params: x (expected: y)");
        });

    JobStatus end = start(fixture.request().runner("shaky").retries(2)).join();
    assertThat(end.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(end.attempt()).isEqualTo(3);

    calls.set(0);
    JobStatus refused = start(fixture.request().runner("wrong").retries(2)).join();
    assertThat(refused.state()).isEqualTo(JobState.FAILED);
    assertThat(calls).hasValue(1);
  }

  @Test
  void aJobIsCancelledByItsNameFromAnotherInstance() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    fixture.type("wait", context -> waitForCancel(context, started));
    Job job = start(fixture.request().runner("wait"));
    started.await();

    try (JobFixture other = new JobFixture(home)) {
      assertThat(other.jobs().status(job.id()).state()).isEqualTo(JobState.RUNNING);
      other.jobs().cancel(job.id());
    }

    assertThat(job.join().state()).isEqualTo(JobState.CANCELLED);
    noVersion();
  }

  private static void waitForCancel(JobContext context, CountDownLatch started) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    context.onCancel(end::countDown);
    write(context);
    started.countDown();
    end.await();
  }

  @Test
  void aJobThatTakesTooLongEndsWithoutAVersion() throws Exception {
    fixture.type("wait", context -> waitForCancel(context, new CountDownLatch(1)));
    Job job = start(fixture.request().runner("wait").timeout(Duration.ofMillis(200)));

    JobStatus end = job.join();

    assertThat(end.state()).isEqualTo(JobState.TIMED_OUT);
    assertThat(end.error().orElseThrow()).contains("PT0.2S");
    noVersion();
  }

  @Test
  void aTypeThatHearsNothingIsInterrupted() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    fixture.type(
        "deaf",
        context -> {
          started.countDown();
          new CountDownLatch(1).await();
        });
    Job job = start(fixture.request().runner("deaf"));
    started.await();
    job.cancel();

    assertThat(job.join().state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void aMissingSecretIsAnErrorBeforeAnythingStarts() {
    fixture.type("never", context -> {});
    JobRequest.Builder request =
        fixture
            .request()
            .runner("never")
            .env(Map.of("A", "${{ secrets.no.such }}", "B", "x-${{secrets.no.other}}"));

    assertThatThrownBy(() -> start(request))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("no.such", "no.other");
    assertThat(fixture.jobs().list()).isEmpty();
  }

  @Test
  void aJobRunsAgainByItsName() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    fixture.type(
        "once",
        context -> {
          if (calls.incrementAndGet() == 1) {
            throw new IllegalStateException("first");
          }
          write(context);
        });
    JobRequest.Builder request =
        fixture
            .request()
            .runner("once")
            .params(Map.of("rate", 2e-5, "text", "ü"))
            .timeout(Duration.ofMinutes(3));
    Job first = start(request);
    assertThat(first.join().state()).isEqualTo(JobState.FAILED);

    Job again = fixture.jobs().retry(first.id());

    assertThat(again.result().record().lineage().params())
        .containsEntry("rate", 2e-5)
        .containsEntry("text", "ü");
    assertThat(fixture.jobs().list()).extracting(JobStatus::state).contains(JobState.FAILED);
    assertThat(fixture.jobs().list()).hasSize(2);
  }

  @Test
  void unknownNamesAndPathsAreNoJobs() {
    for (String id : new String[] {"x", "../../etc", "20260102-030405-0123456789ab"}) {
      assertThatThrownBy(() -> fixture.jobs().status(id)).isInstanceOf(UnknownNameException.class);
    }
  }

  @Test
  void parametersThatShareAVariableAndStrangeNamesAreRefusedTogether() {
    assertThatThrownBy(
            () ->
                fixture
                    .request()
                    .params(Map.of("a-b", 1, "a.b", 2))
                    .env(Map.of("a=b", "x", "TENON_DATA", "y"))
                    .build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("PARAM_A_B", "a=b", "TENON_DATA");
  }
}
