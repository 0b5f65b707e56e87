package dev.tenon.backend.sharded;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Metrics;
import dev.tenon.model.Network;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.JointGradients;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.nn.internal.pass.Sums;
import dev.tenon.nn.internal.session.OpenSessions;
import dev.tenon.objective.JavaObjective;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A network on ranks: batches are cut for them, and what they give is put together again. */
class ShardedEngine implements Engine {
  final Ranks ranks;
  final CallGuard guard;
  final OpenSessions sessions;
  private final Network network;
  private final ShardedOptions options;
  private final int microBatchTokens;
  private final TriedObjectives tried = new TriedObjectives();

  ShardedEngine(Ranks ranks, Network network, ShardedOptions options, int microBatchTokens) {
    this.ranks = ranks;
    this.network = network;
    this.options = options;
    this.microBatchTokens = microBatchTokens;
    guard = new CallGuard("engine of " + network.architecture());
    sessions = new OpenSessions(network, guard);
  }

  @Override
  public final Network network() {
    return network;
  }

  final ShardedOptions options() {
    return options;
  }

  @Override
  public final Device device() {
    return ranks.device();
  }

  @Override
  public final NamedArray forward(NamedArray batch, OutputRequest request) {
    try (CallGuard.Pass pass = guard.enter()) {
      network.check(batch);
      return outputs(batch, request, DropoutSeeds.OFF);
    }
  }

  /** Outputs without gradients, in the order of the batch's items. */
  final NamedArray outputs(NamedArray batch, OutputRequest request, DropoutSeeds seeds) {
    RankShares shares = shares(batch, request, seeds);
    return shares.outputs(ranks.call(Verb.FORWARD, shares.requests(part -> Map.of())), request);
  }

  final RankShares shares(NamedArray batch, OutputRequest request, DropoutSeeds seeds) {
    return new RankShares(
        batch,
        options.worldSize(),
        microBatchTokens,
        OutputPlan.of(network, request),
        network.program().packed(),
        seeds);
  }

  @Override
  public final Metrics evalBatch(NamedArray batch, Objective objective) {
    try (CallGuard.Pass pass = guard.enter()) {
      network.check(batch);
      Optional<RankObjective> separate = separate(objective, batch);
      if (separate.isEmpty()) {
        return joint(objective, batch, DropoutSeeds.OFF).sums().metrics();
      }
      RankShares shares = shares(batch, objective.outputs(), DropoutSeeds.OFF);
      List<Part> requests = shares.requests(separate.get()::fields);
      requests.forEach(separate.get()::into);
      List<Reply> replies = separate.get().told(() -> ranks.call(Verb.EVALUATE, requests));
      return sums(objective, replies).metrics();
    }
  }

  /** The sums of all micro-batches, in the order of the ranks. */
  static Sums sums(Objective objective, List<Reply> replies) {
    Sums sums = new Sums(objective, Reply.number(replies.get(0).head(), "weight"));
    replies.forEach(reply -> reply.sums().forEach(sums::add));
    return sums;
  }

  /** The text, if the losses of micro-batches add up to that of the batch. */
  final Optional<RankObjective> separate(Objective objective, NamedArray batch) {
    if (!(objective instanceof TextObjective text)) {
      return Optional.empty();
    }
    text.check(batch);
    RankObjective ran = new RankObjective(ranks, text);
    tried.tryOnce(text, ran, batch, first -> outputs(first, text.outputs(), DropoutSeeds.OFF));
    return text.coupled() ? Optional.empty() : Optional.of(ran);
  }

  /** A loss on the outputs of the whole batch. */
  final JointGradients joint(Objective objective, NamedArray batch, DropoutSeeds seeds) {
    NamedArray outputs = outputs(batch, objective.outputs(), seeds);
    return objective instanceof JavaObjective java
        ? JointGradients.of(java, java.function(), outputs, batch)
        : JointGradients.of(
            objective, new RankObjective(ranks, (TextObjective) objective), outputs, batch);
  }

  @Override
  public final GenerationSession openSession(SessionLimits limits) {
    try (CallGuard.Pass pass = guard.enter()) {
      return sessions.open(() -> new RankRows(ranks, this), limits);
    }
  }

  @Override
  public final void save(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseSource(directory);
      onFirstHost(
          () ->
              whole(
                  "weight",
                  new ArrayList<>(network.shapes().keySet()),
                  weights -> {
                    if (options.writes()) {
                      write(directory, weights);
                    }
                  }));
    }
  }

  private void write(Path directory, Weights weights) {
    CheckpointDirectory.write(
        directory,
        temporary -> {
          network.save(temporary, weights);
          writeRecord(temporary);
        });
  }

  /** Runs what writes on the first host only; the others return when it is written. */
  final void onFirstHost(Runnable work) {
    boolean written = false;
    try {
      work.run();
      written = true;
    } finally {
      if (options.nodes().isPresent()) {
        meet(written);
      }
    }
  }

  private void meet(boolean written) {
    boolean all = ranks.callAll(Verb.MEET, new Part().with("ok", written)).get(0).head().bool("ok");
    if (written && !all) {
      throw new CheckpointException(
          Problems.problem("what the first host writes", "failed there", "written"));
    }
  }

  private void writeRecord(Path directory) throws IOException {
    Map<String, @Nullable Object> record = new LinkedHashMap<>();
    record.put("backend", ShardedBackend.NAME);
    record.put("architecture", network.architecture());
    record.put("world_size", options.worldSize());
    record.put("engine", options.engine().label());
    record.putAll(training());
    if (options.engine() == ShardingEngine.DEEPSPEED) {
      record.put("deepspeed", DeepSpeedSettings.of(options, network, spec()));
    }
    Files.write(directory.resolve(CheckpointDirectory.MARK), Json.prettyBytes(record));
  }

  /** How it trains, if it does. */
  Optional<FinetuneSpec> spec() {
    return Optional.empty();
  }

  /** What the run record says of training. */
  Map<String, Object> training() {
    return Map.of();
  }

  private void refuseSource(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    for (String name : network.weights().names()) {
      Optional<Path> source = network.weights().region(name).map(x -> x.file().toAbsolutePath());
      if (source.filter(file -> target.equals(file.normalize().getParent())).isPresent()) {
        throw new CheckpointException(
            Problems.problem(
                "save to", directory, "another directory than the one it was opened from"));
      }
    }
  }

  /**
   * Whole tensors, which the ranks gather one after the other into a file.
   *
   * @param of weight, gradient, exp_avg or exp_avg_sq
   */
  final void whole(String of, List<String> names, Consumer<Weights> use) {
    Path file = ranks.directory().newFile("-" + of + ".safetensors");
    try {
      List<Reply> unused =
          ranks.callAll(
              Verb.WRITE,
              new Part().with("of", of).with("names", names).with("file", file.toString()));
      use.accept(SafetensorsFile.open(file));
    } finally {
      Parcels.delete(file);
    }
  }

  @Override
  public final void close() {
    guard.close(
        () -> {
          sessions.release();
          ranks.close();
        });
  }

  /** Architecture and options. */
  @Override
  public String toString() {
    return getClass().getSimpleName() + "(" + network.architecture() + ", " + options + ")";
  }
}
