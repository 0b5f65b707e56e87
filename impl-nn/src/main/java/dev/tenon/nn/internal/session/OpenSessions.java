package dev.tenon.nn.internal.session;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The sessions of an engine. Every method is called by a thread that is inside its guard. */
public final class OpenSessions {
  private final Network network;
  private final CallGuard guard;
  private final List<RowSession> sessions = new ArrayList<>();

  /** None yet. */
  public OpenSessions(Network network, CallGuard guard) {
    this.network = network;
    this.guard = guard;
  }

  /**
   * Opens one.
   *
   * @throws UnsupportedFeatureException if the network gives no next tokens
   */
  public GenerationSession open(Supplier<SessionRows> rows, SessionLimits limits) {
    if (network.head() != Head.CAUSAL_LM) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "generation with the head of " + network.architecture(),
              network.head(),
              "CAUSAL_LM"));
    }
    RowSession session = new RowSession(network, rows.get(), guard, limits, sessions::remove);
    sessions.add(session);
    return session;
  }

  /** Refuses a call that would change weights under a session. */
  public void refuseWhileOpen() {
    if (!sessions.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem("open sessions", sessions.size(), "none while weights change"));
    }
  }

  /** Ends all. */
  public void release() {
    List.copyOf(sessions).forEach(RowSession::release);
  }
}
