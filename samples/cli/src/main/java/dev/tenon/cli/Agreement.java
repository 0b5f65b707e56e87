package dev.tenon.cli;

import dev.tenon.internal.Json;
import dev.tenon.model.Output;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How well a model predicts a text, and how often its likeliest next token is that of another one.
 * Sums in F64. Not for threads.
 */
final class Agreement {
  private long tokens;
  private long equal;
  private double surprise;
  private double expectedSurprise;

  /**
   * Adds the next tokens of a batch.
   *
   * @param batch {@code input_ids}
   * @param found {@code logits} F32 [tokens, vocabulary] of the model
   * @param expected the same of the one it is held against
   */
  void add(NamedArray batch, NamedArray found, NamedArray expected) {
    TensorData ids = batch.get("input_ids");
    float[] logits = found.get(Output.LOGITS.field()).toFloats();
    float[] others = expected.get(Output.LOGITS.field()).toFloats();
    int vocabulary = (int) found.get(Output.LOGITS.field()).shape().dim(1);
    Items items = batch.items();
    int at = 0;
    for (int item = 0; item < items.count(); item++) {
      int length = (int) batch.item(item).get("input_ids").size();
      for (int i = 0; i < length - 1; i++) {
        int row = (at + i) * vocabulary;
        int target = (int) ids.getLong(at + i + 1);
        surprise += surprise(logits, row, vocabulary, target);
        expectedSurprise += surprise(others, row, vocabulary, target);
        equal += top(logits, row, vocabulary) == top(others, row, vocabulary) ? 1 : 0;
        tokens++;
      }
      at += length;
    }
  }

  /** -log p of a token: log of the sum of exponentials less its logit. */
  private static double surprise(float[] logits, int row, int vocabulary, int target) {
    float most = logits[row + top(logits, row, vocabulary)];
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += Math.exp((double) logits[row + i] - most);
    }
    return Math.log(sum) + most - logits[row + target];
  }

  private static int top(float[] logits, int row, int vocabulary) {
    int top = 0;
    for (int i = 1; i < vocabulary; i++) {
      top = logits[row + i] > logits[row + top] ? i : top;
    }
    return top;
  }

  /** Predicted tokens. */
  long tokens() {
    return tokens;
  }

  /** exp of the mean of -log p. */
  double perplexity() {
    return Math.exp(surprise / tokens);
  }

  /** Perplexity over that of the other model, less 1. */
  double change() {
    return Math.expm1((surprise - expectedSurprise) / tokens);
  }

  /** Share of tokens whose likeliest prediction is the same. */
  double share() {
    return (double) equal / tokens;
  }

  /** One line for people, or a JSON object. */
  String line(String precision, boolean json) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("precision", precision);
      object.put("tokens", tokens);
      object.put("perplexity", perplexity());
      object.put("perplexity_change", change());
      object.put("top1_agreement", share());
      return Json.compact(object);
    }
    return String.format(
        Locale.ROOT,
        "%-5s tokens %d  perplexity %.4f  change %+.3f %%  equal top tokens %.2f %%",
        precision,
        tokens,
        perplexity(),
        100 * change(),
        100 * share());
  }
}
