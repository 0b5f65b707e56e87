package dev.tenon.backend.testkit;

import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Asks a function for the next tokens; a step may give several, as speculative decoding does. */
final class ScriptedSession implements GenerationSession {
  private final ScriptedEngine.NextTokens next;
  private final SessionLimits limits;
  private final Map<Long, Live> live = new TreeMap<>();
  private long ids;

  ScriptedSession(ScriptedEngine.NextTokens next, SessionLimits limits) {
    this.next = next;
    this.limits = limits;
  }

  @Override
  public long add(GenerationRequest request) {
    if (live.size() == limits.requests()) {
      throw new IllegalStateException("the session is full");
    }
    live.put(ids, new Live(request, new ArrayList<>()));
    return ids++;
  }

  @Override
  public List<Piece> step() {
    List<Piece> pieces = new ArrayList<>();
    live.forEach((id, each) -> pieces.add(each.step(id)));
    pieces.stream().filter(x -> x.finishReason().isPresent()).forEach(x -> live.remove(x.id()));
    return pieces;
  }

  @Override
  public void cancel(long id) {
    live.remove(id);
  }

  @Override
  public int live() {
    return live.size();
  }

  @Override
  public void close() {
    live.clear();
  }

  private final class Live {
    private final GenerationRequest request;
    private final List<Long> answer;

    private Live(GenerationRequest request, List<Long> answer) {
      this.request = request;
      this.answer = answer;
    }

    private Piece step(long id) {
      int before = answer.size();
      Optional<FinishReason> reason = Optional.empty();
      for (long token : next.after(request.promptIds().toArray(), List.copyOf(answer))) {
        answer.add(token);
        if (request.options().eosTokenIds().contains(token) && !request.options().ignoreEos()) {
          reason = Optional.of(FinishReason.STOP);
          break;
        }
        if (answer.size() == request.options().maxNewTokens()) {
          reason = Optional.of(FinishReason.LENGTH);
          break;
        }
      }
      long[] fresh = answer.subList(before, answer.size()).stream().mapToLong(x -> x).toArray();
      return new Piece(id, TokenIds.of(fresh), Collections.nCopies(fresh.length, -1f), reason);
    }
  }
}
