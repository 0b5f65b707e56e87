package dev.tenon.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingParamsTest {
  @Test
  void namesAreThoseOfTransformersAndPeft() {
    Map<String, Object> params = new HashMap<>();
    params.put("max_steps", 40L);
    params.put("learning_rate", "3e-5");
    params.put("weight_decay", 0.1);
    params.put("warmup_ratio", 0.1);
    params.put("lr_scheduler_type", "cosine");
    params.put("max_grad_norm", "0.5");
    params.put("adam_beta1", 0.8);
    params.put("adam_beta2", 0.95);
    params.put("adam_epsilon", "1e-6");
    params.put("seed", "7");
    params.put("per_device_train_batch_size", 4);
    params.put("gradient_accumulation_steps", 2);
    params.put("gradient_checkpointing", "True");
    params.put("bf16", true);
    params.put("lora_r", 4);
    params.put("lora_alpha", 8);
    params.put("lora_dropout", 0.1);
    params.put("target_modules", "q_proj, v_proj");
    params.put("backend", null);

    TrainingParams read = TrainingParams.finetune(params);

    FinetuneSpec spec = read.spec(40);
    assertThat(spec.learningRate()).isEqualTo(3e-5);
    assertThat(spec.schedule()).isEqualTo(Schedule.cosine(4));
    assertThat(spec.optimizer().toString()).contains("0.8", "0.95", "1.0E-6", "weightDecay=0.1");
    assertThat(spec.maxGradNorm()).isEqualTo(0.5);
    assertThat(spec.seed()).isEqualTo(7);
    assertThat(spec.precision()).isEqualTo(Precision.BF16);
    assertThat(spec.gradientCheckpointing()).isTrue();
    assertThat(read.batch()).isEqualTo(BatchSize.items(8));
    assertThat(read.backend()).isEqualTo("pytorch");
    assertThat(read.lora().orElseThrow().asMap())
        .containsEntry("rank", 4L)
        .containsEntry("alpha", 8.0)
        .containsEntry("dropout", 0.1)
        .containsEntry("targets", List.of("q_proj", "v_proj"))
        .containsEntry("seed", 7L);
  }

  @Test
  void withoutParametersTheDefaultsHold() {
    TrainingParams read = TrainingParams.finetune(Map.of());
    assertThat(read.epochs()).isEqualTo(3);
    assertThat(read.batch()).isEqualTo(BatchSize.items(8));
    assertThat(read.lora()).isEmpty();
    assertThat(read.spec(9)).isEqualTo(FinetuneSpec.steps(9));
  }

  @Test
  void epochsAndStepsAreOtherNames() {
    assertThat(TrainingParams.finetune(Map.of("epochs", 4L)).epochs()).isEqualTo(4);
    assertThat(TrainingParams.finetune(Map.of("steps", "5")).maxSteps()).hasValue(5);
    assertThat(TrainingParams.finetune(Map.of("max_steps", -1)).maxSteps()).isEmpty();
    assertThatThrownBy(() -> TrainingParams.finetune(Map.of("epochs", 1, "num_train_epochs", 2)))
        .hasMessageContaining("none beside num_train_epochs");
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() {
    Map<String, Object> params = new HashMap<>();
    params.put("learning_rte", 1);
    params.put("lr", 1);
    params.put("num_train_epochs", "two");
    params.put("seed", 1.5);
    params.put("bf16", "yes");
    params.put("lora_dropout", 1);
    params.put("adam_beta1", 2);
    params.put("lr_scheduler_type", "magic");
    params.put("max_grad_norm", -1);
    params.put("prompt_template", "{completion}");
    params.put("target_modules", 3);

    assertThatThrownBy(() -> TrainingParams.finetune(params))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "param of finetune: learning_rte (expected: a known one; did you mean learning_rate?)",
            "param of finetune: lr (expected: a known one; did you mean learning_rate?)",
            "known: adam_beta1, ",
            "num_train_epochs of finetune: \"two\" (expected: a number)",
            "seed of finetune: 1.5 (expected: a whole number)",
            "bf16 of finetune: \"yes\" (expected: true or false)",
            "lora_dropout",
            "adam_beta1: 2.0",
            "magic",
            "max_grad_norm: -1.0",
            "prompt_template",
            "target_modules");
  }

  @Test
  void aTrainingFromNoneHasNoAdapters() {
    assertThatThrownBy(() -> TrainingParams.scratch(Map.of("lora_r", 4)))
        .hasMessageContaining("lora_r");
    assertThat(TrainingParams.scratch(Map.of("config", "/models/small")).config())
        .contains("/models/small");
  }

  @Test
  void numbersThatAreNoneAreRefused() {
    for (Object value : List.of("NaN", "1e999999", "0x10", "1d", Double.POSITIVE_INFINITY, "")) {
      assertThatThrownBy(() -> TrainingParams.finetune(Map.of("learning_rate", value)))
          .as("%s", value)
          .isInstanceOf(InvalidInputException.class);
    }
  }
}
