package dev.tenon.cli;

import dev.tenon.model.Metrics;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import java.io.PrintWriter;

/**
 * Prints evaluations, which are no steps and therefore not on stdout.
 *
 * @param err where to
 */
record EvaluationPrinter(PrintWriter err) implements TrainingListener {
  @Override
  public void onEvaluation(ModelVersion version, Metrics metrics) {
    err.println("evaluation after step " + version.globalStep() + ": " + metrics);
    err.flush();
  }
}
