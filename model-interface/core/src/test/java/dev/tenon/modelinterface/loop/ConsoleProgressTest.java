package dev.tenon.modelinterface.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.model.Metrics;
import dev.tenon.model.ModelVersion;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  @Test
  void printsOneLineForEachStepAndEvaluation() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ConsoleProgress progress =
        new ConsoleProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    progress.onStart(FakeNetwork.of(258, 512).model("fake", new ByteTokenizer()), 300);
    progress.onStep(
        new ModelVersion(0, 12, 12), Metrics.empty().with("loss", 2.31234).with("tokens", 4071));
    progress.onEvaluation(
        new ModelVersion(0, 12, 12), Metrics.empty().with("loss", Double.NaN).with("lr", 1e-5));
    progress.onEnd(new ModelVersion(0, 12, 12));

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "training fake, 300 steps",
            "step 12/300 epoch 0 loss 2.312 tokens 4071",
            "evaluation at step 12 loss NaN lr 1.000e-05",
            "ended at step 12/300");
  }

  @Test
  void printsSomeOfTheStepsAndTheLast() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ConsoleProgress progress =
        new ConsoleProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), 3);
    progress.onStart(FakeNetwork.of(258, 512).model("fake", new ByteTokenizer()), 7);
    for (long step = 1; step <= 7; step++) {
      progress.onStep(new ModelVersion(0, step, step), Metrics.empty());
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "training fake, 7 steps", "step 3/7 epoch 0", "step 6/7 epoch 0", "step 7/7 epoch 0");
  }
}
