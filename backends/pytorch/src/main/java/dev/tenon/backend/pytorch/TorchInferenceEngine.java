package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;

/** Inference through the fused weights. */
final class TorchInferenceEngine extends TorchEngine {
  private final InferenceModel model;

  private TorchInferenceEngine(
      TorchBridge bridge,
      Network network,
      Precision precision,
      InferenceModel model,
      long headChunkBytes) {
    super(bridge, network, precision, FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS, headChunkBytes);
    this.model = model;
  }

  static TorchInferenceEngine open(
      TorchBridge bridge, Network network, InferenceSpec spec, long headChunkBytes) {
    Prelude prelude = Kernels.find(bridge, spec.precision().orElse(Precision.F32));
    try (NativeScope loading = bridge.scope("load")) {
      StageWeights weights = StageWeights.map(network, loading);
      return new TorchInferenceEngine(
          bridge,
          network,
          prelude.precision(),
          InferenceModel.fuse(bridge, network, weights, prelude, spec.threads()),
          headChunkBytes);
    }
  }

  @Override
  TorchValue forward(MicroBatch batch, NativeScope scope) {
    return model.forward(batch, chunk(scope), scope);
  }

  @Override
  SessionRows sessionRows() {
    return new KeyValueCache(model, bridge);
  }

  @Override
  Weights weights() {
    return network().weights();
  }

  @Override
  void release() {
    model.close();
  }
}
