package dev.tenon.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.catalog.store.StoredVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** transformers and peft load what the jobs leave in the store, and it is what was trained. */
@Tag("python")
class PythonLoadsTest {
  private static final String SCRIPT =
      """
      import os, sys, json, torch
      os.environ["HF_HUB_OFFLINE"] = "1"
      from transformers import AutoModelForCausalLM, AutoTokenizer
      base, directory = sys.argv[1:]
      if os.path.exists(os.path.join(directory, "adapter_config.json")):
          from peft import PeftModel
          model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), directory)
      else:
          model = AutoModelForCausalLM.from_pretrained(directory)
          base = directory
      tokenizer = AutoTokenizer.from_pretrained(base)
      prompt = tokenizer("The harbour was", return_tensors="pt").input_ids
      both = tokenizer("The harbour was quiet", return_tensors="pt").input_ids
      labels = both.clone()
      labels[:, : prompt.shape[1]] = -100
      with torch.no_grad():
          print(float(model.eval()(input_ids=both, labels=labels).loss))
      """;

  private static double loss(Path base, Path directory) throws Exception {
    String python = System.getenv("TENON_PYTHON");
    assumeTrue(python != null, "TENON_PYTHON names no interpreter");
    Process process =
        new ProcessBuilder(python, "-c", SCRIPT, base.toString(), directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    String[] lines = out.strip().split("\n");
    return Double.parseDouble(lines[lines.length - 1]);
  }

  @Test
  void modelsAndAdapters(@TempDir Path home) throws Exception {
    try (JobCase jobs = new JobCase(home)) {
      Map<String, Object> params =
          Map.of("steps", 12, "learning_rate", 1e-2, "lr_scheduler_type", "constant");
      Map<String, Object> adapters = new java.util.HashMap<>(params);
      adapters.put("lora_r", 8);
      StoredVersion whole =
          jobs.jobs.start(jobs.request(params).mode(TrainingMode.FINETUNE).build()).result();
      StoredVersion scratch =
          jobs.jobs.start(jobs.request(params).mode(TrainingMode.SCRATCH).build()).result();
      StoredVersion lora =
          jobs.jobs.start(jobs.request(adapters).runner("finetune").build()).result();
      Path base = jobs.base().directory();
      double before = loss(base, base);

      assertThat(loss(base, whole.directory())).isLessThan(0.5 * before);
      assertThat(loss(base, lora.directory())).isLessThan(0.8 * before);
      assertThat(loss(base, scratch.directory())).isLessThan(before);
    }
  }
}
