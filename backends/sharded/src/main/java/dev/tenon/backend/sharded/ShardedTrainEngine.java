package dev.tenon.backend.sharded;

import dev.tenon.checkpoint.TrainingState;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.JsonObject;
import dev.tenon.model.Metrics;
import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.model.TrainEngine;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.JointGradients;
import dev.tenon.nn.internal.pass.OptimizerGroup;
import dev.tenon.nn.internal.pass.OptimizerSteps;
import dev.tenon.nn.internal.pass.Sums;
import dev.tenon.objective.JavaObjective;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Training on ranks: gradients first, then a decision of the JVM's, then the update. */
final class ShardedTrainEngine extends ShardedEngine implements TrainEngine {
  private final FinetuneSpec spec;
  private final OptimizerSteps steps;

  ShardedTrainEngine(Ranks ranks, Network network, ShardedOptions options, FinetuneSpec spec) {
    super(ranks, network, options, spec.microBatchTokens());
    this.spec = spec;
    steps = new OptimizerSteps(spec);
  }

  @Override
  public Metrics trainBatch(NamedArray batch, Objective objective) {
    try (CallGuard.Pass pass = guard.enter()) {
      sessions.refuseWhileOpen();
      Step step = backward(batch, objective);
      long before = steps.version();
      Metrics metrics;
      try {
        metrics = steps.finish(step.metrics(), step.veto, this::update);
      } finally {
        if (steps.version() == before) {
          discard();
        }
      }
      return metrics;
    }
  }

  private void update(double factor) {
    List<Double> rates =
        OptimizerGroup.of(network(), spec).stream().map(x -> x.learningRate() * factor).toList();
    List<Reply> unused = ranks.callAll(Verb.UPDATE, new Part().with("rates", rates));
  }

  private void discard() {
    List<Reply> unused = ranks.callAll(Verb.DISCARD, new Part());
  }

