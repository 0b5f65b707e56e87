package dev.tenon.backend.testkit;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.OutputRequest;
import dev.tenon.model.Tokenizer;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.List;

/**
 * An engine that says what a function tells it to, for tests of what comes after generation:
 * streaming, stop strings, queues. It computes nothing else. One thread at a time.
 */
public final class ScriptedEngine implements Engine {
  private final FakeNetwork network;
  private final NextTokens next;
  private volatile boolean closed;

  /** What a session generates. */
  @FunctionalInterface
  public interface NextTokens {
    /**
     * The tokens of the next step, one or more as in speculative decoding.
     *
     * @param prompt token ids of the prompt
     * @param answer token ids generated so far
     */
    long[] after(long[] prompt, List<Long> answer);
  }

  private ScriptedEngine(FakeNetwork network, NextTokens next) {
    this.network = network;
    this.next = next;
  }

  /** A running model whose sessions ask {@code next}. */
  public static Model model(Tokenizer tokenizer, int maxPositions, NextTokens next) {
    FakeNetwork network = FakeNetwork.of(tokenizer.vocabSize(), maxPositions);
    return network.model("scripted", tokenizer).withModule(new ScriptedEngine(network, next));
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public NamedArray forward(NamedArray batch, OutputRequest request) {
    throw onlyGenerates("forward");
  }

  @Override
  public Metrics evalBatch(NamedArray batch, Objective objective) {
    throw onlyGenerates("evalBatch");
  }

  @Override
  public void save(Path directory) {
    throw onlyGenerates("save");
  }

  private static UnsupportedFeatureException onlyGenerates(String call) {
    return new UnsupportedFeatureException(
        Problems.problem("call of a scripted engine", call, "openSession or generate"));
  }

  @Override
  public GenerationSession openSession(SessionLimits limits) {
    if (closed) {
      throw new EngineClosedException(Problems.problem("engine", "closed", "open"));
    }
    return new ScriptedSession(next, limits);
  }

  @Override
  public void close() {
    closed = true;
  }
}
