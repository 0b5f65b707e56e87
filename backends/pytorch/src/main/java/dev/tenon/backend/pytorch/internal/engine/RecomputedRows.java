package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.nn.internal.pass.PaddedBatch;
import dev.tenon.nn.internal.session.ChosenTokens;
import dev.tenon.nn.internal.session.LiveRequest;
import dev.tenon.nn.internal.session.PromptPass;
import dev.tenon.nn.internal.session.SessionRows;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.OptionalInt;

/** Rows of a network that keeps no cache: each pass computes the whole sequences again. */
final class RecomputedRows implements SessionRows {
  private final TorchScriptFile file;
  private final TorchBridge bridge;

  RecomputedRows(TorchScriptFile file, TorchBridge bridge) {
    this.file = file;
    this.bridge = bridge;
  }

  @Override
  public void ensure(int rows, int tokens) {
    // Nothing is stored.
  }

  @Override
  public void moveRow(int from, int to, int length) {
    // Nothing is stored.
  }

  @Override
  public ChosenTokens step(List<LiveRequest> group, int first) {
    PaddedBatch padded = padded(group.stream().map(LiveRequest::history).toList());
    try (NativeScope scope = bridge.scope("step")) {
      TorchValue logits = file.logits(padded.inputIds(), padded.realTokens(), scope);
      TorchValue rows = scope.tensor(padded.lastRows(OptionalInt.empty()));
      TorchValue last = file.driver(scope, "last_logits", logits, rows);
      return ChosenTokens.from(group, new SamplingText(last, scope, file::driver));
    }
  }

  @Override
  public ChosenTokens read(PromptPass pass, int first, int most) {
    return step(pass.requests(), first);
  }

  private static PaddedBatch padded(List<TokenIds> sequences) {
    long[] ids = sequences.stream().flatMapToLong(TokenIds::stream).toArray();
    int[] lengths = sequences.stream().mapToInt(TokenIds::size).toArray();
    return new PaddedBatch(
        NamedArray.builder(Items.ofLengths(lengths))
            .put("input_ids", TensorData.ofLongs(ids, ids.length))
            .build(),
        false);
  }

  @Override
  public void close() {
    // Nothing is stored.
  }
}
