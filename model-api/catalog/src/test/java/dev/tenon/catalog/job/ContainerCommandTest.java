package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.store.StoredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An engine that the test writes takes the place of docker: it notes its words, reads the file of
 * the environment, and does in the mounted directories what an image would.
 */
class ContainerCommandTest {
  private static final String ENGINE =
      """
      #!/bin/sh
      here=$(dirname "$0")
      for word in "$@"; do printf '%s\\n' "$word" >> "$here/words"; done
      echo -- >> "$here/words"
      [ "$1" = run ] || exit 0
      env > "$here/own-env"
      while [ $# -gt 0 ]; do
        case "$1" in
          --env-file) cat "$2" > "$here/env"; stat -c %a "$2" > "$here/mode"; shift ;;
          --mount)
            from=$(printf %s "$2" | sed 's/.*source=\\([^,]*\\),.*/\\1/')
            case "$2" in
              *target=/model/saved*) saved=$from ;;
              *target=/model/trained*) trained=$from ;;
              *target=/content/params.json*) params=$from ;;
            esac
            shift ;;
        esac
        shift
      done
      cp "$saved/weights.bin" "$params" "$trained"
      echo ran as a container
      """;

  @TempDir private Path directory;
  private Path bin;
  private JobFixture fixture;

  @BeforeEach
  void open() throws IOException {
    bin = Files.createDirectory(directory.resolve("bin"));
    List<Path> path = new ArrayList<>(List.of(bin));
    path.addAll(JobSettings.defaults().searchPath());
    fixture =
        new JobFixture(
            directory.resolve("home"),
            JobSettings.defaults().withGrace(Duration.ofMillis(300)).withSearchPath(path));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void engine(String name, String script) throws IOException {
    Path file = Files.writeString(bin.resolve(name), script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private List<String> words() throws IOException {
    return Files.readAllLines(bin.resolve("words"));
  }

  @Test
  void theEngineIsGivenMountsLimitsAndTheEnvironmentInAPrivateFile() throws Exception {
    engine("docker", ENGINE);
    Resources resources =
        new Resources(
            Optional.empty(),
            1,
            Optional.of(4),
            Optional.of(16),
            Optional.of(20),
            Optional.of("nvidia-l4"),
            Optional.of(2));
    Job job =
        fixture
            .jobs()
            .start(
                fixture
                    .request()
                    .image("example/trainer:1")
                    .runner("docker")
                    .command(List.of("train", "--data", "$(TENON_DATA)"))
                    .env(Map.of("TOKEN", "${{ secrets.hub.token }}"))
                    .params(Map.of("rate", 0.1, "text", "a\nb"))
                    .resources(resources)
                    .build());

    StoredVersion made = job.result();

    assertThat(made.directory().resolve("weights.bin")).hasContent("1234");
    assertThat(made.directory().resolve("params.json")).content().contains("\"rate\": 0.1");
    assertThat(Files.readString(job.log())).contains("ran as a container");
    assertThat(words().get(0)).isEqualTo("run");
    assertThat(words())
        .contains("--rm")
        .containsSequence("--cpus", "4")
        .containsSequence("--memory", "16000000000b")
        .containsSequence("--gpus", "2")
        .containsSequence(
            "--mount",
            "type=bind,source=" + fixture.source.directory() + ",target=/model/saved,readonly")
        .containsSequence(
            "--mount",
            "type=bind,source=" + fixture.dataset.directory() + ",target=/content/data,readonly")
        .containsSequence("--env", "PARAM_TEXT")
        .containsSequence("--entrypoint", "train", "example/trainer:1", "--data", "/content/data");
    assertThat(words()).anyMatch(x -> x.endsWith(",target=/model/trained"));
    assertThat(String.join(" ", words())).doesNotContain("s3cr3t");
    assertThat(Files.readString(bin.resolve("env")))
        .contains("TOKEN=s3cr3t-value\n", "PARAM_RATE=0.1\n")
        .contains("TENON_MODEL_SAVED=/model/saved\n", "TENON_MODEL_TRAINED=/model/trained\n")
        .contains("TENON_DATA=/content/data\n", "TENON_PARAMS=/content/params.json\n");
    assertThat(Files.readString(bin.resolve("mode")).strip()).isEqualTo("600");
    assertThat(Files.readString(bin.resolve("own-env"))).contains("PARAM_TEXT=a\nb\n");
  }

  @Test
  void anImageWithoutCommandRunsInTheEngineThatIsThere() throws Exception {
    engine("podman", ENGINE);
    engine("docker", ENGINE);
    JobRequest request = fixture.request().image("example/trainer").build();
    assertThat(fixture.jobs().runnerOf(request).name()).isEqualTo("docker");
    Files.delete(bin.resolve("docker"));
    JobRequest podman = fixture.request().image("example/trainer").runner("podman").build();

    assertThat(fixture.jobs().start(podman).result().number()).isEqualTo(1);
    assertThat(words()).doesNotContain("--entrypoint").contains("example/trainer");
  }

  @Test
  void aCancelledContainerIsRemoved() throws Exception {
    engine(
        "docker",
        "#!/bin/sh\nprintf '%s ' \"$@\" >> \"$(dirname \"$0\")/words\"\n"
            + "echo >> \"$(dirname \"$0\")/words\"\n[ \"$1\" = run ] && echo up && sleep 600\n");
    Job job =
        fixture.jobs().start(fixture.request().image("example/trainer").runner("docker").build());
    ChildProcessTest.await(() -> Files.readString(job.log()).contains("up"));

    job.cancel();

    assertThat(job.join().state()).isEqualTo(JobState.CANCELLED);
    assertThat(words()).anyMatch(x -> x.startsWith("rm --force tenon-" + job.id() + "-1"));
  }
}
