package dev.tenon.backend.testkit;

import dev.tenon.model.Parameter;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import java.util.Optional;
import java.util.Set;

/**
 * AdamW as {@code torch.optim.AdamW} computes it, with the groups of a {@link FinetuneSpec}.
 * Weights and moments are rounded to F32 after each step, so that what is saved is all there is.
 */
final class FakeAdamW {
  private final FakeNetwork network;
  private final FinetuneSpec spec;
  private final Set<String> trained;
  final FakeParameters first; // exp_avg
  final FakeParameters second; // exp_avg_sq

  FakeAdamW(FakeNetwork network, FinetuneSpec spec) {
    this.network = network;
    this.spec = spec;
    this.trained = network.trained(spec);
    this.first = FakeParameters.zeros(network);
    this.second = FakeParameters.zeros(network);
  }

  /**
   * One step.
   *
   * @param steps done before
   * @param factor of the schedule
   */
  void step(FakeParameters weights, FakeParameters gradients, long steps, double factor) {
    for (Parameter parameter : network.parameters()) {
      if (!trained.contains(parameter.name())) {
        continue;
      }
      Optional<ParameterGroup> group =
          spec.groups().stream().filter(x -> x.matches(parameter.name())).findFirst();
      double rate = factor * group.map(ParameterGroup::learningRate).orElse(spec.learningRate());
      double defaultDecay = parameter.decay() ? spec.optimizer().weightDecay() : 0;
      double decay = group.map(ParameterGroup::weightDecay).orElse(defaultDecay);
      update(parameter.name(), weights, gradients, steps + 1, rate, decay);
    }
  }

  private void update(
      String name,
      FakeParameters weights,
      FakeParameters gradients,
      long step,
      double rate,
      double decay) {
    AdamW adamW = spec.optimizer();
    double[] p = weights.array(name);
    double[] g = gradients.array(name);
    double[] m = first.array(name);
    double[] v = second.array(name);
    double correction1 = 1 - Math.pow(adamW.beta1(), (double) step);
    double correction2 = 1 - Math.pow(adamW.beta2(), (double) step);
    for (int i = 0; i < p.length; i++) {
      m[i] = (float) (adamW.beta1() * m[i] + (1 - adamW.beta1()) * g[i]);
      v[i] = (float) (adamW.beta2() * v[i] + (1 - adamW.beta2()) * g[i] * g[i]);
      double scale = Math.sqrt(v[i] / correction2) + adamW.eps();
      p[i] = (float) (p[i] * (1 - rate * decay) - rate * m[i] / correction1 / scale);
    }
  }
}
