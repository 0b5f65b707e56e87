package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.internal.pass.Sums;
import dev.tenon.objective.JavaObjective;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.LossFunction.Loss;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The objectives that an engine has seen. A text is compiled the first time and run on the first
 * two items of that batch, before any step; the {@value #MOST} last used ones stay compiled. One
 * thread.
 */
final class Objectives implements AutoCloseable {
  /** An application has a handful; this only bounds one that writes numbers into its texts. */
  private static final int MOST = 32;

  private static final int TRIED_ITEMS = 2;

  private final TorchBridge bridge;
  private final BiFunction<NamedArray, OutputRequest, NamedArray> forward;
  private final Map<TextObjective, ObjectiveProgram> programs =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Starts with none.
   *
   * @param forward the engine's outputs for a batch, with dropout off
   */
  Objectives(TorchBridge bridge, BiFunction<NamedArray, OutputRequest, NamedArray> forward) {
    this.bridge = bridge;
    this.forward = forward;
  }

  /**
   * An objective's loss on a batch.
   *
   * @param parts the batch's micro-batches
   * @param outputs what the objective asks for, of the whole batch in the order of its items;
   *     called only for objectives that see the whole batch at once
   */
  BatchLoss start(
      Objective objective, NamedArray batch, List<NamedArray> parts, Supplier<NamedArray> outputs) {
    if (objective instanceof JavaObjective java) {
      return new JointLoss(java, java.function(), outputs.get(), batch);
    }
    TextObjective text = (TextObjective) objective;
    text.check(batch);
    ObjectiveProgram program = program(text, batch);
    return text.coupled()
        ? new JointLoss(text, new TextLoss(bridge, program, text), outputs.get(), batch)
        : new SeparateLoss(bridge, program, text, parts);
  }

  /** Values of hyper-parameters may change from step to step, their names may not. */
  private ObjectiveProgram program(TextObjective objective, NamedArray batch) {
    Map<String, Double> zeros = new LinkedHashMap<>(objective.hyperParameters());
    zeros.replaceAll((name, value) -> 0.0);
    TextObjective key = objective.withHyperParameters(zeros);
    ObjectiveProgram found = programs.get(key);
    if (found == null) {
      found = tried(objective, batch);
      programs.put(key, found);
      dropOldest();
    }
    return found;
  }

  private ObjectiveProgram tried(TextObjective objective, NamedArray batch) {
    ObjectiveProgram program = new ObjectiveProgram(bridge, objective);
    try {
      run(objective, new TextLoss(bridge, program, objective), batch);
      return program;
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  private void run(TextObjective objective, LossFunction function, NamedArray batch) {
    int items = Math.min(TRIED_ITEMS, batch.items().count());
    NamedArray first = batch.select(IntStream.range(0, items).boxed().toList());
    Loss loss = function.compute(forward.apply(first, objective.outputs()), first);
    // Two items may weigh nothing; the veto runs all the same.
    Sums sums = new Sums(objective, loss.weight() > 0 ? loss.weight() : 1);
    Map<String, Double> statistics = new LinkedHashMap<>(loss.statistics());
    statistics.put("loss", loss.sum());
    sums.add(statistics);
    boolean unused = function.veto(sums.metrics().asMap());
  }

  private void dropOldest() {
    if (programs.size() > MOST) {
      TextObjective oldest = programs.keySet().iterator().next();
      programs.remove(oldest).close();
    }
  }

  @Override
  public void close() {
    programs.values().forEach(ObjectiveProgram::close);
    programs.clear();
  }
}
