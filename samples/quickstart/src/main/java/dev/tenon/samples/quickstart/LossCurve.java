package dev.tenon.samples.quickstart;

import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Draws the loss as it falls: a line every ten steps, a bar of ten signs a nat. */
final class LossCurve implements TrainingListener {
  private static final int EVERY = 10;

  private final PrintStream out;
  private Instant start = Instant.now();
  private long totalSteps;
  private double sum;

  LossCurve(PrintStream out) {
    this.out = out;
  }

  @Override
  public void onStart(Model model, long steps) {
    start = Instant.now();
    totalSteps = steps;
  }

  @Override
  public void onStep(ModelVersion version, Metrics metrics) {
    sum += metrics.get("loss");
    if (version.globalStep() % EVERY == 0) {
      draw("train", version, sum / EVERY, "#");
      sum = 0;
    }
  }

  @Override
  public void onEvaluation(ModelVersion version, Metrics metrics) {
    draw("held out", version, metrics.get("loss"), "=");
  }

  private void draw(String what, ModelVersion version, double loss, String sign) {
    String bar = sign.repeat((int) Math.round(10 * Math.min(loss, 6)));
    long seconds = Duration.between(start, Instant.now()).toSeconds();
    out.printf(
        Locale.ROOT,
        "%4d s  step %3d/%d  %-8s %.3f %s%n",
        seconds,
        version.globalStep(),
        totalSteps,
        what,
        loss,
        bar);
  }
}
