package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.nn.internal.session.SessionRows;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Inference through the fused weights. */
public final class TorchInferenceEngine extends TorchEngine {
  private final CachedModel model;

  /**
   * Runs a model and closes it.
   *
   * @param backend its name, for the record of a directory
   */
  public TorchInferenceEngine(
      String backend,
      TorchBridge bridge,
      Network network,
      Precision precision,
      CachedModel model,
      long headChunkBytes) {
    super(
        backend,
        bridge,
        network,
        precision,
        FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS,
        headChunkBytes);
    this.model = model;
  }

  /** With the weights on the device. */
  public static TorchInferenceEngine open(
      String backend,
      TorchBridge bridge,
      Network network,
      InferenceSpec spec,
      long headChunkBytes) {
    Precision precision = spec.resolve(network.quantization());
    Prelude prelude = Kernels.find(bridge, network, precision);
    return open(backend, bridge, network, prelude, spec.threads(), headChunkBytes);
  }

  /** With kernels of the caller's choice. */
  static TorchInferenceEngine open(
      String backend,
      TorchBridge bridge,
      Network network,
      Prelude prelude,
      int threads,
      long headChunkBytes) {
    Optional<QuantizedWeights> stored = network.quantized();
    InferenceModel model =
        stored.isPresent()
            ? InferenceModel.stored(bridge, network, stored.get(), prelude, threads)
            : InferenceModel.fuse(bridge, network, new MappedWeights(network), prelude, threads);
    bridge.keepFreedMemory();
    return new TorchInferenceEngine(
        backend, bridge, network, prelude.precision(), model, headChunkBytes);
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
  void write(Path directory) throws IOException {
    if (precision() != Precision.INT8 && precision() != Precision.INT4) {
      super.write(directory);
      return;
    }
    Network network = network();
    network.saveQuantized(
        directory,
        network.quantized().orElseGet(() -> StoredParts.quantize(bridge, network, precision())));
    record().quantization(precision()).write(directory);
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
