package dev.tenon.objective;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.OutputRequest;
import dev.tenon.tensor.NamedArray;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An objective as TorchScript text that runs in every runtime:
 *
 * <pre>
 * weight(batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor
 * loss(out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]
 * veto(stats: Dict[str, Tensor], hp: Dict[str, float]) -> bool                         (optional)
 * </pre>
 *
 * <p>{@code loss} returns {@code "loss"}, a sum, and other summed statistics. {@code out} holds the
 * requested outputs by field name, {@code batch} the named fields, packed, and {@code
 * token_sequence} (I64 [tokens]), {@code next_token_sequence} and {@code target_index} (I64
 * [next-tokens]; the token position that an entry predicts), {@code item_index} and {@code lengths}
 * (I64 [sequences]), all local to what one call sees: a micro-batch, or for a coupled objective the
 * whole batch.
 *
 * <p>{@code veto} sees {@code loss} (Σ / weight), {@code weight} and every other key as its sum
 * over the whole batch, each F64 []; true skips the update, as early stopping in PPO does.
 *
 * <p>The text is code of the application; it is compiled when an engine first sees it and run on
 * the first two items of its first batch, before any step. Errors name line and column of the text.
 *
 * @param name for messages and records
 * @param outputs what the engine must compute
 * @param fields what the text reads from the batch
 * @param hyperParameters numbers the text reads from {@code hp}
 * @param text the methods
 * @param coupled whether items meet in the loss, as with in-batch negatives: then it runs once, on
 *     the outputs of the whole batch, at the price of one more forward pass
 */
public record TextObjective(
    String name,
    OutputRequest outputs,
    List<BatchField> fields,
    SortedMap<String, Double> hyperParameters,
    String text,
    boolean coupled)
    implements Objective {
  private static final Pattern VETO = Pattern.compile("(?m)^\\s*def veto\\(");

  /** Copies and checks. */
  public TextObjective {
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

  /** An objective without hyper-parameters whose items do not meet. */
  public static TextObjective of(
      String name, OutputRequest outputs, List<BatchField> fields, String text) {
    return new TextObjective(name, outputs, fields, new TreeMap<>(Map.of()), text, false);
  }

  /** The same with other hyper-parameters. */
  public TextObjective withHyperParameters(Map<String, Double> values) {
    return new TextObjective(name, outputs, fields, new TreeMap<>(values), text, coupled);
  }

  /** The same, run once on the whole batch. */
  public TextObjective asCoupled() {
    return new TextObjective(name, outputs, fields, hyperParameters, text, true);
  }

  /** Whether the text has a {@code veto}. */
  public boolean hasVeto() {
    return VETO.matcher(text).find();
  }

  /**
   * Refuses a batch that lacks a field that the text reads, or has it in another form.
   *
   * @throws InvalidInputException with every problem
   */
  public void check(NamedArray batch) {
    Problems problems = new Problems();
    for (BatchField field : fields) {
      Optional<String> found =
          batch.find(field.name()).map(x -> x.dtype() + " per " + batch.kind(field.name()));
      String expected = field.dtype() + " per " + field.kind();
      problems.check(
          found.equals(Optional.of(expected)),
          "field " + field.name() + " of objective " + name,
          found.orElse("missing"),
          expected);
    }
    problems.throwIfAny(InvalidInputException::new);
  }
}
