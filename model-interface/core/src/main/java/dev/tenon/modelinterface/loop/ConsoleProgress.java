package dev.tenon.modelinterface.loop;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Prints a line every so many steps and per evaluation, such as {@code step 12/300 epoch 0 loss
 * 2.31 ppl 10.1}, to a stream of the caller's. Serves one run at a time.
 */
public final class ConsoleProgress implements TrainingListener {
  private final PrintStream out;
  private final long everySteps;
  private long totalSteps;

  /**
   * Creates a listener that prints every step.
   *
   * @param out where to print; it is not closed
   */
  public ConsoleProgress(PrintStream out) {
    this(out, 1);
  }

  /**
   * Creates a listener that prints some of the steps.
   *
   * @param out where to print; it is not closed
   * @param everySteps prints a step when its number is a multiple of this, and the last one; &gt; 0
   */
  public ConsoleProgress(PrintStream out, long everySteps) {
    if (everySteps <= 0) {
      throw new InvalidInputException(Problems.problem("steps between lines", everySteps, "> 0"));
    }
    this.out = out;
    this.everySteps = everySteps;
  }

  @Override
  public void onStart(Model model, long steps) {
    totalSteps = steps;
    out.println("training " + model.name() + ", " + steps + " steps");
  }

  @Override
  public void onStep(ModelVersion version, Metrics metrics) {
    long step = version.globalStep();
    if (step % everySteps != 0 && step != totalSteps) {
      return;
    }
    out.println("step " + step + "/" + totalSteps + " epoch " + version.epoch() + text(metrics));
  }

  @Override
  public void onEvaluation(ModelVersion version, Metrics metrics) {
    out.println("evaluation at step " + version.globalStep() + text(metrics));
  }

  @Override
  public void onResume(ModelVersion version, Path directory) {
    out.println("resumed at step " + version.globalStep() + " from " + directory);
  }

  @Override
  public void onRestart(Model model, ModelVersion version, WorkerLostException lost) {
    out.println("goes on after step " + version.globalStep() + ": " + lost.getMessage());
  }

  @Override
  public void onCheckpoint(ModelVersion version, Path directory) {
    out.println("checkpoint at step " + version.globalStep() + " in " + directory);
  }

  @Override
  public void onEnd(ModelVersion version) {
    out.println("ended at step " + version.globalStep() + "/" + totalSteps);
  }

  private static String text(Metrics metrics) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Double> each : metrics.asMap().entrySet()) {
      text.append(' ').append(each.getKey()).append(' ').append(number(each.getValue()));
    }
    return text.toString();
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? Long.toString((long) value) : String.format(Locale.ROOT, "%.4g", value);
  }
}
