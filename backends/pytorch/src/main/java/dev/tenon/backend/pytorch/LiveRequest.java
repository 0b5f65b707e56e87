package dev.tenon.backend.pytorch;

import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.Piece;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Optional;

/** A request with a row of the cache. */
final class LiveRequest {
  private final long id;
  private final GenerationRequest request;
  private int length;
  private int generated;
  private long lastToken;
  private boolean finished;

  LiveRequest(long id, GenerationRequest request) {
    this.id = id;
    this.request = request;
  }

  long id() {
    return id;
  }

  /** Most tokens of prompt and answer. */
  int maxTokens() {
    return Math.addExact(request.promptIds().size(), request.options().maxNewTokens());
  }

  /** Whether the prompt is in the cache. */
  boolean started() {
    return length > 0;
  }

  boolean finished() {
    return finished;
  }

  /** Tokens in the cache. */
  int length() {
    return length;
  }

  /** Tokens in the cache once the next step has run. */
  int lengthAfterStep() {
    return length + input().size();
  }

  /** What the next step reads: the prompt, later the last token. */
  TokenIds input() {
    return started() ? TokenIds.of(lastToken) : request.promptIds();
  }

  /** Takes the step's token. */
  Piece accept(long token, float logprob) {
    length = lengthAfterStep();
    lastToken = token;
    generated++;
    Optional<FinishReason> reason = reason(token);
    finished = reason.isPresent();
    return new Piece(id, TokenIds.of(token), List.of(logprob), reason);
  }

  private Optional<FinishReason> reason(long token) {
    GenerationOptions options = request.options();
    if (!options.ignoreEos() && options.eosTokenIds().contains(token)) {
      return Optional.of(FinishReason.STOP);
    }
    return generated == options.maxNewTokens() ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }
}
