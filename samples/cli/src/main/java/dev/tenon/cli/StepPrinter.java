package dev.tenon.cli;

import dev.tenon.model.Metrics;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Prints one line a step: {@code step}, {@code loss} (nats per learned token), {@code grad_norm}
 * (before clipping), {@code learning_rate} and {@code tokens} (learned).
 *
 * @param out where to
 * @param json one JSON object a line, with exactly these keys; what is no number in JSON is null
 */
record StepPrinter(PrintWriter out, boolean json) implements TrainingListener {
  @Override
  public void onStep(ModelVersion version, Metrics metrics) {
    double loss = metrics.get("loss");
    double gradNorm = metrics.get("grad_norm");
    double learningRate = metrics.get("learning_rate");
    long tokens = (long) metrics.get("tokens");
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"step\": %d, \"loss\": %s, \"grad_norm\": %s, \"learning_rate\": %s, \"tokens\":"
              + " %d}%n",
          version.globalStep(),
          number(loss),
          number(gradNorm),
          number(learningRate),
          tokens);
    } else {
      out.printf(
          Locale.ROOT,
          "step %d  loss %.6f  grad_norm %.6f  learning_rate %.4e  tokens %d%n",
          version.globalStep(),
          loss,
          gradNorm,
          learningRate,
          tokens);
    }
    out.flush();
  }

  /** All digits; a double's text is a JSON number when it is finite. */
  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }
}
