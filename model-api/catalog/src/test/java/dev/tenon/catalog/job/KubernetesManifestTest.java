package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class KubernetesManifestTest {
  @TempDir private Path home;

  private static Map<?, ?> read(JobRequest request) {
    Object document =
        new Load(LoadSettings.builder().build()).loadFromString(KubernetesManifest.of(request));
    return (Map<?, ?>) document;
  }

  private static Object at(Object value, Object... path) {
    Object at = value;
    for (Object step : path) {
      at = step instanceof Integer i ? ((List<?>) at).get(i) : ((Map<?, ?>) at).get(step);
    }
    return at;
  }

  private JobRequest.Builder request(JobFixture fixture) {
    Map<String, String> env = new TreeMap<>();
    env.put("PLAIN", "no");
    env.put("HUB_TOKEN", "${{ secrets.hub.token }}");
    env.put("HEADER", "Bearer $${{ secrets.hub.token }} $(PLAIN)");
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("num_train_epochs", 2L);
    params.put("prompt_template", "## Q\n{prompt}\n\u0085\u2028: # 😀 'x' \"y\"\n");
    return fixture
        .request()
        .image("substratusai/hf-llm-peft-trainer")
        .command(List.of("python", "-c", "print('$(PARAM_NUM_TRAIN_EPOCHS)')"))
        .env(env)
        .params(params)
        .retries(2)
        .timeout(Duration.ofHours(1))
        .resources(
            new Resources(
                Optional.empty(),
                1,
                Optional.of(4),
                Optional.of(16),
                Optional.of(100),
                Optional.of("nvidia-l4"),
                Optional.of(1)));
  }

  @Test
  void aJobMountsItsModelsAndHasItsResourcesAsLimits() throws IOException {
    try (JobFixture fixture = new JobFixture(home)) {
      Map<?, ?> job = read(request(fixture).build());
      Object pod = at(job, "spec", "template", "spec");
      Object container = at(pod, "containers", 0);

      assertThat(job.get("apiVersion")).isEqualTo("batch/v1");
      assertThat(job.get("kind")).isEqualTo("Job");
      assertThat(at(job, "metadata", "name")).isEqualTo("tuned");
      assertThat(at(job, "spec", "backoffLimit")).isEqualTo(2);
      assertThat(at(job, "spec", "activeDeadlineSeconds")).isEqualTo(3600);
      assertThat(at(pod, "restartPolicy")).isEqualTo("Never");
      assertThat(at(container, "image")).isEqualTo("substratusai/hf-llm-peft-trainer");
      assertThat(at(container, "command", 2)).isEqualTo("print('$(PARAM_NUM_TRAIN_EPOCHS)')");
      assertThat(at(container, "resources", "limits"))
          .isEqualTo(
              Map.of(
                  "cpu", "4",
                  "memory", "16G",
                  "ephemeral-storage", "100G",
                  "nvidia.com/gpu", "1"));
      assertThat(at(container, "volumeMounts", 0))
          .isEqualTo(Map.of("name", "saved", "mountPath", "/model/saved", "readOnly", true));
      assertThat(at(container, "volumeMounts", 1))
          .isEqualTo(Map.of("name", "trained", "mountPath", "/model/trained"));
      assertThat(at(pod, "volumes", 0, "persistentVolumeClaim"))
          .isEqualTo(Map.of("claimName", "base", "readOnly", true));
      assertThat(at(pod, "volumes", 1, "persistentVolumeClaim"))
          .isEqualTo(Map.of("claimName", "tuned"));
    }
  }

  @Test
  void textIsExactAndSecretsAreReferences() throws IOException {
    try (JobFixture fixture = new JobFixture(home)) {
      JobRequest request = request(fixture).build();
      Map<?, ?> job = read(request);
      List<?> env = (List<?>) at(job, "spec", "template", "spec", "containers", 0, "env");
      Map<String, Object> values = new TreeMap<>();
      env.forEach(
          x ->
              values.put(
                  String.valueOf(at(x, "name")),
                  at(x, "value") == null ? at(x, "valueFrom") : at(x, "value")));
      Object hubToken = Map.of("secretKeyRef", Map.of("name", "hub", "key", "token"));

      assertThat(values)
          .containsEntry("PLAIN", "no")
          .containsEntry("HUB_TOKEN", hubToken)
          .containsEntry("TENON_SECRET_HUB_TOKEN", hubToken)
          .containsEntry("HEADER", "Bearer $$$(TENON_SECRET_HUB_TOKEN) $$(PLAIN)")
          .containsEntry("PARAM_NUM_TRAIN_EPOCHS", "2")
          .containsEntry("PARAM_PROMPT_TEMPLATE", request.params().get("prompt_template"))
          .containsEntry("TENON_MODEL_SAVED", "/model/saved");
      assertThat(at(env.get(0), "name")).isEqualTo("TENON_SECRET_HUB_TOKEN");
      assertThat(KubernetesManifest.of(request)).isEqualTo(KubernetesManifest.of(request));
    }
  }

  @Test
  void namesBecomeThoseOfTheCluster() {
    ObjectName name = ObjectName.model("My_Model.v2");
    Map<?, ?> job = read(JobRequest.to(name).image("a/b").build());
    assertThat(String.valueOf(at(job, "metadata", "name"))).matches("my-model-v2-[0-9a-f]{8}");
  }

  @Test
  void whatAClusterCannotRunIsRefused() {
    ObjectName name = ObjectName.model("m");
    assertThatThrownBy(() -> KubernetesManifest.of(JobRequest.to(name).build()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("image");
    assertThatThrownBy(
            () ->
                KubernetesManifest.of(
                    JobRequest.to(name)
                        .image("a/b")
                        .env(Map.of("K", "${{ secrets.plain }}"))
                        .build()))
        .hasMessageContaining("plain");
  }
}
