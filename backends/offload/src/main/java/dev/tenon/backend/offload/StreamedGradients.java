package dev.tenon.backend.offload;

import dev.tenon.backend.offload.StateStore.Vector;
import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.pytorch.internal.engine.BatchGradients;
import dev.tenon.backend.pytorch.internal.engine.MicroBatch;
import dev.tenon.model.Parameter;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Gradients that are stored as soon as a stage has them, and read again where another micro-batch
 * adds to them. Their norms are taken on the way.
 */
final class StreamedGradients implements BatchGradients {
  private static final CallSettings NO_GRAD = CallSettings.noGrad(0);

  private final OffloadedRun run;
  private final Set<String> trained;
  private final double lossScale;
  private final NativeScope step;
  private final Updater updater;
  private int microBatches;

  /** Names of stored sums; of the streaming thread. */
  private final Set<String> stored = new HashSet<>();

  private final Map<String, TensorData> norms = new HashMap<>();
  private double maxNorm;

  /** Changes the weights by the stored gradients. */
  interface Updater {
    /** Takes a step; the parameters are those of {@link Update}. */
    void update(TorchValue norm, double maxNorm, double factor);
  }

  /** Starts; the parameters are those of {@code TrainingModel.gradients}. */
  StreamedGradients(
      OffloadedRun run, int microBatches, double lossScale, NativeScope step, Updater updater) {
    this.run = run;
    this.trained = run.network().trained(run.spec());
    this.microBatches = microBatches;
    this.lossScale = lossScale;
    this.step = step;
    this.updater = updater;
  }

  @Override
  public void add(
      MicroBatch batch, TorchValue chunk, UnaryOperator<TorchValue> gradient, NativeScope scope) {
    microBatches--;
    StagedPass pass = new StagedPass(run.module(), batch, chunk, true, scope);
    run.streams()
        .<Visit, StageValues>each(
            Visit.training(run.network().program().layers()),
            this::read,
            (visit, values, owner) -> {
              TorchValue weights = owner.tensorDict(values.weights);
              if (visit.back()) {
                back(pass, visit, weights, values, gradient, owner);
              } else if (visit.stage() == Parameter.Stage.EMBED) {
                pass.embed(weights);
              } else {
                pass.block(weights, visit.layer());
              }
            });
    run.streams().drain();
  }

  private StageValues read(Visit visit, NativeScope scope, ReadBuffers buffers) {
    Map<String, TorchValue> weights = run.weights(visit, scope, buffers);
    if (!visit.back()) {
      return new StageValues(weights, Map.of(), Map.of());
    }
    Map<String, TorchValue> parameters = new LinkedHashMap<>();
    for (Parameter parameter : visit.parameters(run.network())) {
      if (trained.contains(parameter.name())) {
        parameters.put(
            parameter.name(), Objects.requireNonNull(weights.get(parameter.key()), "a key"));
      }
    }
    List<String> again = parameters.keySet().stream().filter(stored::contains).toList();
    Map<String, TorchValue> before =
        run.store().read(Vector.GRADIENTS, again, visit.memory(scope, buffers), scope);
    Map<String, TorchValue> sums = new LinkedHashMap<>();
    for (String name : parameters.keySet()) {
      TorchValue sum = before.get(name);
      sums.put(name, sum == null ? scope.empty(DType.F32, Shape.of(0)) : sum);
    }
    return new StageValues(weights, parameters, sums);
  }

  private void back(
      StagedPass pass,
      Visit visit,
      TorchValue weights,
      StageValues values,
      UnaryOperator<TorchValue> gradient,
      NativeScope owner) {
    TorchValue parameters = owner.tensors(values.parameters.values());
    TorchValue sums = owner.tensors(values.sums.values());
    run.module().call(NO_GRAD, owner, "require", parameters);
    switch (visit.stage()) {
      case HEAD -> pass.headBack(weights, gradient.apply(pass.outputs(weights)), parameters, sums);
      case BLOCK -> pass.blockBack(weights, visit.layer(), parameters, sums);
      case EMBED -> pass.embedBack(weights, parameters, sums);
    }
    if (!values.sums.isEmpty()) {
      store(visit, List.copyOf(values.sums.keySet()), parameters, sums, owner);
    }
  }

  /** Stores a stage's sums, and takes the norms of those that are complete. */
  private void store(
      Visit visit, List<String> names, TorchValue parameters, TorchValue sums, NativeScope owner) {
    NativeScope written = owner.bridge().scope("gradients");
    List<TorchValue> tensors =
        run.module().call(NO_GRAD, written, "whole_sums", parameters, sums).elements();
    if (microBatches == 0) {
      takeNorms(visit, names, tensors, owner);
    }
    run.streams()
        .write(
            written,
            () -> {
              for (int i = 0; i < tensors.size(); i++) {
                run.store().write(Vector.GRADIENTS, names.get(i), tensors.get(i));
                stored.add(names.get(i));
              }
            });
  }

  /** A parameter's gradient is complete at the first stage that uses it. */
  private void takeNorms(
      Visit visit, List<String> names, List<TorchValue> tensors, NativeScope owner) {
    Map<String, TorchValue> complete = new LinkedHashMap<>();
    for (Parameter parameter : run.network().parameters()) {
      int index = names.indexOf(parameter.name());
      if (index >= 0 && parameter.stage() == visit.stage()) {
        complete.put(parameter.name(), tensors.get(index));
      }
    }
    List<TorchValue> taken =
        run.module()
            .call(
                NO_GRAD,
                owner,
                "sum_norms",
                owner.tensors(complete.values()),
                owner.real(lossScale))
            .elements();
    int next = 0;
    for (String name : complete.keySet()) {
      norms.put(name, taken.get(next++).toTensorData());
    }
  }

  @Override
  public double clip(double most) {
    maxNorm = most;
    return norm(step).toTensorData().getDouble(0);
  }

  /** Over all gradients. */
  private TorchValue norm(NativeScope scope) {
    List<TorchValue> each =
        trained.stream()
            .map(name -> scope.tensor(Objects.requireNonNull(norms.get(name), name)))
            .toList();
    return run.module().call(NO_GRAD, scope, "norm_of", scope.tensors(each));
  }

  @Override
  public void each(TensorSink sink) {
    trained.forEach(name -> sink.accept(name, run.store().data(Vector.GRADIENTS, name)));
  }

  /** Clips on the way. */
  @Override
  public void update(double factor) {
    updater.update(norm(step), maxNorm, factor);
  }

  /** What a stage runs on: weights by key, those that train and their sums by name. */
  private record StageValues(
      Map<String, TorchValue> weights,
      Map<String, TorchValue> parameters,
      Map<String, TorchValue> sums) {}
}
