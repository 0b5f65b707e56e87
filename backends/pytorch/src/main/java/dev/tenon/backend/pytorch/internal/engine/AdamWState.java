package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.nn.internal.pass.OptimizerGroup;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The moments of AdamW on the native side and its step, group by group. Lives as long as its scope.
 */
final class AdamWState {
  private static final CallSettings SETTINGS = CallSettings.noGrad(0);

  private final FinetuneSpec spec;
  private final TorchModule module;
  private final Map<String, TorchValue> firstMoments;
  private final Map<String, TorchValue> secondMoments;
  private final List<TorchValue> steps = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();

  /** Starts with moments of 0. */
  AdamWState(
      Network network,
      StageWeights weights,
      FinetuneSpec spec,
      TorchModule module,
      NativeScope owner) {
    this.spec = spec;
    this.module = module;
    firstMoments = zeros(weights, owner);
    secondMoments = zeros(weights, owner);
    weights.trained().keySet().forEach(name -> steps.add(owner.zeros(DType.F32, Shape.of())));
    List<String> names = List.copyOf(weights.trained().keySet());
    for (OptimizerGroup group : OptimizerGroup.of(network, spec)) {
      List<Integer> indexes = group.names().stream().map(names::indexOf).toList();
      groups.add(
          new Group(
              group,
              indexes,
              select(weights.trained().values(), indexes, owner),
              select(firstMoments.values(), indexes, owner),
              select(secondMoments.values(), indexes, owner),
              select(steps, indexes, owner)));
    }
  }

  private static Map<String, TorchValue> zeros(StageWeights weights, NativeScope owner) {
    Map<String, TorchValue> zeros = new LinkedHashMap<>();
    weights.trained().forEach((name, x) -> zeros.put(name, owner.zeros(DType.F32, x.shape())));
    return zeros;
  }

  private static TorchValue select(
      Collection<TorchValue> all, List<Integer> indexes, NativeScope owner) {
    List<TorchValue> list = List.copyOf(all);
    return owner.tensors(indexes.stream().map(list::get).toList());
  }

  /** The first moments by the names of their parameters. */
  Weights firstMoments() {
    return new EngineWeights(firstMoments);
  }

  /** The second moments by the names of their parameters. */
  Weights secondMoments() {
    return new EngineWeights(secondMoments);
  }

  /** Takes over the moments of a state, in place; their age is its number of steps. */
  void load(TrainingState state, NativeScope scope) {
    assign(firstMoments, state.firstMoments(), scope);
    assign(secondMoments, state.secondMoments(), scope);
    TorchValue age = scope.tensor(TensorData.ofFloats(new float[] {state.progress().step()}));
    steps.forEach(step -> step.assign(age));
  }

  /** Writes a source's values into the tensors of their names, one at a time. */
  static void assign(Map<String, TorchValue> tensors, Weights source, NativeScope scope) {
    for (String name : source.names()) {
      try (TorchValue values = scope.tensor(source.read(name))) {
        Objects.requireNonNull(tensors.get(name), name).assign(values);
      }
    }
  }

  /**
   * Updates the weights in place.
   *
   * @param gradients one per weight that trains, in their order
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
          scope.real(group.rates.learningRate() * factor),
          scope.real(adamW.beta1()),
          scope.real(adamW.beta2()),
          scope.real(group.rates.weightDecay()),
          scope.real(adamW.eps()));
    }
  }

  private record Group(
      OptimizerGroup rates,
      List<Integer> indexes,
      TorchValue parameters,
      TorchValue firstMoments,
      TorchValue secondMoments,
      TorchValue steps) {}
}
