package dev.tenon.backend.offload;

import dev.tenon.backend.offload.StateStore.Vector;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.spec.FinetuneSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the parts of a run on offloaded state share; owns all of it.
 *
 * @param module the training driver
 */
record OffloadedRun(
    TorchBridge bridge,
    Network network,
    FinetuneSpec spec,
    TorchModule module,
    StateStore store,
    Streams streams)
    implements AutoCloseable {

  /** With a network's weights and moments of 0. */
  static OffloadedRun start(
      TorchBridge bridge, Network network, FinetuneSpec spec, OffloadOptions options) {
    TorchModule module = bridge.load(ProgramArchives.training(network.program(), spec.precision()));
    try {
      Layout layout = Layout.of(network, spec, Update.PIECE_VALUES);
      StateStore store = StateStore.create(bridge, layout, options);
      OffloadedRun run =
          new OffloadedRun(bridge, network, spec, module, store, Streams.of(bridge, network));
      run.copyWeights();
      return run;
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private void copyWeights() {
    try {
      for (String name : network.shapes().keySet()) {
        try (NativeScope scope = bridge.scope("copy weight")) {
          store.write(Vector.WEIGHTS, name, ReadStages.f32(network.weights(), name, scope));
        }
      }
    } catch (RuntimeException e) {
      streams.close();
      store.close();
      throw e;
    }
  }

  /** Reads a stage's weights by their keys. */
  Map<String, TorchValue> weights(Visit visit, NativeScope scope, ReadBuffers buffers) {
    List<Parameter> parameters = visit.parameters(network);
    Map<String, TorchValue> read =
        store.read(
            Vector.WEIGHTS,
            parameters.stream().map(Parameter::name).toList(),
            visit.memory(scope, buffers),
            scope);
    Map<String, TorchValue> weights = new LinkedHashMap<>();
    parameters.forEach(x -> weights.put(x.key(), read.get(x.name())));
    return weights;
  }

  /** What computes outputs without gradients. */
  StagedForward forward() {
    return new StagedForward(network, module, this::weights, streams);
  }

  @Override
  public void close() {
    try {
      streams.close();
    } finally {
      store.close();
      module.close();
    }
  }
}
