package dev.tenon.backend.testkit.objectives;

import dev.tenon.objective.JavaObjective;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import java.util.Map;
import java.util.function.Function;

/**
 * One objective in both languages. Immutable and safe for threads.
 *
 * @param text as every runtime executes it
 * @param twin the same in plain Java, given the hyper-parameters
 */
public record TwinnedObjective(
    TextObjective text, Function<Map<String, Double>, LossFunction> twin) {

  /** The name of both. */
  public String name() {
    return text.name();
  }

  /** The twin with the text's hyper-parameters. */
  public LossFunction function() {
    return twin.apply(text.hyperParameters());
  }

  /** The twin as an objective that every engine runs, coupled or not. */
  public JavaObjective java() {
    return Objective.java(text.name(), text.outputs(), function());
  }

  /** The same with other hyper-parameters. */
  public TwinnedObjective with(Map<String, Double> hyperParameters) {
    return new TwinnedObjective(text.withHyperParameters(hyperParameters), twin);
  }
}
