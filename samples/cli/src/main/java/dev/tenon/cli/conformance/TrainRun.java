package dev.tenon.cli.conformance;

import dev.tenon.model.Metrics;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;

/**
 * What the oracle computed in training: gradients of untouched weights, then three AdamW steps on
 * the same batch.
 */
final class TrainRun {
  private static final int STEPS = 3;

  private TrainRun() {}

  /** The oracle's rule; its decay applies to the parameters that decay by default. */
  static FinetuneSpec spec(int microBatchTokens) {
    return FinetuneSpec.steps(STEPS)
        .learningRate(1e-3)
        .schedule(Schedule.constant(0))
        .optimizer(new AdamW(0.9, 0.95, 1e-8, 0.1))
        .maxGradNorm(1)
        .microBatchTokens(microBatchTokens);
  }

  /** {@code grad.*}, {@code loss}, {@code grad_norm}; nothing changes. */
  static void gradients(
      TrainEngine engine, NamedArray batch, Objective objective, Computed computed) {
    Metrics metrics =
        engine.gradients(
            batch,
            objective,
            (name, tensor) -> computed.tensor(GradientCheck.PREFIX + name, tensor));
    computed.number("loss", metrics.get("loss"));
    computed.number("grad_norm", metrics.get("grad_norm"));
  }

  /** {@code adamw.*} and {@code adamw3.*}; changes the engine's weights. */
  static void adamW(TrainEngine engine, NamedArray batch, Objective objective, Computed computed) {
    for (int step = 0; step < STEPS; step++) {
      Metrics metrics = engine.trainBatch(batch, objective);
      computed.number("adamw.losses", metrics.get("loss"));
      computed.number("adamw.grad_norms", metrics.get("grad_norm"));
    }
    computed.number("adamw.loss_after", engine.evalBatch(batch, objective).get("loss"));
    engine.parameters((name, tensor) -> computed.tensor(AdamWCheck.PREFIX + name, tensor));
  }
}
