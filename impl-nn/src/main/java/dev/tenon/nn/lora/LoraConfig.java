package dev.tenon.nn.lora;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.List;
import java.util.function.Consumer;

/**
 * How adapters are made: {@code peft}'s {@code LoraConfig}. Immutable.
 *
 * @param rank r, 1 to 65536 (peft: {@code r}, 8)
 * @param alpha the adapter's output is scaled by alpha / r, or alpha / root of r ({@code
 *     lora_alpha}, 8)
 * @param dropout of the adapter's input in training, 0 &lt;= p &lt; 1 ({@code lora_dropout}, 0)
 * @param targets layers that get an adapter: names of modules, whole or the last parts, such as
 *     {@code q_proj}, or {@link #ALL_LINEAR} alone ({@code target_modules}; there the default
 *     depends on the family, here it is all linear layers of the blocks)
 * @param rankStabilised whether the scale is alpha over the root of r ({@code use_rslora}, false)
 * @param modulesToSave modules that train as a whole beside the adapters, such as {@code lm_head};
 *     {@code score} and {@code classifier} always do where there are some, as peft has it for
 *     classification ({@code modules_to_save}, none)
 */
public record LoraConfig(
    int rank,
    double alpha,
    double dropout,
    List<String> targets,
    boolean rankStabilised,
    List<String> modulesToSave) {
  /** Stands for every linear layer of the blocks. */
  public static final String ALL_LINEAR = "all-linear";

  private static final int MAX_RANK = 65_536;

  /** Copies and checks. */
  public LoraConfig {
    targets = List.copyOf(targets);
    modulesToSave = List.copyOf(modulesToSave);
    Problems problems = new Problems();
    problems.check(rank >= 1 && rank <= MAX_RANK, "lora rank", rank, "1 to " + MAX_RANK);
    problems.check(alpha > 0 && Double.isFinite(alpha), "lora alpha", alpha, "finite, > 0");
    problems.check(dropout >= 0 && dropout < 1, "lora dropout", dropout, "0 <= p < 1");
    problems.check(!targets.isEmpty(), "lora targets", targets, "names of modules");
    problems.check(
        targets.size() == 1 || !targets.contains(ALL_LINEAR),
        "lora targets",
        targets,
        ALL_LINEAR + " alone");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Adapters of a rank on all linear layers, with alpha equal to the rank: a scale of 1. */
  public static LoraConfig rank(int rank) {
    return new LoraConfig(rank, rank, 0, List.of(ALL_LINEAR), false, List.of());
  }

  /** The same with another alpha. */
  public LoraConfig alpha(double value) {
    return with(draft -> draft.alpha = value);
  }

  /** The same with another dropout. */
  public LoraConfig dropout(double value) {
    return with(draft -> draft.dropout = value);
  }

  /** The same on other layers. */
  public LoraConfig targets(List<String> value) {
    return with(draft -> draft.targets = value);
  }

  /** The same with the rank-stabilised scale, or not. */
  public LoraConfig rankStabilised(boolean value) {
    return with(draft -> draft.rankStabilised = value);
  }

  /** The same with other modules that train as a whole. */
  public LoraConfig modulesToSave(List<String> value) {
    return with(draft -> draft.modulesToSave = value);
  }

  /** What the adapter's output is multiplied with. */
  public double scale() {
    return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
  }

  private LoraConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.toConfig();
  }

  private static final class Draft {
    private final int rank;
    private double alpha;
    private double dropout;
    private List<String> targets;
    private boolean rankStabilised;
    private List<String> modulesToSave;

    private Draft(LoraConfig from) {
      rank = from.rank;
      alpha = from.alpha;
      dropout = from.dropout;
      targets = from.targets;
      rankStabilised = from.rankStabilised;
      modulesToSave = from.modulesToSave;
    }

    private LoraConfig toConfig() {
      return new LoraConfig(rank, alpha, dropout, targets, rankStabilised, modulesToSave);
    }
  }
}
