package dev.tenon.backend.pytorch.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.Gradients;
import dev.tenon.backend.pytorch.TinyLlama;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Network;
import dev.tenon.model.Program;
import dev.tenon.nn.internal.pass.BatchReading;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a block gives beside its result, as a router does, takes part in training. */
class BlockExtrasTest {
  private final Network network = (Network) TinyLlama.create(true).module();

  private Program withExtras() {
    Program plain = network.program();
    String text =
        plain
            .text()
            .replace(
                "self.norm(x, w[\"post_attention_layernorm.weight\"])), annotate(Dict[str, Tensor],"
                    + " {}))",
                "self.norm(x, w[\"post_attention_layernorm.weight\"])), {\"router_logits\":"
                    + " torch.narrow(self.norm(x, w[\"post_attention_layernorm.weight\"]), -1, 0,"
                    + " 3)})");
    assertThat(text).isNotEqualTo(plain.text());
    return new Program(
        text,
        plain.layers(),
        plain.hiddenSize(),
        plain.vocabSize(),
        plain.keyValueHeads(),
        plain.headDim());
  }

  @Test
  void checkpointingPassesTheirGradientsOn() {
    Map<String, TensorData> plain = gradients(false);
    Gradients.assertClose(gradients(true), plain);
    String gate = "model.layers.1.post_attention_layernorm.weight";
    assertThat(Gradients.distance(plain.get(gate), TensorData.zeros(plain.get(gate).dtype(), 24)))
        .isGreaterThan(1e-3);
  }

  private Map<String, TensorData> gradients(boolean checkpointing) {
    TorchBridge bridge = TorchBridge.start();
    try (TorchModule module = bridge.load(ProgramArchives.training(withExtras()));
        NativeScope scope = bridge.scope("extras")) {
      StageWeights weights = StageWeights.copy(network, scope, network.trainable());
      TrainingProgram program = new TrainingProgram(module, weights, checkpointing, scope);
      OutputPlan plan =
          new OutputPlan(
              List.of("router_logits"), List.of(), List.of(), false, 1, BatchReading.of(network));
      MicroBatch batch =
          new MicroBatch(TinyLlama.batch(3, 9, 4, 7), plan, true, OptionalLong.empty(), scope);
      TorchValue sums = program.noSums(scope);
      program.backward(batch, scope.integer(100), outputs -> sines(outputs, scope), sums, scope);
      List<TorchValue> found = program.whole(sums, scope).elements();
      Map<String, TensorData> byName = new TreeMap<>();
      weights
          .byName()
          .keySet()
          .forEach(name -> byName.put(name, found.get(byName.size()).toTensorData()));
      return byName;
    }
  }

  private static TorchValue sines(TorchValue outputs, NativeScope scope) {
    Map<String, TensorData> gradients = new LinkedHashMap<>();
    outputs.entries().forEach((name, x) -> gradients.put(name, sines(x.toTensorData())));
    assertThat(gradients.get("router_logits").shape().toArray()).containsExactly(20, 2, 3);
    return MicroBatch.dict(scope, gradients);
  }

  private static TensorData sines(TensorData x) {
    float[] values = x.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(values[i] + i);
    }
    return TensorData.ofFloats(values, x.shape().toArray());
  }
}