  @Override
  public Metrics gradients(NamedArray batch, Objective objective, TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      Step step = backward(batch, objective);
      try {
        whole("gradient", trained(), x -> hand(x, trained(), sink));
      } finally {
        discard();
      }
      return step.metrics();
    }
  }

  private List<String> trained() {
    return new ArrayList<>(network().trained(spec));
  }

  private static void hand(Weights tensors, List<String> names, TensorSink sink) {
    names.forEach(name -> sink.accept(name, tensors.read(name)));
  }

  /** Forward and backward over all micro-batches; the gradients stay with the ranks. */
  private Step backward(NamedArray batch, Objective objective) {
    network().check(batch);
    DropoutSeeds seeds = new DropoutSeeds(!spec.disableDropout(), spec.seed(), steps.version());
    Optional<RankObjective> separate = separate(objective, batch);
    RankShares shares = shares(batch, objective.outputs(), seeds);
    if (separate.isEmpty()) {
      return jointStep(objective, batch, seeds, shares);
    }
    RankObjective text = separate.get();
    List<Part> requests = shares.requests(text::fields);
    requests.forEach(text::into);
    List<Reply> replies = text.told(() -> differentiate(requests));
    Sums sums = sums(objective, replies);
    return new Step(sums, norm(replies), () -> text.veto(sums.metrics().asMap()));
  }

  private Step jointStep(
      Objective objective, NamedArray batch, DropoutSeeds seeds, RankShares shares) {
    JointGradients joint = joint(objective, batch, seeds);
    List<Part> requests =
        shares.requests(
            part -> {
              Map<String, TensorData> gradients = new LinkedHashMap<>();
              joint.of(part, 1).forEach((name, x) -> gradients.put("dout." + name, x));
              return gradients;
            });
    List<Reply> replies = differentiate(requests);
    Map<String, Double> metrics = joint.sums().metrics().asMap();
    BooleanSupplier veto =
        objective instanceof JavaObjective java
            ? () -> java.function().veto(metrics)
            : () -> new RankObjective(ranks, (TextObjective) objective).veto(metrics);
    return new Step(joint.sums(), norm(replies), veto);
  }

  private List<Reply> differentiate(List<Part> requests) {
    try {
      return ranks.call(Verb.BACKWARD, requests);
    } catch (RankException | InvalidInputException | InsufficientMemoryException e) {
      discard(); // of the micro-batches before
      throw e;
    }
  }

  private static double norm(List<Reply> replies) {
    return Reply.number(replies.get(0).head(), "norm");
  }

  @Override
  public void parameters(TensorSink sink) {
    try (CallGuard.Pass pass = guard.enter()) {
      List<String> names = new ArrayList<>(network().shapes().keySet());
      whole("weight", names, x -> hand(x, names, sink));
    }
  }

  @Override
  public long version() {
    return steps.version();
  }

  @Override
  public void saveState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      onFirstHost(() -> wholeState(directory));
      ranks.saved(directory, steps.version());
    }
  }

  private void wholeState(Path directory) {
    whole(
        "weight",
        new ArrayList<>(network().shapes().keySet()),
        weights ->
            whole(
                "exp_avg",
                trained(),
                first ->
                    whole(
                        "exp_avg_sq",
                        trained(),
                        second -> write(directory, weights, first, second))));
  }

  private void write(Path directory, Weights weights, Weights first, Weights second) {
    if (!options().writes()) {
      return;
    }
    TrainingState.write(
        directory,
        steps.progress(network().architecture()),
        spec,
        model -> network().save(model, weights),
        first,
        second);
  }

  @Override
  public void loadState(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      sessions.refuseWhileOpen();
      TrainingState state = network().openState(directory, spec);
      List<Part> requests =
          shares(smallest(), OutputRequest.of(Output.HIDDEN), DropoutSeeds.OFF)
              .requests(part -> Map.of());
      List<Map<String, Object>> table = table(state);
      requests.forEach(
          request ->
              request
                  .with("tensors", table)
                  .with("step", state.progress().step())
                  .with("groups", OptimizerGroup.of(network(), spec).size()));
      List<Reply> unused = ranks.call(Verb.RESTORE, requests);
      steps.restore(state.progress());
      ranks.saved(directory, steps.version());
      state.warnOfChanges(spec);
    }
  }

  private List<Map<String, Object>> table(TrainingState state) {
    RankSetup.Sources weights = new RankSetup.Sources(state.weights(), ranks.directory());
    RankSetup.Sources first = new RankSetup.Sources(state.firstMoments(), ranks.directory());
    RankSetup.Sources second = new RankSetup.Sources(state.secondMoments(), ranks.directory());
    List<String> trained = trained();
    List<Map<String, Object>> table = new ArrayList<>();
    for (String name : state.weights().names()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", name);
      entry.put("weight", weights.of(name));
      if (trained.contains(name)) {
        entry.put("moments", Map.of("exp_avg", first.of(name), "exp_avg_sq", second.of(name)));
      }
      table.add(entry);
    }
    return table;
  }

  /**
   * Bytes that live tensors hold after each micro-batch of a backward pass, by rank, micro-batch
   * and kind: weights, gradients, optimizer, other. Nothing is updated.
   */
  List<List<Map<String, Long>>> liveTensorBytes(NamedArray batch, TextObjective objective) {
    try (CallGuard.Pass pass = guard.enter()) {
      RankObjective text = new RankObjective(ranks, objective);
      List<Part> requests =
          shares(batch, objective.outputs(), DropoutSeeds.OFF).requests(text::fields);
      requests.forEach(x -> text.into(x).with("measure", true));
      List<Reply> replies = differentiate(requests);
      discard();
      return replies.stream().map(ShardedTrainEngine::measured).toList();
    }
  }

  private static List<Map<String, Long>> measured(Reply reply) {
    List<Map<String, Long>> measured = new ArrayList<>();
    for (JsonObject kinds : reply.head().objects("bytes")) {
      Map<String, Long> bytes = new LinkedHashMap<>();
      kinds.keys().forEach(kind -> bytes.put(kind, kinds.integer(kind)));
      measured.add(bytes);
    }
    return measured;
  }

  /** A batch on which a first step can be taken, so that the libraries make their moments. */
  private static NamedArray smallest() {
    return NamedArray.builder(Items.ofLengths(2))
        .put("input_ids", TensorData.ofLongs(new long[] {0, 0}, 2))
        .build();
  }

  @Override
  Optional<FinetuneSpec> spec() {
    return Optional.of(spec);
  }

  @Override
  Map<String, Object> training() {
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("optimizer_steps", steps.version());
    spec.toMap().forEach(training::put);
    return Map.of("training", training);
  }

  /** Gradients that wait in the ranks. */
  private record Step(Sums sums, double norm, BooleanSupplier veto) {
    Metrics metrics() {
      return sums.metrics().with("grad_norm", norm);
    }
  }
}
