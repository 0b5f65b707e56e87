package dev.tenon.nn.internal.pass;

import dev.tenon.model.Metrics;
import dev.tenon.spec.DynamicLossScaler;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import java.util.Optional;

/** What a train engine multiplies its loss with: 1, but in F16. One thread. */
public final class LossScale {
  private final DynamicLossScaler scaler;
  private Optional<DynamicLossScaler.State> state;

  /** Of a run's first step. */
  public LossScale(FinetuneSpec spec) {
    scaler = spec.lossScaler();
    state = spec.precision() == Precision.F16 ? Optional.of(scaler.start()) : Optional.empty();
  }

  /** Of the next step. */
  public double value() {
    return state.map(DynamicLossScaler.State::scale).orElse(1.0);
  }

  /** The next lower one; the smallest stays. */
  public double lower(double scale) {
    return state.isPresent() ? scaler.lower(scale) : scale;
  }

  /** Whether an overflow may be its fault. */
  public boolean canFall() {
    return lower(value()) < value();
  }

  /** After a step. */
  public void next(boolean overflow) {
    state = state.map(x -> scaler.next(x, overflow));
  }

  /** Metrics of a step that had this scale. */
  public Metrics addTo(Metrics metrics) {
    return state.isPresent() ? metrics.with("loss_scale", value()) : metrics;
  }

  /** What a training state keeps; empty where nothing is scaled. */
  public Optional<DynamicLossScaler.State> state() {
    return state;
  }

  /** Goes on from a state; where that one did not scale, from the start. */
  public void load(Optional<DynamicLossScaler.State> saved) {
    state = state.map(x -> saved.orElseGet(scaler::start));
  }
}
