package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The moments of AdamW on the native side and its step, group by group. Lives as long as its scope. */
final class AdamWState {
  private static final CallSettings SETTINGS = CallSettings.noGrad(0);

  private final FinetuneSpec spec;
  private final TorchModule module;
  private final List<Group> groups = new ArrayList<>();

  /** Starts with moments of 0. */
  AdamWState(Network network, StageWeights weights, FinetuneSpec spec, TorchModule module, NativeScope owner) {
    this.spec = spec;
    this.module = module;
    Map<Rates, List<Integer>> members = new LinkedHashMap<>();
    List<Parameter> parameters = network.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      members.computeIfAbsent(rates(parameters.get(i)), rates -> new ArrayList<>()).add(i);
    }
    List<TorchValue> tensors = List.copyOf(weights.byName().values());
    members.forEach((rates, indexes) -> groups.add(Group.create(rates, indexes, tensors, owner)));
  }

  private Rates rates(Parameter parameter) {
    for (ParameterGroup group : spec.groups()) {
      if (group.matches(parameter.name())) {
        return new Rates(group.learningRate(), group.weightDecay());
      }
    }
    return new Rates(spec.learningRate(), parameter.decay() ? spec.optimizer().weightDecay() : 0);
  }

  /**
   * Updates the weights in place.
   *
   * @param gradients one per parameter of the network, in its order
   * @param factor of the schedule, on every group's rate
   */
  void step(List<TorchValue> gradients, double factor, NativeScope scope) {
    AdamW adamW = spec.optimizer();
    for (Group group : groups) {
      module.call(
          SETTINGS,
          scope,
          "adamw",
          group.parameters,
          scope.tensors(group.indexes.stream().map(gradients::get).toList()),
          group.firstMoments,
          group.secondMoments,
          group.steps,
          scope.real(group.rates.learningRate * factor),
          scope.real(adamW.beta1()),
          scope.real(adamW.beta2()),
          scope.real(group.rates.weightDecay),
          scope.real(adamW.eps()));
    }
  }

  private record Rates(double learningRate, double weightDecay) {}

  private record Group(
      Rates rates,
      List<Integer> indexes,
      TorchValue parameters,
      TorchValue firstMoments,
      TorchValue secondMoments,
      TorchValue steps) {
    static Group create(Rates rates, List<Integer> indexes, List<TorchValue> all, NativeScope owner) {
      List<TorchValue> parameters = indexes.stream().map(all::get).toList();
      return new Group(
          rates,
          List.copyOf(indexes),
          owner.tensors(parameters),
          zeros(parameters, owner),
          zeros(parameters, owner),
          owner.tensors(indexes.stream().map(i -> owner.zeros(DType.F32, Shape.of())).toList()));
    }

    private static TorchValue zeros(List<TorchValue> like, NativeScope owner) {
      return owner.tensors(like.stream().map(x -> owner.zeros(DType.F32, x.shape())).toList());
    }
  }
}
