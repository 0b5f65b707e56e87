package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.nn.internal.pass.PaddedBatch;
import dev.tenon.nn.internal.session.ChosenTokens;
import dev.tenon.nn.internal.session.LiveRequest;
import dev.tenon.nn.internal.session.UncachedRows;
import java.util.List;
import java.util.OptionalInt;

/** Rows of a network that keeps no cache: each pass computes the whole sequences again. */
final class RecomputedRows extends UncachedRows {
  private final TorchScriptFile file;
  private final TorchBridge bridge;

  RecomputedRows(TorchScriptFile file, TorchBridge bridge) {
    this.file = file;
    this.bridge = bridge;
  }

  @Override
  public ChosenTokens step(List<LiveRequest> group, int first) {
    PaddedBatch padded = new PaddedBatch(sequences(group), false);
    try (NativeScope scope = bridge.scope("step")) {
      TorchValue logits = file.logits(padded.inputIds(), padded.realTokens(), scope);
      TorchValue rows = scope.tensor(padded.lastRows(OptionalInt.empty()));
      TorchValue last = file.driver(scope, "last_logits", logits, rows);
      return ChosenTokens.from(group, new SamplingText(last, scope, file::driver));
    }
  }
}
