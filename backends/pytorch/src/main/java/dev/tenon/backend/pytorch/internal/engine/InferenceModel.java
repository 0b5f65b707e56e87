package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchException;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import dev.tenon.nn.script.Prelude;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.tensor.DType;

/**
 * A network's fused weights and the archive that runs them. Holds the embedding and the fused
 * projections, nothing else.
 */
final class InferenceModel implements CachedModel {
  private final Network network;
  private final CallSettings settings;
  private final NativeScope owned;
  private final TorchModule module;
  private final TorchValue model;

  private InferenceModel(
      Network network,
      CallSettings settings,
      TorchModule module,
      NativeScope owned,
      TorchValue model) {
    this.network = network;
    this.settings = settings;
    this.module = module;
    this.owned = owned;
    this.model = model;
  }

  /**
   * Fuses weights, a few layers side by side. What it still needs of them it holds on to itself.
   *
   * @param threads of one operator; 0: the calling thread's number
   */
  static InferenceModel fuse(
      TorchBridge bridge, Network network, Stages weights, Prelude prelude, int threads) {
    DType embedding = prelude.quantized() ? DType.BF16 : DType.F32;
    return load(
        bridge,
        network,
        prelude,
        threads,
        (module, settings, scope) ->
            module.call(
                settings,
                scope,
                "open_model",
                weights.embed(scope, embedding),
                weights.head(scope)),
        (module, layer, settings, scope) ->
            module.call(
                settings, scope, "fused_layer", weights.block(scope, layer), scope.integer(layer)));
  }

  /** Takes over a directory's quantised weights. */
  static InferenceModel stored(
      TorchBridge bridge, Network network, QuantizedWeights weights, Prelude prelude, int threads) {
    StoredParts parts = new StoredParts(weights.tensors());
    try {
      return load(
          bridge,
          network,
          prelude,
          threads,
          (module, settings, scope) ->
              module.call(
                  settings,
                  scope,
                  "open_stored",
                  parts.dict("embed.", scope),
                  parts.dict("head.", scope)),
          (module, layer, settings, scope) ->
              module.call(
                  settings, scope, "stored_layer", parts.dict("layers." + layer + ".", scope)));
    } catch (TorchException e) {
      throw new CheckpointException(
          Problems.problem(weights.tensors().toString(), e.reason(), "what quantize wrote"), e);
    }
  }

  /** A model without layers. */
  @FunctionalInterface
  private interface Opening {
    TorchValue open(TorchModule module, CallSettings settings, NativeScope scope);
  }

  /** One layer. */
  @FunctionalInterface
  private interface Layer {
    TorchValue make(TorchModule module, int layer, CallSettings settings, NativeScope scope);
  }

  private static InferenceModel load(
      TorchBridge bridge,
      Network network,
      Prelude prelude,
      int threads,
      Opening opening,
      Layer layers) {
    CallSettings settings = CallSettings.inference(threads);
    TorchModule module = bridge.load(ProgramArchives.inference(network.program(), prelude));
    NativeScope owned = bridge.scope("inference model");
    int count = network.program().layers();
    try (NativeScope scope = bridge.scope("load model");
        FusedLayers made =
            new FusedLayers(
                bridge,
                count,
                threads == 0 ? bridge.threads() : threads,
                (layer, each, parts) -> layers.make(module, layer, each, parts))) {
      TorchValue model = opening.open(module, CallSettings.inference(1), scope);
      for (int layer = 0; layer < count; layer++) {
        model = module.call(settings, scope, "add_layer", model, made.get(layer));
      }
      return new InferenceModel(network, settings, module, owned, model.moveTo(owned));
    } catch (RuntimeException e) {
      owned.close();
      module.close();
      throw e;
    }
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope) {
    return module.call(
        settings,
        scope,
        "forward",
        model,
        batch.rows,
        batch.plan,
        batch.wantRows,
        batch.wantNext,
        batch.wantSequences,
        batch.hiddenStates,
        chunk,
        scope.integer(network.program().keyValueHeads()),
        scope.integer(network.program().headDim()));
  }

  @Override
  public TorchValue newCaches(TorchValue shape, NativeScope scope) {
    return module.call(settings, scope, "new_caches", model, shape);
  }

  @Override
  public TorchValue onCaches(NativeScope scope, String method, TorchValue... arguments) {
    return module.call(settings, scope, method, arguments);
  }

  @Override
  public TorchValue step(NewTokens x, NativeScope scope) {
    return module.call(
        settings, scope, "step", model, x.batch(), x.keys(), x.values(), x.row(), x.length());
  }

  @Override
  public void readPart(NewTokens x, NativeScope scope) {
    module.call(
        settings, scope, "read_part", model, x.batch(), x.keys(), x.values(), x.row(), x.length());
  }

  /** In one call. */
  @Override
  public TorchValue greedyStep(NewTokens x, NativeScope scope) {
    return module.call(
        settings,
        scope,
        "greedy_step",
        model,
        x.batch(),
        x.keys(),
        x.values(),
        x.row(),
        x.length());
  }

  /** In one call. */
  @Override
  public TorchValue chooseStep(NewTokens x, TorchValue asked, NativeScope scope) {
    return module.call(
        settings,
        scope,
        "choose_step",
        model,
        x.batch(),
        asked,
        x.keys(),
        x.values(),
        x.row(),
        x.length());
  }

  @Override
  public void close() {
    owned.close();
    module.close();
  }
}
