package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.nn.script.Prelude;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.TensorSink;
import java.util.Iterator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Everything on the device; moments from the first step on. */
public final class HeldTraining implements TrainingModel {
  private final TorchBridge bridge;
  private final Network network;
  private final FinetuneSpec spec;
  private final NativeScope owned;
  private final TorchModule module;
  private final StageWeights weights;
  private final TrainingProgram program;
  private @Nullable AdamWState optimizer;
  private @Nullable InferenceModel view;

  /** Copies a network's weights. */
  public HeldTraining(TorchBridge bridge, Network network, FinetuneSpec spec) {
    this.bridge = bridge;
    this.network = network;
    this.spec = spec;
    module = bridge.load(ProgramArchives.training(network.program(), spec.precision()));
    owned = bridge.scope("train engine");
    try {
      weights = StageWeights.copy(network, owned, network.trained(spec));
      program = new TrainingProgram(module, weights, spec.gradientCheckpointing(), owned);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope) {
    return program.forward(batch, chunk, scope);
  }

  @Override
  public BatchGradients gradients(int microBatches, double lossScale, NativeScope step) {
    return new Sums(program.noSums(step), lossScale, step);
  }

  private AdamWState optimizer() {
    AdamWState state = optimizer;
    if (state == null) {
      state = new AdamWState(network, weights, spec, module, owned);
      optimizer = state;
    }
    return state;
  }

  @Override
  public Weights weights() {
    return new EngineWeights(weights.byName());
  }

  @Override
  public Weights firstMoments() {
    return optimizer().firstMoments();
  }

  @Override
  public Weights secondMoments() {
    return optimizer().secondMoments();
  }

  /** In place, since the driver's dicts and the optimizer's lists hold these tensors. */
  @Override
  public void load(TrainingState state) {
    try (NativeScope scope = bridge.scope("loadState")) {
      AdamWState.assign(weights.byName(), state.weights(), scope);
      optimizer().load(state, scope);
    }
  }

  @Override
  public CachedModel view() {
    InferenceModel model = view;
    if (model == null) {
      Prelude prelude = Kernels.find(bridge, network, spec.precision());
      model = InferenceModel.fuse(bridge, network, weights, prelude, 0);
      view = model;
    }
    return model;
  }

  @Override
  public void dropView() {
    InferenceModel model = view;
    if (model != null) {
      view = null;
      model.close();
    }
  }

  @Override
  public void close() {
    dropView();
    owned.close();
    module.close();
  }

  /** {@code List[Tensor]} in the order of the weights that train. */
  private final class Sums implements BatchGradients {
    private TorchValue list;
    private final double lossScale;
    private final NativeScope step;

    Sums(TorchValue list, double lossScale, NativeScope step) {
      this.list = list;
      this.lossScale = lossScale;
      this.step = step;
    }

    @Override
    public void add(
        MicroBatch batch, TorchValue chunk, UnaryOperator<TorchValue> gradient, NativeScope scope) {
      program.backward(batch, chunk, gradient, list, scope);
    }

    @Override
    public double clip(double maxNorm) {
      list = program.whole(list, step);
      if (lossScale != 1) {
        program.unscale(list, lossScale, step);
      }
      return program.clip(list, maxNorm, step);
    }

    @Override
    public void each(TensorSink sink) {
      Iterator<TorchValue> tensors = list.elements().iterator();
      for (String name : weights.trained().keySet()) {
        sink.accept(name, tensors.next().toTensorData());
      }
    }

    @Override
    public void update(double factor) {
      optimizer().step(list.elements(), factor, step);
    }
  }
}
