package dev.tenon.nn.internal.pass;

import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parameters that train at one rate and decay.
 *
 * @param learningRate peak rate, before the schedule's factor
 * @param weightDecay of AdamW
 * @param names in the network's order
 */
public record OptimizerGroup(double learningRate, double weightDecay, List<String> names) {
  /** Copies. */
  public OptimizerGroup {
    names = List.copyOf(names);
  }

  /** The groups of what a run changes. */
  public static List<OptimizerGroup> of(Network network, FinetuneSpec spec) {
    Set<String> trained = network.trained(spec);
    Map<Rates, List<String>> members = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      if (trained.contains(parameter.name())) {
        members
            .computeIfAbsent(rates(parameter, spec), rates -> new ArrayList<>())
            .add(parameter.name());
      }
    }
    List<OptimizerGroup> groups = new ArrayList<>();
    members.forEach(
        (rates, names) ->
            groups.add(new OptimizerGroup(rates.learningRate, rates.weightDecay, names)));
    return groups;
  }

  private static Rates rates(Parameter parameter, FinetuneSpec spec) {
    for (ParameterGroup group : spec.groups()) {
      if (group.matches(parameter.name())) {
        return new Rates(group.learningRate(), group.weightDecay());
      }
    }
    return new Rates(spec.learningRate(), parameter.decay() ? spec.optimizer().weightDecay() : 0);
  }

  private record Rates(double learningRate, double weightDecay) {}
}
