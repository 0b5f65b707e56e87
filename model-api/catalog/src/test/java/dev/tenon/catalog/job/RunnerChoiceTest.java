package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.job.JobRunner.Kind;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunnerChoiceTest {
  private static final String PEFT = "substratusai/hf-llm-peft-trainer";

  @TempDir private Path bin;
  private final JobTypes types = new JobTypes();

  @BeforeEach
  void register() {
    for (String name : List.of("finetune", "scratch", "own")) {
      types.register(
          new JobType() {
            @Override
            public String name() {
              return name;
            }

            @Override
            public void run(JobContext context) {}
          });
    }
  }

  private JobRunner choose(JobRequest.Builder request) {
    return new RunnerChoice(types, new SearchPath(List.of(bin))).of(request.build());
  }

  private static JobRequest.Builder request() {
    return JobRequest.to(ObjectName.model("tuned"));
  }

  private void engine(String name) throws IOException {
    Files.writeString(bin.resolve(name), "#!/bin/sh\n").toFile().setExecutable(true);
  }

  @Test
  void aRunnerThatIsNamedWinsOverAllElse() throws IOException {
    engine("docker");
    JobRequest.Builder all =
        request().image(PEFT).command(List.of("train")).mode(TrainingMode.SCRATCH);
    assertThat(choose(all.runner("own"))).isEqualTo(new JobRunner(Kind.TYPE, "own"));
    assertThat(choose(all.runner("process"))).isEqualTo(new JobRunner(Kind.PROCESS, "process"));
    assertThat(choose(all.runner("docker"))).isEqualTo(new JobRunner(Kind.CONTAINER, "docker"));
  }

  @Test
  void anImageThatATypeStandsForComesBeforeItsCommand() {
    JobRequest.Builder request = request().command(List.of("train")).mode(TrainingMode.SCRATCH);
    for (String image :
        List.of(PEFT, PEFT + ":v1", PEFT + "@sha256:" + "0".repeat(64), "docker.io/" + PEFT)) {
      assertThat(choose(request.image(image)).name()).as(image).isEqualTo("finetune");
    }
    types.mapImage("registry.example:5000/team/trainer", "own");
    assertThat(choose(request.image("registry.example:5000/team/trainer:7")).name())
        .isEqualTo("own");
  }

  @Test
  void theModeDecidesOnlyWithNeitherImageNorCommand() throws IOException {
    assertThat(choose(request().mode(TrainingMode.FINETUNE)).name()).isEqualTo("finetune");
    assertThat(choose(request().mode(TrainingMode.SCRATCH)).name()).isEqualTo("scratch");
    assertThat(choose(request().mode(TrainingMode.SCRATCH).command(List.of("train"))).kind())
        .isEqualTo(Kind.PROCESS);
    engine("podman");
    assertThat(choose(request().mode(TrainingMode.SCRATCH).image("own/image")).name())
        .isEqualTo("podman");
  }

  @Test
  void aCommandComesBeforeAContainerAndDockerBeforePodman() throws IOException {
    engine("podman");
    engine("docker");
    assertThat(choose(request().image("own/image").command(List.of("train"))).kind())
        .isEqualTo(Kind.PROCESS);
    assertThat(choose(request().image("own/image")).name()).isEqualTo("docker");
  }

  @Test
  void withoutAnyTheErrorListsTheFourWays() {
    for (JobRequest.Builder none : List.of(request(), request().image("own/image"))) {
      assertThatThrownBy(() -> choose(none))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("runner", "job type", "training mode", "command", "docker")
          .hasMessageContaining("four ways");
    }
  }

  @Test
  void aRunnerThatCannotWorkSaysWhatItNeeds() {
    assertThatThrownBy(() -> choose(request().runner("process"))).hasMessageContaining("command");
    assertThatThrownBy(() -> choose(request().runner("docker"))).hasMessageContaining("image");
    assertThatThrownBy(() -> choose(request().image("a/b").runner("docker")))
        .hasMessageContaining("PATH");
    assertThatThrownBy(() -> choose(request().runner("finetun")))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean finetune?");
  }

  @Test
  void aMissingTypeOfTheSdkNamesItsArtifact() {
    RunnerChoice empty = new RunnerChoice(new JobTypes(), new SearchPath(List.of()));
    assertThatThrownBy(() -> empty.of(request().mode(TrainingMode.FINETUNE).build()))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("dev.tenon:tenon-jobs");
    assertThatThrownBy(() -> empty.of(request().runner("scratch").build()))
        .hasMessageContaining("dev.tenon:tenon-jobs");
  }

  @Test
  void anImageThatIsAnOptionIsRefused() {
    assertThatThrownBy(() -> request().image("--privileged").build())
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void theTrainerWithAdaptersHasTheirDefaults() {
    assertThat(types.withDefaults(java.util.Optional.of(PEFT + ":x"), Map.of("lora_r", 4L)))
        .containsEntry("lora_r", 4L)
        .containsKeys("lora_alpha", "lora_dropout");
  }
}
