package dev.tenon.nn.script;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Activation functions under the names of transformers ({@code ACT2FN} of activations.py), as
 * expressions of {@code x} in the text of a program. Names that differ only in how transformers
 * rounds share an expression. Safe for threads.
 */
public final class Activations {
  private static final String GELU = "torch.gelu(x)";
  private static final String GELU_TANH = "torch.gelu(x, approximate=\"tanh\")";

  private static final SortedMap<String, String> TEXTS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("gelu", GELU),
              Map.entry("gelu_python", GELU),
              Map.entry("gelu_10", "torch.clamp(torch.gelu(x), -10., 10.)"),
              Map.entry("gelu_new", GELU_TANH),
              Map.entry("gelu_fast", GELU_TANH),
              Map.entry("gelu_accurate", GELU_TANH),
              Map.entry("gelu_pytorch_tanh", GELU_TANH),
              Map.entry("gelu_python_tanh", GELU_TANH),
              Map.entry("hardswish", "torch.hardswish(x)"),
              Map.entry("leaky_relu", "torch.leaky_relu(x, 0.01)"),
              Map.entry("linear", "x"),
              Map.entry("mish", "torch.mish(x)"),
              Map.entry("quick_gelu", "x * torch.sigmoid(x * 1.702)"),
              Map.entry("relu", "torch.relu(x)"),
              Map.entry("relu2", "torch.square(torch.relu(x))"),
              Map.entry("relu6", "torch.hardtanh(x, 0., 6.)"),
              Map.entry("sigmoid", "torch.sigmoid(x)"),
              Map.entry("silu", "torch.silu(x)"),
              Map.entry("swish", "torch.silu(x)"),
              Map.entry("tanh", "torch.tanh(x)")));

  private Activations() {}

  /** The names that have a text, sorted. */
  public static SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(TEXTS.keySet()));
  }

  /**
   * The expression.
   *
   * @throws UnsupportedFeatureException for a name that has none
   */
  public static String text(String name) {
    String text = TEXTS.get(name);
    if (text == null) {
      throw new UnsupportedFeatureException(
          Problems.problem("activation function", name, "one of " + TEXTS.keySet()));
    }
    return text;
  }
}
