package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Program;
import dev.tenon.nn.internal.session.ChosenTokens;
import dev.tenon.nn.internal.session.LiveRequest;
import dev.tenon.nn.internal.session.PromptPass;
import dev.tenon.nn.internal.session.SessionRows;
import dev.tenon.nn.internal.session.TokenChoice;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the live rows of a session, per layer {@code [rows, kv_heads, capacity,
 * head_dim]}; grows when a request needs more, and gives back what the longest and the most
 * requests took if they were not there at once.
 */
final class KeyValueCache implements SessionRows {
  private final CachedModel model;
  private final NativeScope owned;
  private int rows;
  private int capacity;
  private @Nullable TorchValue keys;
  private @Nullable TorchValue values;

  KeyValueCache(CachedModel model, TorchBridge bridge) {
    this.model = model;
    this.owned = bridge.scope("key/value cache");
  }

  @Override
  public void ensure(int neededRows, int neededCapacity) {
    if (neededRows <= rows && neededCapacity <= capacity) {
      return;
    }
    int newRows = Math.max(rows, neededRows);
    int newCapacity = Math.max(capacity, neededCapacity);
    if ((long) newRows * newCapacity > 2L * neededRows * neededCapacity) {
      newRows = neededRows;
      newCapacity = neededCapacity;
    }
    try (NativeScope scope = owned.bridge().scope("grow")) {
      List<TorchValue> grown =
          rows == 0 ? create(scope, newRows, newCapacity) : resize(scope, newRows, newCapacity);
      closeTensors();
      keys = grown.get(0).moveTo(owned);
      values = grown.get(1).moveTo(owned);
    }
    rows = newRows;
    capacity = newCapacity;
  }

  private List<TorchValue> create(NativeScope scope, int newRows, int newCapacity) {
    Program program = model.network().program();
    return model
        .newCaches(
            scope.integers(newRows, program.keyValueHeads(), newCapacity, program.headDim()), scope)
        .elements();
  }

  private List<TorchValue> resize(NativeScope scope, int newRows, int newCapacity) {
    TorchValue size = scope.integer(newRows);
    TorchValue slots = scope.integer(newCapacity);
    return List.of(
        model.onCaches(scope, "resize_caches", keys(), size, slots),
        model.onCaches(scope, "resize_caches", values(), size, slots));
  }

  @Override
  public void moveRow(int from, int to, int length) {
    try (NativeScope scope = owned.bridge().scope("move row")) {
      TorchValue source = scope.integer(from);
      TorchValue target = scope.integer(to);
      TorchValue tokens = scope.integer(length);
      for (TorchValue cache : List.of(keys(), values())) {
        model.onCaches(scope, "move_row", cache, source, target, tokens);
      }
    }
  }

  @Override
  public ChosenTokens step(List<LiveRequest> group, int first) {
    int length = group.stream().mapToInt(LiveRequest::lengthAfterStep).max().orElseThrow();
    try (NativeScope scope = owned.bridge().scope("step")) {
      CachedModel.NewTokens tokens = tokens(scope, StepBatch.tensors(group, length), first, length);
      if (group.stream().anyMatch(LiveRequest::processed)) {
        TorchValue logits = model.step(tokens, scope);
        return ChosenTokens.from(group, new SamplingText(logits, scope, model::onCaches));
      }
      Map<String, TensorData> choice = TokenChoice.tensors(group);
      return SamplingText.chosen(
          choice.isEmpty()
              ? model.greedyStep(tokens, scope)
              : model.chooseStep(tokens, MicroBatch.dict(scope, choice), scope));
    }
  }

  @Override
  public ChosenTokens read(PromptPass pass, int first, int most) {
    try (NativeScope scope = owned.bridge().scope("prompts")) {
      TorchValue logits = logits(scope, pass.readers(), first, most);
      if (!pass.unshared()) {
        long[] places = pass.places().stream().mapToLong(x -> x).toArray();
        TorchValue rows = scope.tensor(TensorData.ofLongs(places, places.length));
        logits = model.onCaches(scope, "rows_of", logits, rows);
      }
      return ChosenTokens.from(pass.requests(), new SamplingText(logits, scope, model::onCaches));
    }
  }

  /** F32 [B, V] of each prompt's last token. */
  private TorchValue logits(NativeScope scope, List<LiveRequest> readers, int first, int most) {
    TokenIds prompt = readers.get(0).prompt();
    if (readers.size() > 1 || prompt.size() <= most) {
      int length = readers.stream().mapToInt(LiveRequest::lengthAfterStep).max().orElseThrow();
      return model.step(tokens(scope, StepBatch.tensors(readers, length), first, length), scope);
    }
    int from = 0;
    for (; prompt.size() - from > most; from += most) {
      try (NativeScope part = owned.bridge().scope("part of a prompt")) {
        Map<String, TensorData> batch = StepBatch.part(prompt.slice(from, from + most), from);
        model.readPart(tokens(part, batch, first, from + most), part);
      }
    }
    Map<String, TensorData> rest = StepBatch.part(prompt.slice(from, prompt.size()), from);
    return model.step(tokens(scope, rest, first, prompt.size()), scope);
  }

  private CachedModel.NewTokens tokens(
      NativeScope scope, Map<String, TensorData> batch, int first, int length) {
    return new CachedModel.NewTokens(
        MicroBatch.dict(scope, batch),
        keys(),
        values(),
        scope.integer(first),
        scope.integer(length));
  }

  /** {@code List[Tensor]}, one per layer. */
  TorchValue keys() {
    return allocated(keys);
  }

  /** {@code List[Tensor]}, one per layer. */
  TorchValue values() {
    return allocated(values);
  }

  private static TorchValue allocated(@Nullable TorchValue cache) {
    if (cache == null) {
      throw new IllegalStateException("cache: none (expected: ensure was called)");
    }
    return cache;
  }

  private void closeTensors() {
    if (keys != null && values != null) {
      keys.close();
      values.close();
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
