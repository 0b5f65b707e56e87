package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.nn.TorchScriptNetwork;
import dev.tenon.nn.internal.session.SessionRows;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;

/** Inference through a TorchScript file. */
public final class TorchScriptEngine extends TorchEngine {
  private final TorchScriptFile file;

  private TorchScriptEngine(
      String backend,
      TorchBridge bridge,
      TorchScriptNetwork network,
      TorchScriptFile file,
      long headChunkBytes) {
    super(
        backend,
        bridge,
        network,
        Precision.F32,
        FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS,
        headChunkBytes);
    this.file = file;
  }

  /**
   * Loads a file.
   *
   * @param backend its name, for the record of a directory
   */
  public static TorchScriptEngine open(
      String backend, TorchBridge bridge, TorchScriptNetwork network, long headChunkBytes) {
    return new TorchScriptEngine(
        backend, bridge, network, TorchScriptFile.load(bridge, network), headChunkBytes);
  }

  @Override
  TorchValue forward(MicroBatch batch, NativeScope scope) {
    return file.driver(
        scope,
        "forward",
        file.logits(batch.inputIds(), batch.realTokens(), scope),
        batch.rows,
        batch.plan,
        batch.wantRows,
        batch.wantNext,
        chunk(scope));
  }

  @Override
  SessionRows sessionRows() {
    return new RecomputedRows(file, bridge);
  }

  @Override
  Weights weights() {
    return network().weights();
  }

  @Override
  void release() {
    file.close();
  }
}
