package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
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

  private Job shell(String text) {
    return fixture.jobs().start(fixture.request().shellCommand(text).build());
  }

  @Test
  void aCommandFindsItsFilesAndParametersInTheEnvironment() throws Exception {
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("learning-rate", 2e-5);
    params.put("text", "two\nlines $(x) ; rm -rf /");
    params.put("list", List.of(1L, 2L));
    Job job =
        fixture
            .jobs()
            .start(
                fixture
                    .request()
                    .params(params)
                    .env(Map.of("TOKEN", "Bearer ${{ secrets.hub.token }}"))
                    .shellCommand(
                        "env > $TENON_MODEL_TRAINED/env.txt;"
                            + " cp $TENON_MODEL_SAVED/weights.bin $TENON_MODEL_TRAINED;"
                            + " cp $TENON_DATA/train.jsonl $TENON_MODEL_TRAINED;"
                            + " cp $TENON_PARAMS $TENON_MODEL_TRAINED/p.json;"
                            + " printf %s \"$PARAM_TEXT\" > $TENON_MODEL_TRAINED/text.txt")
                    .build());

    StoredVersion made = job.result();

    Path directory = made.directory();
    assertThat(directory.resolve("env.txt"))
        .content()
        .contains("PARAM_LEARNING_RATE=2.0E-5\n", "PARAM_LIST=[1,2]\n")
        .contains("TOKEN=Bearer s3cr3t-value\n")
        .contains("TENON_MODEL_SAVED=" + fixture.source.directory())
        .doesNotContain("MAVEN");
    assertThat(directory.resolve("text.txt")).hasContent("two\nlines $(x) ; rm -rf /");
    assertThat(directory.resolve("weights.bin")).hasContent("1234");
    assertThat(Json.readObject(directory.resolve("p.json")).number("learning-rate"))
        .isEqualTo(2e-5);
    assertThat(made.record().lineage().origin()).containsEntry("runner", "process");
  }

  @Test
  void aCommandStandsBesideCopiesOfItsSource() throws Exception {
    Path files = Files.createDirectories(fixture.store.newStaging().resolve("code/lib"));
    Files.writeString(files.getParent().resolve("train.sh"), "#!/bin/sh\n. lib/more.sh\n");
    Files.writeString(
        files.resolve("more.sh"), "echo more >> train.sh; cp lib/more.sh $TENON_MODEL_TRAINED\n");
    StoredVersion code =
        fixture.store.commit(ObjectName.model("code"), files.getParent(), VersionRecord.EMPTY);

    Job job =
        fixture.jobs().start(fixture.request().source(code).shellCommand("./train.sh").build());

    assertThat(job.result().directory().resolve("more.sh")).exists();
    fixture.store.verify(code);
  }

  @Test
  void aListIsReadByNoShellAndItsReferencesAreThoseOfKubernetes() throws Exception {
    Job job =
        fixture
            .jobs()
            .start(
                fixture
                    .request()
                    .env(Map.of("KEY", "${{ secrets.hub.token }}", "WORD", "a  b"))
                    .command(
                        List.of(
                            "cp",
                            "$(TENON_MODEL_SAVED)/weights.bin",
                            "$(TENON_MODEL_TRAINED)/$(WORD) $HOME;$(KEY)$$(WORD)$(NONE)"))
                    .build());

    assertThat(job.result().directory().resolve("a  b $HOME;$(KEY)$(WORD)$(NONE)")).exists();
  }

  @Test
  void secretsAreBlottedOutOfItsOutput() throws Exception {
    Job job =
        fixture
            .jobs()
            .start(
                fixture
                    .request()
                    .env(Map.of("A", "${{ secrets.hub.token }}", "B", "${{secrets.other.key}}"))
                    .shellCommand(
                        "echo out $A; echo err $A >&2; echo \"$B\"; printf 'bar\\rnoend'; exit 3")
                    .build());

    JobStatus end = job.join();

    assertThat(Files.readString(job.log()))
        .contains("out ***\n", "err ***\n", "bar\nnoend\n")
        .doesNotContain("s3cr3t")
        .doesNotContain("b-line");
    assertThat(end.error().orElseThrow()).startsWith("exit code of sh: 3");
  }

  @Test
  void aProgramThatIsNotThereIsNotTriedAgain() throws Exception {
    Job job =
        fixture
            .jobs()
            .start(fixture.request().command(List.of("no-such-program")).retries(3).build());
    assertThat(job.join().error().orElseThrow()).contains("program: no-such-program");
    assertThat(job.status().attempt()).isEqualTo(1);
  }

  @Test
  void theLogHasALimitAndTheProgramGoesOn() throws Exception {
    try (JobFixture small =
        new JobFixture(home.resolve("small"), JobSettings.defaults().withLogBytes(1000))) {
      Job job =
          small
              .jobs()
              .start(
                  small
                      .request()
                      .shellCommand(
                          "i=0; while [ $i -lt 9999 ]; do echo line $i; i=$((i+1)); done;"
                              + " echo x > $TENON_MODEL_TRAINED/x")
                      .build());
      assertThat(job.result().number()).isEqualTo(1);
      assertThat(Files.size(job.log())).isLessThan(1100);
      assertThat(Files.readString(job.log())).endsWith("log cut: its limit is reached\n");
    }
  }

  @Test
  void cancellingEndsAllThatACommandStarted() throws Exception {
    Path pids = home.resolve("pids");
    // The first child ignores SIGTERM, the second leads a session of its own.
    Job job =
        shell(
            "trap '' TERM; sleep 600 & echo $! >> "
                + pids
                + "; setsid sleep 600 & echo $! >> "
                + pids
                + "; echo $$ >> "
                + pids
                + "; echo ready; wait");
    await(() -> Files.readString(job.log()).contains("ready"));

    job.cancel();

    assertThat(job.join().state()).isEqualTo(JobState.CANCELLED);
    for (String pid : Files.readAllLines(pids)) {
      await(() -> !lives(Long.parseLong(pid)));
    }
  }

  @Test
  void whatACommandLeavesRunningEndsWithIt() throws Exception {
    Path pid = home.resolve("pid");
    Job job = shell("sleep 600 & echo $! > " + pid + "; echo x > $TENON_MODEL_TRAINED/x; exit 0");

    assertThat(job.join().state()).isEqualTo(JobState.SUCCEEDED);
    long child = Long.parseLong(Files.readString(pid).strip());
    await(() -> !lives(child));
  }

  @Test
  void aCommandThatTakesTooLongIsKilled() throws Exception {
    Job job =
        fixture
            .jobs()
            .start(
                fixture
                    .request()
                    .shellCommand("trap '' TERM; echo x > $TENON_MODEL_TRAINED/x; sleep 600")
                    .timeout(Duration.ofMillis(300))
                    .build());

    assertThat(job.join().state()).isEqualTo(JobState.TIMED_OUT);
    assertThat(fixture.store.versions(JobFixture.DESTINATION)).isEmpty();
  }

  /** A process that nobody waits for is still in the table. */
  static boolean lives(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent() && !isZombie(pid);
  }

  private static boolean isZombie(long pid) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), "stat")).contains(") Z ");
    } catch (IOException e) {
      return false;
    }
  }

  static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("a minute is over").isLessThan(end);
      Thread.sleep(20);
    }
  }

  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }
}
