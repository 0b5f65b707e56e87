package dev.tenon.cli;

import dev.tenon.error.WorkerLostException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * Prints evaluations and checkpoints, which are no steps and therefore not on stdout.
 *
 * @param err where to
 */
record EventPrinter(PrintWriter err) implements TrainingListener {
  @Override
  public void onResume(ModelVersion version, Path directory) {
    print("resumed after step " + version.globalStep() + ": " + directory);
  }

  @Override
  public void onRestart(Model model, ModelVersion version, WorkerLostException lost) {
    print("goes on after step " + version.globalStep() + ": " + lost.getMessage());
  }

  @Override
  public void onEvaluation(ModelVersion version, Metrics metrics) {
    print("evaluation after step " + version.globalStep() + ": " + metrics);
  }

  @Override
  public void onCheckpoint(ModelVersion version, Path directory) {
    print("checkpoint after step " + version.globalStep() + ": " + directory);
  }

  private void print(String line) {
    err.println(line);
    err.flush();
  }
}
