package dev.tenon.backend.sharded;

import dev.tenon.nn.internal.pass.Sums;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The texts that ran on the first two items of a batch without an error. An error inside a step
 * would find ranks at different places; here it finds the first rank alone.
 */
final class TriedObjectives {
  private static final int TRIED_ITEMS = 2;
  private static final int MOST = 32;

  private final Set<TextObjective> tried = new LinkedHashSet<>();

  /**
   * Tries a text that was not tried before.
   *
   * @param outputs what it asks for, of a batch
   */
  void tryOnce(
      TextObjective objective,
      RankObjective ran,
      NamedArray batch,
      UnaryOperator<NamedArray> outputs) {
    Map<String, Double> zeros = new LinkedHashMap<>(objective.hyperParameters());
    zeros.replaceAll((name, value) -> 0.0);
    TextObjective key = objective.withHyperParameters(zeros);
    if (tried.contains(key)) {
      return;
    }
    int items = Math.min(TRIED_ITEMS, batch.items().count());
    NamedArray first = batch.select(IntStream.range(0, items).boxed().toList());
    Loss loss = ran.compute(outputs.apply(first), first);
    // Two items may weigh nothing; the veto runs all the same.
    Sums sums = new Sums(objective, loss.weight() > 0 ? loss.weight() : 1);
    Map<String, Double> statistics = new LinkedHashMap<>(loss.statistics());
    statistics.put("loss", loss.sum());
    sums.add(statistics);
    boolean unused = ran.veto(sums.metrics().asMap());
    tried.add(key);
    if (tried.size() > MOST) {
      tried.remove(tried.iterator().next());
    }
  }
}
