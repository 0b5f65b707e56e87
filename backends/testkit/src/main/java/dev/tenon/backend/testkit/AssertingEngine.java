package dev.tenon.backend.testkit;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Metrics;
import dev.tenon.model.Network;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Watches an engine; see {@link AssertingBackend}. */
class AssertingEngine implements Engine {
  private final Engine engine;
  private final AtomicInteger openSessions = new AtomicInteger();
  private volatile boolean closed;

  AssertingEngine(Engine engine) {
    this.engine = engine;
  }

  @Override
  public final Network network() {
    return engine.network();
  }

  @Override
  public final Device device() {
    return engine.device();
  }

  final boolean isClosed() {
    return closed;
  }

  /** Sessions that the caller has not closed. */
  final int openSessions() {
    return openSessions.get();
  }

  /** A call with a batch, which it must not change; subclasses look after the weights too. */
  final <T> T watch(String call, NamedArray batch, Supplier<T> action) {
    long before = Digest.of(batch);
    T result = watch(call, action);
    Contract.check(Digest.of(batch) == before, call, "a changed batch", "batches stay as they are");
    return result;
  }

  final <T> T watch(String call, Supplier<T> action) {
    return closed ? Contract.refusedAfterClose(call, action) : unchanging(call, action);
  }

  /** Runs a call that leaves the engine as it was. */
  <T> T unchanging(String call, Supplier<T> action) {
    return action.get();
  }

  @Override
  public final NamedArray forward(NamedArray batch, OutputRequest request) {
    NamedArray result = watch("forward", batch, () -> engine.forward(batch, request));
    OutputCheck.check(network(), batch, request, result);
    return result;
  }

  @Override
  public final Metrics evalBatch(NamedArray batch, Objective objective) {
    Metrics metrics = watch("evalBatch", batch, () -> engine.evalBatch(batch, objective));
    checkMetrics("evalBatch", metrics, List.of("loss", "weight"));
    return metrics;
  }

  static void checkMetrics(String call, Metrics metrics, List<String> expected) {
    Contract.check(
        metrics.asMap().keySet().containsAll(expected),
        call,
        "metrics " + metrics,
        "metrics with " + expected);
    Contract.check(
        metrics.get("weight") > 0 && Double.isFinite(metrics.get("weight")),
        call,
        "weight " + metrics.get("weight"),
        "> 0, for a weight of 0 is refused");
  }

  @Override
  public final GenerationSession openSession(SessionLimits limits) {
    GenerationSession session = watch("openSession", () -> engine.openSession(limits));
    openSessions.incrementAndGet();
    return new AssertingSession(
        session, network().vocabSize(), limits, openSessions::decrementAndGet);
  }

  @Override
  public final NamedArray generate(NamedArray prompts, GenerationOptions options, long seed) {
    NamedArray result = watch("generate", prompts, () -> engine.generate(prompts, options, seed));
    Contract.check(
        result.items().ids().equals(prompts.items().ids()),
        "generate",
        result.items(),
        "the items of the prompts");
    Contract.check(
        result
            .names()
            .containsAll(
                List.of("input_ids", "prompt_mask", "logprobs", "truncated", "finish_reason")),
        "generate",
        result.names(),
        "input_ids, prompt_mask, logprobs, truncated, finish_reason");
    return result;
  }

  @Override
  public final void save(Path directory) {
    boolean saved =
        watch(
            "save",
            () -> {
              engine.save(directory);
              return Files.isDirectory(directory);
            });
    Contract.check(saved, "save", "no directory " + directory, "a directory");
  }

  /** Closes twice: the second time must do nothing. */
  @Override
  public final void close() {
    engine.close();
    closed = true;
    try {
      engine.close();
    } catch (RuntimeException e) {
      throw new AssertionError("contract of close: the second call threw (expected: nothing)", e);
    }
  }

  @Override
  public final String toString() {
    return engine.toString();
  }
}
