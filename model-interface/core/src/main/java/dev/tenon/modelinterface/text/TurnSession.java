package dev.tenon.modelinterface.text;

import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * A session whose every call waits for its turn on an engine that serves one caller at a time, so
 * that the answers of several threads grow side by side.
 */
final class TurnSession implements GenerationSession {
  private final Lock turn;
  private final GenerationSession session;

  TurnSession(Engine engine, SessionLimits limits, Lock turn) {
    this.turn = turn;
    this.session = inTurn(() -> engine.openSession(limits));
  }

  @Override
  public long add(GenerationRequest request) {
    return inTurn(() -> session.add(request));
  }

  @Override
  public List<Piece> step() {
    return inTurn(session::step);
  }

  @Override
  public void cancel(long id) {
    inTurn(
        () -> {
          session.cancel(id);
          return id;
        });
  }

  @Override
  public int live() {
    return inTurn(session::live);
  }

  @Override
  public void close() {
    turn.lock();
    try {
      session.close();
    } finally {
      turn.unlock();
    }
  }

  private <T> T inTurn(Supplier<T> call) {
    turn.lock();
    try {
      return call.get();
    } finally {
      turn.unlock();
    }
  }
}
