package dev.tenon.cli.conformance;

import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An expectation made by hand: two rows of 3 and 2 tokens, two parameters, one of them with a
 * gradient that is zero.
 */
final class SmallFolder {
  private SmallFolder() {}

  /** The expectation. */
  static OracleFolder expected() {
    Map<String, TensorData> tensors = new TreeMap<>();
    tensors.put("input_ids", TensorData.ofLongs(new long[] {4, 5, 6, 7, 8, 0}, 2, 3));
    tensors.put("attention_mask", TensorData.ofLongs(new long[] {1, 1, 1, 1, 1, 0}, 2, 3));
    tensors.put("labels", TensorData.ofLongs(new long[] {-100, 5, 6, -100, 8, -100}, 2, 3));
    tensors.put("logits", values(2, 3, 4));
    tensors.put("logprobs", values(2, 2));
    tensors.put("last_hidden_state", values(2, 3, 5));
    tensors.put("hidden_states", values(2, 2, 3, 5));
    tensors.put("grad.a", values(3, 2));
    tensors.put("grad.zero", TensorData.ofFloats(new float[] {0, 0}, 2));
    tensors.put("adamw3.a", values(3, 2));
    tensors.put("adamw3.zero", values(2));
    return new OracleFolder(Path.of("small"), "llama", numbers(), NamedArray.of(tensors), cases());
  }

  /** What an engine without any error computes. */
  static Computed computed() {
    OracleFolder expected = expected();
    Computed computed = new Computed();
    for (String name : expected.tensors().names()) {
      computed.tensor(name, expected.tensors().get(name));
      computed.tensor(Computed.INFERENCE + name, expected.tensors().get(name));
    }
    ExpectedNumbers numbers = expected.numbers();
    computed.number("loss", numbers.loss());
    computed.number("inference.loss", numbers.loss());
    computed.number("grad_norm", numbers.gradNorm());
    numbers.adamwLosses().forEach(x -> computed.number("adamw.losses", x));
    numbers.adamwGradNorms().forEach(x -> computed.number("adamw.grad_norms", x));
    computed.number("adamw.loss_after", numbers.adamwLossAfter());
    numbers.greedy().forEach(x -> computed.greedy(x.tokens()));
    return computed;
  }

  /** 0.5, -1, 1.5, -2, … */
  static TensorData values(long... dims) {
    int size = 1;
    for (long dim : dims) {
      size *= (int) dim;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (i + 1) * (i % 2 == 0 ? 0.5f : -0.5f);
    }
    return TensorData.ofFloats(values, dims);
  }

  private static ExpectedNumbers numbers() {
    return new ExpectedNumbers(
        "llama",
        "causal",
        8,
        10,
        List.of(8.0, 7.0, 6.0),
        List.of(10.0, 9.0, 8.0),
        5,
        Set.of("zero"),
        List.of(new ExpectedNumbers.Greedy(TokenIds.of(1, 2), TokenIds.of(3, 4, 5))));
  }

  private static TokenizerCases cases() {
    return new TokenizerCases(List.of(), List.of(), List.of(), List.of());
  }
}
