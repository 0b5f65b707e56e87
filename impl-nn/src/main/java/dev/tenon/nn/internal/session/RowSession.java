package dev.tenon.nn.internal.session;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Generation. Live requests sit side by side in the first rows; new ones join at the end, and the
 * last one moves into the place of one that ends.
 */
public final class RowSession implements GenerationSession {
  private final Network network;
  private final SessionRows cache;
  private final CallGuard guard;
  private final SessionLimits limits;
  private final Consumer<RowSession> onClose;
  private final List<LiveRequest> rows = new ArrayList<>();
  private long nextId;
  private boolean closed;

  public RowSession(
      Network network,
      SessionRows cache,
      CallGuard guard,
      SessionLimits limits,
      Consumer<RowSession> onClose) {
    this.network = network;
    this.cache = cache;
    this.guard = guard;
    this.limits = limits;
    this.onClose = onClose;
  }

  @Override
  public long add(GenerationRequest request) {
    try (CallGuard.Pass pass = enter()) {
      check(request);
      LiveRequest added = new LiveRequest(nextId, request, network.vocabSize());
      long tokens = rows.stream().mapToLong(LiveRequest::maxTokens).sum() + added.maxTokens();
      if (rows.size() == limits.requests() || tokens > limits.cacheTokens()) {
        throw new InsufficientMemoryException(
            Problems.problem(
                "session",
                (rows.size() + 1) + " requests of " + tokens + " cache tokens",
                "at most " + limits));
      }
      rows.add(added);
      return nextId++;
    }
  }

  private void check(GenerationRequest request) {
    long tokens = (long) request.promptIds().size() + request.options().maxNewTokens();
    Problems problems = new Problems();
    problems.check(
        tokens <= network.maxPositions(),
        "prompt and max_new_tokens",
        request.promptIds().size() + " + " + request.options().maxNewTokens(),
        "at most max_position_embeddings " + network.maxPositions());
    if (tokens > limits.cacheTokens()) {
      problems.add("request", tokens + " cache tokens", "at most " + limits);
    }
    int vocabSize = network.vocabSize();
    request.promptIds().stream()
        .filter(id -> id < 0 || id >= vocabSize)
        .findFirst()
        .ifPresent(id -> problems.add("prompt token", id, "0 to " + (vocabSize - 1)));
    problems.throwIfAny(InvalidInputException::new);
  }

  @Override
  public List<Piece> step() {
    try (CallGuard.Pass pass = enter()) {
      cache.ensure(rows.size(), rows.stream().mapToInt(LiveRequest::maxTokens).max().orElse(0));
      List<Piece> pieces = new ArrayList<>();
      int started = startedFirst();
      if (started > 0) {
        List<LiveRequest> group = rows.subList(0, started);
        accept(group, cache.step(group, 0), pieces);
      }
      if (started < rows.size()) {
        read(started, pieces);
      }
      pieces.sort(Comparator.comparingLong(Piece::id));
      for (int row = rows.size() - 1; row >= 0; row--) {
        if (rows.get(row).finished()) {
          remove(row);
        }
      }
      return pieces;
    }
  }

  /** Moves requests that have started before those that have not; their number. */
  private int startedFirst() {
    int started = 0;
    for (int row = 0; row < rows.size(); row++) {
      if (rows.get(row).started()) {
        if (row > started) {
          cache.moveRow(row, started, rows.get(row).length());
          Collections.swap(rows, row, started);
        }
        started++;
      }
    }
    return started;
  }

  /** Reads the prompts of the rows from {@code first} on, which have nothing in the cache yet. */
  private void read(int first, List<Piece> pieces) {
    List<LiveRequest> fresh = rows.subList(first, rows.size());
    List<PromptPass> passes = PromptPass.split(fresh, limits.promptTokens());
    rows.subList(first, rows.size()).clear();
    passes.forEach(pass -> rows.addAll(pass.requests()));
    int row = first;
    for (PromptPass pass : passes) {
      ChosenTokens chosen = cache.read(pass, row, limits.promptTokens());
      for (int i = pass.readers().size(); i < pass.requests().size(); i++) {
        cache.moveRow(row + pass.places().get(i), row + i, pass.requests().get(i).prompt().size());
      }
      accept(pass.requests(), chosen, pieces);
      row += pass.requests().size();
    }
  }

  private static void accept(List<LiveRequest> group, ChosenTokens chosen, List<Piece> pieces) {
    for (int i = 0; i < group.size(); i++) {
      pieces.add(group.get(i).accept(chosen.tokens().getLong(i), chosen.logprobs().getFloat(i)));
    }
  }

  private void remove(int row) {
    int last = rows.size() - 1;
    LiveRequest moved = rows.remove(last);
    if (row < last) {
      rows.set(row, moved);
      if (moved.started()) { // else it has no row in the cache yet
        cache.moveRow(last, row, moved.length());
      }
    }
  }

  @Override
  public void cancel(long id) {
    try (CallGuard.Pass pass = enter()) {
      for (int row = 0; row < rows.size(); row++) {
        if (rows.get(row).id() == id) {
          remove(row);
          return;
        }
      }
    }
  }

  @Override
  public int live() {
    return rows.size();
  }

  private CallGuard.Pass enter() {
    CallGuard.Pass pass = guard.enter();
    if (closed) {
      pass.close();
      throw new EngineClosedException(Problems.problem("session", "closed", "open"));
    }
    return pass;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    try (CallGuard.Pass pass = guard.enter()) {
      release();
      onClose.accept(this);
    }
  }

  /** Frees the cache; called by a thread that is inside the guard. */
  public void release() {
    closed = true;
    cache.close();
  }
}
