package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.objectives.ExampleBatches;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.EngineClosedException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorSink;
import dev.tenon.tensor.TokenIds;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Engines that break their contract in one place each. */
class AssertingBackendTest {
  private static final Objective SFT = ExampleObjectives.sft().text();

  private final NamedArray batch = ExampleBatches.random(1, 29, 3, 1, 6);
  private final TrainEngine sound =
      new FakeBackend()
          .with(ExampleObjectives.sft())
          .initialize(
              FakeNetwork.of(29, 64).model("fake", new ByteTokenizer()),
              FinetuneSpec.steps(9).learningRate(1e-2))
          .trainEngine();

  /** The sound engine but for one method, given its arguments and a way to call the sound one. */
  private TrainEngine broken(String method, BiFunction<Object[], Call, Object> instead) {
    Object proxy =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {TrainEngine.class},
            (self, called, arguments) -> {
              Call call =
                  () -> {
                    try {
                      return called.invoke(sound, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  };
              return called.getName().equals(method) ? instead.apply(arguments, call) : call.run();
            });
    Model model = FakeNetwork.of(29, 64).model("broken", new ByteTokenizer());
    return AssertingBackend.wrap(model.withModule((TrainEngine) proxy)).trainEngine();
  }

  private interface Call {
    Object run() throws Throwable;

    default Object now() {
      try {
        return run();
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void breaks(Runnable call, String... message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("contract of ")
        .hasMessageContainingAll(message);
  }

  @Test
  void aSoundEngineIsLetThrough() {
    TrainEngine engine = broken("none", (arguments, call) -> call.now());
    engine.trainBatch(batch, SFT);
    assertThat(engine.forward(batch, Output.LOGITS)).isEqualTo(sound.forward(batch, Output.LOGITS));
    engine.close();
    assertThatThrownBy(() -> engine.evalBatch(batch, SFT))
        .isInstanceOf(EngineClosedException.class);
  }

  @Test
  void lostMetadataAreTold() {
    TrainEngine engine =
        broken("forward", (a, call) -> ((NamedArray) call.now()).withoutMetadata("seed"));
    breaks(
        () -> engine.forward(batch, Output.LOGITS),
        "forward: metadata {} (expected: the batch's {seed=1})");
  }

  @Test
  void aMissingOrSurplusOutputIsTold() {
    TrainEngine engine =
        broken("forward", (a, call) -> ((NamedArray) call.now()).without("logits"));
    breaks(() -> engine.forward(batch, Output.LOGITS), "forward: [] (expected: [logits])");
  }

  @Test
  void missingMetricsAreTold() {
    TrainEngine engine =
        broken("trainBatch", (a, call) -> Metrics.empty().with("loss", 1).with("weight", 2));
    breaks(() -> engine.trainBatch(batch, SFT), "trainBatch", "grad_norm, learning_rate");
  }

  @Test
  void aStepThatDoesNotCountIsTold() {
    Metrics metrics = sound.trainBatch(batch, SFT);
    TrainEngine engine = broken("trainBatch", (a, call) -> metrics);
    breaks(() -> engine.trainBatch(batch, SFT), "trainBatch: version 1 (expected: 2)");
  }

  @Test
  void aSkippedStepThatChangesTheWeightsIsTold() {
    TrainEngine engine =
        broken(
            "trainBatch",
            (a, call) -> ((Metrics) call.now()).with("skipped", 1).with("loss", Double.NaN));
    breaks(() -> engine.trainBatch(batch, SFT), "skipped or vetoed", "still 0");
  }

  @Test
  void evaluationThatTrainsIsTold() {
    TrainEngine engine = broken("evalBatch", (a, call) -> sound.trainBatch(batch, SFT));
    breaks(() -> engine.evalBatch(batch, SFT), "evalBatch", "still 0");
  }

  @Test
  void aGradientUnderAnotherNameIsTold() {
    TrainEngine engine =
        broken(
            "gradients",
            (a, call) -> sound.gradients(batch, SFT, (n, x) -> ((TensorSink) a[2]).accept("w", x)));
    breaks(
        () -> engine.gradients(batch, SFT, (name, tensor) -> {}),
        "gradients: w (expected: each parameter once");
  }

  @Test
  void anAnswerAfterCloseIsTold() {
    NamedArray early = sound.forward(batch, Output.LOGITS);
    TrainEngine engine = broken("forward", (a, call) -> early);
    engine.close();
    breaks(
        () -> engine.forward(batch, Output.LOGITS),
        "a result",
        "EngineClosedException after close");
  }

  @Test
  void aSecondCloseThatThrowsIsTold() {
    int[] closes = {0};
    TrainEngine engine =
        broken(
            "close",
            (a, call) -> {
              if (closes[0]++ > 0) {
                throw new IllegalStateException("already closed");
              }
              return null;
            });
    breaks(engine::close, "close: the second call threw");
  }

  @Test
  void anAnswerWithoutAnEndIsTold() {
    GenerationSession endless =
        session(new Piece(0, TokenIds.of(3), List.of(-1f), Optional.empty()));
    TrainEngine engine = broken("openSession", (a, call) -> endless);
    GenerationSession session = engine.openSession(new SessionLimits(1, 20));
    session.add(GenerationRequest.of(TokenIds.of(1), GenerationOptions.greedy(2)));
    session.step();
    breaks(session::step, "session.step", "a finish reason with token 2");
  }

  @Test
  void aPieceOfAnotherRequestIsTold() {
    GenerationSession other = session(new Piece(7, TokenIds.of(3), List.of(-1f), Optional.empty()));
    TrainEngine engine = broken("openSession", (a, call) -> other);
    GenerationSession session = engine.openSession(new SessionLimits(1, 20));
    session.add(GenerationRequest.of(TokenIds.of(1), GenerationOptions.greedy(2)));
    breaks(session::step, "pieces of [7]", "in the order of ids, [0]");
  }

  private static GenerationSession session(Piece always) {
    return new GenerationSession() {
      @Override
      public long add(GenerationRequest request) {
        return 0;
      }

      @Override
      public List<Piece> step() {
        return List.of(always);
      }

      @Override
      public void cancel(long id) {}

      @Override
      public int live() {
        return 1;
      }

      @Override
      public void close() {}
    };
  }
}
