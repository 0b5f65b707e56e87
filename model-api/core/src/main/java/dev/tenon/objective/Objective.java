package dev.tenon.objective;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.OutputRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is optimised, as TorchScript text that runs in every runtime:
 *
 * <pre>
 * weight(batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor
 * loss(out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]
 * </pre>
 *
 * <p>{@code loss} returns {@code "loss"}, a sum, and other summed statistics. The engine divides by
 * the weight of the <em>whole</em> batch, so micro-batches change nothing but rounding. {@code out}
 * holds the requested outputs by field name, {@code batch} the named fields, packed, and {@code
 * token_sequence} (I64 [tokens]), {@code next_token_sequence} and {@code target_index} (I64
 * [next-tokens]; the token position that an entry predicts), {@code item_index} and {@code lengths}
 * (I64 [sequences]), all local to the micro-batch.
 *
 * @param name for messages and records
 * @param outputs what the engine must compute
 * @param fields what the text reads from the batch
 * @param hyperParameters numbers the text reads from {@code hp}
 * @param text the methods
 */
public record Objective(
    String name,
    OutputRequest outputs,
    List<BatchField> fields,
    SortedMap<String, Double> hyperParameters,
    String text) {
  /** Copies and checks. */
  public Objective {
    fields = List.copyOf(fields);
    hyperParameters = Collections.unmodifiableSortedMap(new TreeMap<>(hyperParameters));
    Problems problems = new Problems();
    problems.check(!name.isBlank(), "objective name", "\"" + name + "\"", "not blank");
    problems.check(
        text.contains("def weight("),
        "objective text of " + name,
        "no weight",
        "def weight(self, batch, hp)");
    problems.check(
        text.contains("def loss("),
        "objective text of " + name,
        "no loss",
        "def loss(self, out, batch, hp)");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** An objective without hyper-parameters. */
  public static Objective of(
      String name, OutputRequest outputs, List<BatchField> fields, String text) {
    return new Objective(name, outputs, fields, new TreeMap<>(Map.of()), text);
  }
}
