package dev.tenon.backend.testkit.objectives;

import dev.tenon.internal.JsonObject;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Golden cases whose outputs belong to next-token entries. */
final class TokenCases {
  private TokenCases() {}

  private static NamedArray logprobs(Items items, double[] values) {
    return NamedArray.builder(items)
        .put("token_logprobs", FieldKind.NEXT_TOKEN, GoldenFile.floats(values, values.length))
        .build();
  }

  private static Map<String, TensorData> gradients(double[] values) {
    return Map.of("token_logprobs", GoldenFile.doubles(values, values.length));
  }

  /** A batch with {@code loss_mask} from a mask over next-token entries of equally long rows. */
  private static NamedArray masked(Items items, double[] mask) {
    int length = items.lengths().get(0);
    boolean[] tokens = new boolean[Math.toIntExact(items.tokens())];
    for (int i = 0; i < mask.length; i++) {
      tokens[i / (length - 1) * length + i % (length - 1) + 1] = mask[i] != 0;
    }
    return SequenceCases.tokens(items)
        .with("loss_mask", TensorData.ofBooleans(tokens, tokens.length));
  }

  static Stream<GoldenCase> dpo() {
    GoldenFile file = GoldenFile.open("dpo");
    double[] policy = GoldenFile.inTurn(1, file.input("chosen"), file.input("rejected"));
    double[] reference = GoldenFile.inTurn(1, file.input("ref_chosen"), file.input("ref_rejected"));
    // A sequence's summed log-probability stands in its only entry.
    Items items = SequenceCases.items(policy.length / 2, 2, 2);
    NamedArray batch =
        masked(items, DoubleStream.generate(() -> 1).limit(policy.length).toArray())
            .with("ref_logprobs", GoldenFile.floats(reference, reference.length));
    List<GoldenCase> cases = new ArrayList<>();
    for (JsonObject each : file.cases()) {
      JsonObject parameters = each.object("params");
      JsonObject expected = each.object("expected");
      double beta = parameters.number("beta");
      double error = each.number("fp32_max_abs_error");
      double[] gradient =
          GoldenFile.inTurn(
              1,
              GoldenFile.numbers(expected, "grad.chosen"),
              GoldenFile.numbers(expected, "grad.rejected"));
      if (parameters.string("loss_type").equals("sigmoid")) {
        Map<String, Double> means = Map.of("correct", expected.number("accuracy"));
        cases.add(
            new GoldenCase(
                file.title(parameters),
                ExampleObjectives.dpo(beta),
                logprobs(items, policy),
                batch,
                expected.number("loss"),
                means,
                gradients(gradient),
                false,
                error));
      } else if (parameters.string("loss_type").equals("hinge")) {
        // With beta times the log-ratio as a score it is the hinge of two scores.
        double[] scores = new double[policy.length];
        for (int i = 0; i < scores.length; i++) {
          scores[i] = beta * (policy[i] - reference[i]);
        }
        double[] byScore = DoubleStream.of(gradient).map(x -> x / beta).toArray();
        cases.add(
            SequenceCases.pairs(
                file.title(parameters),
                ExampleObjectives.hinge(1),
                scores,
                expected.number("loss"),
                Map.of("correct", expected.number("accuracy")),
                byScore,
                error));
      }
    }
    return cases.stream();
  }

  static Stream<GoldenCase> ppo() {
    GoldenFile file = GoldenFile.open("ppo_actor_loss");
    double[] logprobs = file.input("logprobs");
    Items items = SequenceCases.items(1, 1, logprobs.length + 1);
    NamedArray batch =
        masked(items, file.input("loss_mask"))
            .with("old_logprobs", file.inputs().get("old_logprobs"))
            .with("advantages", file.inputs().get("advantages"));
    return file.cases().stream()
        .map(
            each -> {
              JsonObject parameters = each.object("params");
              JsonObject expected = each.object("expected");
              double none = ExampleObjectives.NO_LIMIT;
              return new GoldenCase(
                  file.title(parameters),
                  ExampleObjectives.ppo(
                      parameters.number("eps_clip"),
                      parameters.number("c_clip", none),
                      parameters.number("early_stop_kl", none),
                      parameters.number("early_stop_imp_ratio", none)),
                  logprobs(items, logprobs),
                  batch,
                  expected.number("loss"),
                  Map.of(
                      "ratio", expected.number("importance_weight"),
                      "clipped", expected.number("clip_ratio"),
                      "kl", expected.number("approx_kl")),
                  gradients(GoldenFile.numbers(expected, "grad.logprobs")),
                  expected.bool("early_stopped"),
                  each.number("fp32_max_abs_error"));
            });
  }

  static Stream<GoldenCase> grpo() {
    GoldenFile file = GoldenFile.open("grpo_loss");
    double[] logprobs = file.input("logp");
    int width = Math.toIntExact(file.inputs().get("logp").shape().dim(1));
    Items items = SequenceCases.items(logprobs.length / width / 4, 4, width + 1);
    double[] advantages = new double[logprobs.length];
    for (int i = 0; i < advantages.length; i++) {
      advantages[i] = file.input("advantages")[i / width];
    }
    NamedArray batch =
        masked(items, file.input("mask"))
            .with("old_logprobs", GoldenFile.floats(file.input("old_logp"), logprobs.length))
            .with("ref_logprobs", GoldenFile.floats(file.input("ref_logp"), logprobs.length))
            .with("advantages", GoldenFile.floats(advantages, advantages.length));
    return file.cases().stream()
        .filter(x -> x.object("params").string("loss_type").equals("grpo"))
        .filter(x -> x.object("params").string("level", "token").equals("token"))
        .map(
            each -> {
              JsonObject parameters = each.object("params");
              JsonObject expected = each.object("expected");
              return new GoldenCase(
                  file.title(parameters),
                  ExampleObjectives.grpo(
                      parameters.number("epsilon_low"),
                      parameters.number("epsilon_high"),
                      parameters.number("beta")),
                  logprobs(items, logprobs),
                  batch,
                  expected.number("loss"),
                  Map.of(),
                  gradients(GoldenFile.numbers(expected, "grad.logp")),
                  false,
                  each.number("fp32_max_abs_error"));
            });
  }

  /** The file holds logits; their log-softmax is taken here. */
  static Stream<GoldenCase> sft() {
    GoldenFile file = GoldenFile.open("sft_loss");
    double[] logits = file.input("logits"); // [rows, columns, V]
    long[] labels = file.inputs().get("labels").toLongs(); // [rows, columns]
    int columns = Math.toIntExact(file.inputs().get("labels").shape().dim(1));
    int vocabulary = logits.length / labels.length;
    Items items = SequenceCases.items(labels.length / columns, 1, columns);
    double[] logprobs = new double[labels.length - items.sequences()];
    double[] mask = new double[logprobs.length];
    for (int i = 0; i < logprobs.length; i++) {
      int token = i / (columns - 1) * columns + i % (columns - 1);
      long label = labels[token + 1];
      mask[i] = label >= 0 ? 1 : 0;
      double sum = 0;
      for (int v = 0; v < vocabulary; v++) {
        sum += Math.exp(logits[token * vocabulary + v]);
      }
      logprobs[i] = label >= 0 ? logits[token * vocabulary + (int) label] - Math.log(sum) : 0;
    }
    JsonObject each = file.cases().get(0);
    return Stream.of(
        new GoldenCase(
            file.name(),
            ExampleObjectives.sft(),
            logprobs(items, logprobs),
            masked(items, mask),
            each.object("expected").number("loss"),
            Map.of(),
            Map.of(),
            false,
            each.number("fp32_max_abs_error")));
  }
}
