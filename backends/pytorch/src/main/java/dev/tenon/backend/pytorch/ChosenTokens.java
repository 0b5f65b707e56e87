package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The next tokens of B requests.
 *
 * @param tokens I64 [B]
 * @param logprobs their log-probabilities, F32 [B]
 */
record ChosenTokens(TensorData tokens, TensorData logprobs) {
  /** From what a driver returned: tokens, log-probabilities, and more that is not read. */
  static ChosenTokens of(TorchValue returned) {
    List<TorchValue> parts = returned.elements();
    return new ChosenTokens(parts.get(0).toTensorData(), parts.get(1).toTensorData());
  }

  /**
   * Chooses from logits; rows of requests with processors go through Java.
   *
   * @param logits F32 [B, V], one row for each request
   */
  static ChosenTokens from(
      TorchValue logits, List<LiveRequest> requests, NativeScope scope, Driver driver) {
    Map<String, TensorData> choice = TokenChoice.tensors(requests);
    int[] rows =
        IntStream.range(0, requests.size()).filter(i -> requests.get(i).processed()).toArray();
    if (rows.length > 0) {
      process(logits, requests, rows, choice, scope, driver);
    }
    return of(
        choice.isEmpty()
            ? driver.call(scope, "pick", logits)
            : driver.call(scope, "choose", logits, MicroBatch.dict(scope, choice)));
  }

  private static void process(
      TorchValue logits,
      List<LiveRequest> requests,
      int[] rows,
      Map<String, TensorData> choice,
      NativeScope scope,
      Driver driver) {
    TensorData indexes =
        TensorData.ofLongs(Arrays.stream(rows).asLongStream().toArray(), rows.length);
    TorchValue before =
        driver.call(
            scope,
            "before_processors",
            logits,
            MicroBatch.dict(scope, choice),
            scope.tensor(indexes));
    float[] values = before.toTensorData().toFloats(); // [r, V]
    int vocab = values.length / rows.length;
    for (int i = 0; i < rows.length; i++) {
      float[] row = Arrays.copyOfRange(values, i * vocab, (i + 1) * vocab);
      requests.get(rows[i]).process(row);
      System.arraycopy(row, 0, values, i * vocab, vocab);
    }
    choice.put("processed_rows", indexes);
    choice.put("processed", TensorData.ofFloats(values, rows.length, vocab));
  }

  /** Calls a method of the text that a session runs. */
  interface Driver {
    TorchValue call(NativeScope scope, String method, TorchValue... arguments);
  }
}
