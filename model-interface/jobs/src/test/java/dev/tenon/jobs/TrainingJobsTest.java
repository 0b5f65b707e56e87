package dev.tenon.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobState;
import dev.tenon.catalog.job.JobStatus;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingJobsTest {
  @TempDir private Path home;
  private JobCase jobs;

  @BeforeEach
  void open() throws IOException {
    jobs = new JobCase(home);
  }

  @AfterEach
  void close() {
    jobs.close();
  }

  private static Map<String, Object> params(Object... namesAndValues) {
    Map<String, Object> params =
        new HashMap<>(Map.of("learning_rate", "1e-2", "lr_scheduler_type", "constant"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      params.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return params;
  }

  private static Model load(Path directory) {
    return ModelRegistry.fromServiceLoader()
        .create("hf", "made", Device.cpu(), Arguments.of("path", directory));
  }

  @Test
  void finetuneMakesTheNextVersionOfItsSource() throws Exception {
    Job job =
        jobs.jobs.start(jobs.request(params("epochs", 4L)).mode(TrainingMode.FINETUNE).build());

    StoredVersion made = job.result();

    assertThat(made.number()).isEqualTo(2);
    assertThat(made.record().lineage().parent()).contains(jobs.base().asParent());
    assertThat(made.record().lineage().params()).containsEntry("epochs", 4L);
    assertThat(made.record().tasks()).containsExactly("text-generation");
    assertThat(made.record().metrics()).containsOnlyKeys("loss", "eval_loss");
    assertThat(made.record().metrics().get("eval_loss")).isLessThan(4);
    assertThat(load(made.directory()).network().parameters())
        .hasSameSizeAs(load(JobCase.MODEL).network().parameters());
    assertThat(made.directory()).isDirectoryContaining("glob:**/tokenizer.json");
    assertThat(made.directory().resolve("model.safetensors"))
        .isNotEqualTo(jobs.base().directory().resolve("model.safetensors"));
    assertThat(Files.readString(job.log())).contains("step 4 of 4  loss ", "evaluation after");
  }

  @Test
  void theTrainerImageLearnsAdapters() throws Exception {
    StoredVersion made =
        jobs.jobs
            .start(
                jobs.request(params("num_train_epochs", 2, "target_modules", "q_proj,v_proj"))
                    .image("substratusai/hf-llm-peft-trainer:latest")
                    .build())
            .result();

    assertThat(made.directory())
        .isDirectoryContaining("glob:**/adapter_config.json")
        .isDirectoryContaining("glob:**/adapter_model.safetensors")
        .isDirectoryNotContaining("glob:**/model.safetensors");
    assertThat(made.directory().resolve("adapter_config.json")).content().contains("\"r\": 16");
    assertThat(made.record().lineage().params()).containsEntry("lora_r", 16L);
  }

  @Test
  void scratchStartsFromNothingButTheConfiguration() throws Exception {
    StoredVersion made =
        jobs.jobs
            .start(
                jobs.request(params("max_steps", 1, "learning_rate", 0, "seed", 3))
                    .mode(TrainingMode.SCRATCH)
                    .build())
            .result();

    Model model = load(made.directory());
    Weights weights = model.network().weights();
    double[] moments = moments(weights.read("model.layers.0.mlp.up_proj.weight"));
    // 2940 values of deviation 0.02: the mean is within 5 of its own deviations, 0.02 / 54.
    assertThat(moments[0]).isCloseTo(0, within(5 * 0.02 / 54));
    assertThat(moments[1]).isCloseTo(0.02, within(5 * 0.02 / 76));
    assertThat(moments(weights.read("model.norm.weight"))).containsExactly(1, 0);
    assertThat(weights.read("lm_head.weight"))
        .isNotEqualTo(load(JobCase.MODEL).network().weights().read("lm_head.weight"));
  }

  private static double[] moments(TensorData tensor) {
    float[] values = tensor.toFloats();
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double mean = sum / values.length;
    return new double[] {mean, Math.sqrt(squares / values.length - mean * mean)};
  }

  @Test
  void wrongParametersFailAtOnceAndLeaveNothing() {
    Job job =
        jobs.jobs.start(
            jobs.request(Map.of("lerning_rate", 1)).runner("finetune").retries(5).build());

    assertThatThrownBy(job::result)
        .hasMessageContaining("did you mean learning_rate?")
        .hasCauseInstanceOf(InvalidInputException.class);
    assertThat(job.status().attempt()).isEqualTo(1);
    assertThat(jobs.store.versions(JobCase.BASE)).hasSize(1);
  }

  @Test
  void aCancelledTrainingLeavesNoVersion() throws Exception {
    Job job = jobs.jobs.start(jobs.request(params("steps", 1_000_000)).runner("finetune").build());
    KilledTrainingTest.awaitStep(job.log(), 2);

    jobs.jobs.cancel(job.id());

    JobStatus end = job.join();
    assertThat(end.state()).isEqualTo(JobState.CANCELLED);
    assertThat(jobs.store.versions(JobCase.BASE)).hasSize(1);
  }

  @Test
  void aTemplateAndAnotherBackendNameAreRead() throws Exception {
    Job job =
        jobs.jobs.start(
            jobs.request(
                    params(
                        "steps", 1, "prompt_template", "Q {prompt} A {completion}", "backend", "x"))
                .runner("finetune")
                .build());
    assertThat(job.join().error().orElseThrow()).contains("backend: x");
  }
}
