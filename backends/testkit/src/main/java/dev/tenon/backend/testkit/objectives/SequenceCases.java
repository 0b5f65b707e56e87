package dev.tenon.backend.testkit.objectives;

import dev.tenon.internal.JsonObject;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Golden cases whose outputs belong to sequences of one token each. */
final class SequenceCases {
  private SequenceCases() {}

  static Items items(int count, int perItem, int length) {
    return new Items(
        IntStream.range(0, count).mapToObj(String::valueOf).toList(),
        Collections.nCopies(count, perItem),
        Collections.nCopies(count * perItem, length));
  }

  static NamedArray tokens(Items items) {
    int tokens = Math.toIntExact(items.tokens());
    return NamedArray.builder(items)
        .put("input_ids", TensorData.ofLongs(new long[tokens], tokens))
        .build();
  }

  private static NamedArray scores(double[] scores) {
    return NamedArray.builder(items(scores.length / 2, 2, 1))
        .put("scores", FieldKind.SEQUENCE, GoldenFile.floats(scores, scores.length))
        .build();
  }

  static Stream<GoldenCase> rewards() {
    GoldenFile file = GoldenFile.open("reward_paired");
    double[] scores = GoldenFile.inTurn(1, file.input("score_pos"), file.input("score_neg"));
    return file.cases().stream()
        .map(
            each -> {
              JsonObject parameters = each.object("params");
              JsonObject expected = each.object("expected");
              double[] gradient =
                  GoldenFile.inTurn(
                      1,
                      GoldenFile.numbers(expected, "grad.score_pos"),
                      GoldenFile.numbers(expected, "grad.score_neg"));
              return pairs(
                  file.title(parameters),
                  ExampleObjectives.pairedReward(parameters.number("margin")),
                  scores,
                  expected.number("loss"),
                  Map.of(
                      "correct",
                      expected.number("accuracy"),
                      "distance",
                      expected.number("margin")),
                  gradient,
                  each.number("fp32_max_abs_error"));
            });
  }

  /** A case of an objective over pairs of scores. */
  static GoldenCase pairs(
      String name,
      TwinnedObjective objective,
      double[] scores,
      double loss,
      Map<String, Double> means,
      double[] gradient,
      double error) {
    NamedArray outputs = scores(scores);
    return new GoldenCase(
        name,
        objective,
        outputs,
        tokens(outputs.items()),
        loss,
        means,
        Map.of("scores", GoldenFile.doubles(gradient, gradient.length)),
        false,
        error);
  }

  static Stream<GoldenCase> negatives() {
    GoldenFile file = GoldenFile.open("multiple_negatives_ranking");
    return file.cases().stream().map(each -> negatives(file, each));
  }

  private static GoldenCase negatives(GoldenFile file, JsonObject each) {
    JsonObject parameters = each.object("params");
    JsonObject expected = each.object("expected");
    int width = Math.toIntExact(file.inputs().get("anchor").shape().dim(1));
    String[] roles =
        parameters.bool("use_negatives")
            ? new String[] {"anchor", "positive", "negative"}
            : new String[] {"anchor", "positive"};
    double[] hidden =
        GoldenFile.inTurn(width, Stream.of(roles).map(file::input).toArray(double[][]::new));
    double[] gradient =
        GoldenFile.inTurn(
            width,
            Stream.of(roles)
                .map(x -> GoldenFile.numbers(expected, "grad." + x))
                .toArray(double[][]::new));
    int rows = hidden.length / width;
    Items items = items(rows / roles.length, roles.length, 1);
    NamedArray outputs =
        NamedArray.builder(items)
            .put("hidden", FieldKind.TOKEN, GoldenFile.floats(hidden, rows, width))
            .build();
    return new GoldenCase(
        file.title(parameters),
        ExampleObjectives.inBatchNegatives(parameters.number("scale")),
        outputs,
        tokens(items),
        expected.number("loss"),
        Map.of(),
        Map.of("hidden", GoldenFile.doubles(gradient, rows, width)),
        false,
        each.number("fp32_max_abs_error"));
  }
}
