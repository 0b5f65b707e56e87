package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Engines and JVMs on one host do not disturb each other. */
@Tag("python")
class SideBySideTest {
  private static final int CALLS = 20;
  private static final String DONE = "done " + CALLS;

  @Test
  void twoJvmsLoseNoCall() throws Exception {
    Process first = ChildJvm.start(Calls.class);
    Process second = ChildJvm.start(Calls.class);
    for (Process jvm : new Process[] {first, second}) {
      String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(output).contains(DONE);
      assertThat(jvm.waitFor()).isZero();
    }
  }

  @Test
  void twoEnginesOfOneJvmTrainSideBySide() {
    ShardedBackend backend = new ShardedBackend(ShardedOptions.ranks(1).threads(1));
    try (Model one = backend.initialize(TinyModels.llama(), FinetuneSpec.steps(9));
        Model other = backend.initialize(TinyModels.llama(), FinetuneSpec.steps(9))) {
      for (int step = 0; step < 3; step++) {
        NamedArray batch = TinyModels.batch(step, 9, 5);
        assertThat(other.trainEngine().trainBatch(batch, TinyModels.SFT))
            .isEqualTo(one.trainEngine().trainBatch(batch, TinyModels.SFT));
      }
    }
  }

  /** One of the JVMs. */
  static final class Calls {
    private Calls() {}

    public static void main(String[] args) {
      ShardedBackend backend = new ShardedBackend(ShardedOptions.ranks(1).threads(1));
      int answered = 0;
      try (Model model = backend.initializeForInference(TinyModels.llama())) {
        for (int call = 0; call < CALLS; call++) {
          answered +=
              model.engine().forward(TinyModels.batch(call, 9, 5), Output.LOGITS).has("logits")
                  ? 1
                  : 0;
        }
      }
      System.out.println("done " + answered);
    }
  }
}
