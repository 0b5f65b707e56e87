package dev.tenon.cli.conformance;

import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code sft_loss}: rows [B, T] of logits and labels, run as one sequence of B * T tokens whose row
 * starts are not learned.
 */
record SftLossAlgorithm() implements Algorithm {
  /**
   * Ten times the f32 error that the oracle measured on the loss; its own number is that of ppl,
   * the exponential.
   */
  private static final double LOSS_TOLERANCE = 2e-5;

  private static final long IGNORED = -100;

  @Override
  public String name() {
    return "sft_loss";
  }

  @Override
  public List<String> skippedResults() {
    return List.of("token_accuracy");
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase given) {
    AlgorithmCase each = given.withTolerance(Math.min(given.tolerance(), LOSS_TOLERANCE));
    TensorData labels = file.input("labels");
    try (Model model = Tables.start(TableNetwork.of(file.input("logits")), FinetuneSpec.steps(1))) {
      Metrics metrics = new SftInterface().evaluate(model, List.of(labelled(labels)));
      List<TensorData> gradient = new ArrayList<>();
      Metrics again =
          model
              .trainEngine()
              .gradients(
                  masked(labels), SftInterface.objective(), (name, tensor) -> gradient.add(tensor));
      return List.of(
          each.compare("loss", metrics.get("loss")),
          each.compare("loss", again.get("loss")),
          each.compareRelative("ppl", metrics.get("ppl")),
          each.withTolerance(0).compare("valid_labels", metrics.get("target_tokens")),
          each.compare("grad.logits", Tables.doubles(gradient.get(0))));
    }
  }

  /** With labels, as a user gives them. */
  private static NamedArray labelled(TensorData labels) {
    long[] learned = learned(labels);
    return ids(learned).with("labels", TensorData.ofLongs(learned, learned.length));
  }

  /** With masks, as an engine gets them. */
  private static NamedArray masked(TensorData labels) {
    long[] learned = learned(labels);
    boolean[] mask = new boolean[learned.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = learned[i] != IGNORED;
    }
    TensorData tensor = TensorData.ofBooleans(mask, mask.length);
    return ids(learned).with("loss_mask", tensor).with("output_mask", tensor);
  }

  private static NamedArray ids(long[] learned) {
    long[] ids = learned.clone();
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.max(0, ids[i]);
    }
    return Tables.sequence(ids);
  }

  /** The labels, flat. The first of a row has nothing before it in its row. */
  private static long[] learned(TensorData labels) {
    int columns = (int) labels.shape().dim(1);
    long[] all = labels.toLongs();
    for (int i = 0; i < all.length; i += columns) {
      all[i] = IGNORED;
    }
    return all;
  }
}
