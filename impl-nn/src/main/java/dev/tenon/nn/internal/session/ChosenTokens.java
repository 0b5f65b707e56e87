package dev.tenon.nn.internal.session;

import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The next tokens of B requests.
 *
 * @param tokens I64 [B]
 * @param logprobs their log-probabilities, F32 [B]
 */
public record ChosenTokens(TensorData tokens, TensorData logprobs) {
  /**
   * Chooses by the sampling text; rows of requests with processors go through Java.
   *
   * @param requests one for each row of the logits that the text knows
   */
  public static ChosenTokens from(List<LiveRequest> requests, Text text) {
    Map<String, TensorData> choice = new LinkedHashMap<>(TokenChoice.tensors(requests));
    int[] rows =
        IntStream.range(0, requests.size()).filter(i -> requests.get(i).processed()).toArray();
    if (rows.length > 0) {
      process(requests, rows, choice, text);
    }
    return choice.isEmpty() ? text.pick() : text.choose(choice);
  }

  private static void process(
      List<LiveRequest> requests, int[] rows, Map<String, TensorData> choice, Text text) {
    TensorData indexes =
        TensorData.ofLongs(Arrays.stream(rows).asLongStream().toArray(), rows.length);
    float[] values = text.beforeProcessors(choice, indexes).toFloats(); // [r, V]
    int vocab = values.length / rows.length;
    for (int i = 0; i < rows.length; i++) {
      float[] row = Arrays.copyOfRange(values, i * vocab, (i + 1) * vocab);
      requests.get(rows[i]).process(row);
      System.arraycopy(row, 0, values, i * vocab, vocab);
    }
    choice.put("processed_rows", indexes);
    choice.put("processed", TensorData.ofFloats(values, rows.length, vocab));
  }

  /** sampling.torchscript over the logits of a step. */
  public interface Text {
    /** The likeliest tokens. */
    ChosenTokens pick();

    /** Tokens as the tensors of {@link TokenChoice} ask. */
    ChosenTokens choose(Map<String, TensorData> choice);

    /** Logits that processors get, F32 [r, V], of rows I64 [r]. */
    TensorData beforeProcessors(Map<String, TensorData> choice, TensorData rows);
  }
}
