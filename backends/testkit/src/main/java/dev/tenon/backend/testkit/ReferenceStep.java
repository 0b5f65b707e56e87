package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Metrics;
import dev.tenon.model.Output;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A small network, a batch, and what an independent program computed for them in float64: outputs,
 * loss, gradients, and the weights after three steps of AdamW with clipping. The files are
 * resources beside a class; {@code src/test/reference/make_reference.py} makes them.
 */
public final class ReferenceStep {
  private final Class<?> beside;
  private final String folder;
  private final JsonObject numbers;
  private final NamedArray expected;

  private ReferenceStep(Class<?> beside, String folder) {
    this.beside = beside;
    this.folder = folder;
    try (InputStream json = resource("expected.json");
        InputStream tensors = resource("expected.safetensors")) {
      numbers = Json.parseObject(json.readAllBytes(), folder + "/expected.json");
      expected = NamedArrayFormat.read(Channels.newChannel(tensors), folder, 1 << 24);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** A tiny LlamaForCausalLM, computed by transformers. */
  public static ReferenceStep llama() {
    return new ReferenceStep(ReferenceStep.class, "reference/llama");
  }

  /** A step whose files lie in a folder of resources beside a class. */
  public static ReferenceStep of(Class<?> beside, String folder) {
    return new ReferenceStep(beside, folder);
  }

  private InputStream resource(String file) {
    String name = folder + "/" + file;
    return Objects.requireNonNull(beside.getResourceAsStream(name), name);
  }

  private CheckpointException unreadable(IOException cause) {
    return new CheckpointException(
        Problems.problem("reference step " + folder, cause, "readable files"), cause);
  }

  /** Copies the model's files. */
  Path copyTo(Path directory) {
    try {
      Files.createDirectories(directory);
      for (String file : numbers.strings("model_files")) {
        try (InputStream in = resource(file)) {
          Files.copy(in, directory.resolve(file));
        }
      }
      return directory;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private NamedArray batch() {
    List<Integer> lengths = numbers.integers("lengths").stream().map(Math::toIntExact).toList();
    return NamedArray.builder(Items.ofLengths(lengths.stream().mapToInt(x -> x).toArray()))
        .put("input_ids", expected.get("input_ids"))
        .put("loss_mask", expected.get("loss_mask"))
        .build();
  }

  /** The settings of the steps. */
  FinetuneSpec spec() {
    JsonObject training = numbers.object("training");
    return FinetuneSpec.steps(3)
        .learningRate(training.number("learning_rate"))
        .schedule(Schedule.constant(0))
        .maxGradNorm(training.number("max_grad_norm"))
        .optimizer(new AdamW(0.9, 0.999, 1e-8, training.number("weight_decay")));
  }

  /**
   * Ten times the largest difference of the same computation in f32, and rounding of the result.
   */
  private double tolerance(String what) {
    return 10 * numbers.object("f32_error").number(what) + 1e-6;
  }

  void checkOutputs(Engine engine) {
    NamedArray found = engine.forward(batch(), Output.LOGITS, Output.TOKEN_LOGPROBS);
    for (String name : List.of("logits", "token_logprobs")) {
      BackendFixture.assertClose(name, found.get(name), expected.get(name), tolerance(name));
    }
    assertThat(engine.evalBatch(batch(), BackendFixture.SFT).get("loss"))
        .isCloseTo(numbers.number("loss"), within(tolerance("loss")));
  }

  void checkTraining(TrainEngine engine) {
    Map<String, TensorData> gradients = new TreeMap<>();
    engine.gradients(batch(), BackendFixture.SFT, gradients::put);
    check("grad.", gradients, tolerance("gradients"));
    List<?> losses = numbers.list("losses");
    List<?> norms = numbers.list("grad_norms");
    for (int i = 0; i < losses.size(); i++) {
      Metrics metrics = engine.trainBatch(batch(), BackendFixture.SFT);
      assertThat(metrics.get("loss")).isCloseTo(number(losses.get(i)), within(tolerance("losses")));
      assertThat(metrics.get("grad_norm"))
          .isCloseTo(number(norms.get(i)), within(tolerance("grad_norms")));
    }
    check("trained.", BackendFixture.parameters(engine), tolerance("weights"));
  }

  private static double number(Object value) {
    return Double.parseDouble(String.valueOf(value));
  }

  private void check(String prefix, Map<String, TensorData> found, double tolerance) {
    found.forEach(
        (name, tensor) ->
            BackendFixture.assertClose(
                prefix + name, tensor, expected.get(prefix + name), tolerance));
    long count = expected.names().stream().filter(x -> x.startsWith(prefix)).count();
    assertThat(found).hasSize(Math.toIntExact(count));
  }
}
