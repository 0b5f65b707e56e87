package dev.tenon.cli.conformance;

import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import java.util.List;

/**
 * Everything about one folder: both engines compute, then each check compares. A part that throws
 * is a failure of its own and does not stop the others.
 *
 * @param backend the one under test
 * @param microBatchTokens most tokens of a micro-batch in training
 * @param report receives the findings
 */
record FolderRun(ModelBackend backend, int microBatchTokens, Report report) {
  private static final List<Check> CHECKS =
      List.of(
          new ForwardCheck(""),
          new ForwardCheck(Computed.INFERENCE),
          new NumbersCheck(),
          new GradientCheck(),
          new AdamWCheck(),
          new GreedyCheck());

  /**
   * Computes and compares.
   *
   * @param folder what is expected
   * @param model the folder's model; its module is a network
   * @return what was computed
   */
  Computed run(OracleFolder folder, Model model) {
    Computed computed = new Computed();
    attempt("train_engine", () -> train(folder, model, computed));
    attempt("inference_engine", () -> infer(folder, model, computed));
    computed.spell(folder.tensorNames(""));
    for (Check check : CHECKS) {
      check.run(folder, computed, report);
    }
    new TokenizerCheck(model.tokenizer()).run(folder.tokenizerCases(), report);
    return computed;
  }

  private void train(OracleFolder folder, Model model, Computed computed) {
    FolderKind kind = kind(folder);
    Objective objective = kind.objective();
    NamedArray batch = kind.trainingBatch(folder);
    try (Model running = backend.initialize(model, TrainRun.spec(microBatchTokens))) {
      attempt("forward", () -> kind.forward(running.engine(), folder, "", computed));
      attempt(
          "gradients", () -> TrainRun.gradients(running.trainEngine(), batch, objective, computed));
      attempt("adamw", () -> TrainRun.adamW(running.trainEngine(), batch, objective, computed));
    }
  }

  private void infer(OracleFolder folder, Model model, Computed computed) {
    String prefix = Computed.INFERENCE;
    try (Model running = backend.initializeForInference(model)) {
      attempt(
          prefix + "forward",
          () -> kind(folder).forward(running.engine(), folder, prefix, computed));
      attempt(prefix + "eval", () -> eval(folder, running, computed));
      attempt(
          prefix + "greedy",
          () -> GreedyRun.run(running.engine(), folder.numbers().greedy(), computed));
    }
    attempt(prefix + "pooled", () -> PooledRun.run(backend, folder, computed));
  }

  private static void eval(OracleFolder folder, Model running, Computed computed) {
    FolderKind kind = kind(folder);
    double loss =
        running.engine().evalBatch(kind.trainingBatch(folder), kind.objective()).get("loss");
    computed.number(Computed.INFERENCE + "loss", loss);
  }

  private static FolderKind kind(OracleFolder folder) {
    return FolderKind.find(folder.numbers().kind()).orElseThrow();
  }

  /** Reports what a part throws. What it left uncomputed fails its own checks too. */
  private void attempt(String part, Runnable body) {
    try {
      body.run();
    } catch (RuntimeException e) {
      report.add(Finding.impossible(part, 0, e.toString()));
    }
  }
}
