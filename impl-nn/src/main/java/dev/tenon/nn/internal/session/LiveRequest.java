package dev.tenon.nn.internal.session;

import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.Piece;
import dev.tenon.internal.SamplingNoise;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A request with a row of the cache. */
public final class LiveRequest {
  private static final long[] NONE = {};

  private final long id;
  private final GenerationRequest request;
  private final Optional<SeenIds> penalised;
  private final TokenIds closing;
  private final List<Long> answer = new ArrayList<>();
  private final long[] bannedAtFirst;
  private int length;
  private int generated;
  private long lastToken;
  private boolean finished;
  private Optional<Throwable> failure = Optional.empty();

  /** A request whose prompt is inside a vocabulary of that size. */
  public LiveRequest(long id, GenerationRequest request, int vocabSize) {
    this.id = id;
    this.request = request;
    closing = options().closingIds();
    bannedAtFirst = closing.stream().filter(x -> x < vocabSize).toArray();
    penalised =
        options().repetitionPenalty() == 1
            ? Optional.empty()
            : Optional.of(new SeenIds(request.promptIds()));
  }

  public long id() {
    return id;
  }

  public GenerationOptions options() {
    return request.options();
  }

  /** Ids of prompt and answer, each once, if they are penalised. */
  public long[] penalisedIds() {
    return penalised.map(SeenIds::toArray).orElse(NONE);
  }

  /** Ids that the next token may not be. */
  public long[] bannedIds() {
    return generated < options().minNewTokens() ? bannedAtFirst : NONE;
  }

  /** Whether processors change the logits of its tokens. */
  public boolean processed() {
    return !options().logitsProcessors().isEmpty();
  }

  /** Runs the processors; what one throws fails the request with its next piece. */
  public void process(float[] logits) {
    try {
      request.process(history(), logits);
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
      Arrays.fill(logits, 0);
    }
  }

  /** State of the next token's random numbers. */
  public long noise() {
    return SamplingNoise.state(
        request.seed(), request.sample(), request.promptIds().size() + generated);
  }

  /** Most tokens of prompt and answer. */
  public int maxTokens() {
    return Math.addExact(request.promptIds().size(), request.options().maxNewTokens());
  }

  /** Whether the prompt is in the cache. */
  public boolean started() {
    return length > 0;
  }

  public boolean finished() {
    return finished;
  }

  /** Tokens in the cache. */
  public int length() {
    return length;
  }

  /** Tokens in the cache once the next step has run. */
  public int lengthAfterStep() {
    return length + input().size();
  }

  public TokenIds prompt() {
    return request.promptIds();
  }

  /** Prompt and answer so far. */
  public TokenIds history() {
    return TokenIds.of(
        LongStream.concat(request.promptIds().stream(), answer.stream().mapToLong(x -> x))
            .toArray());
  }

  /** What the next step reads: the prompt, later the last token. */
  public TokenIds input() {
    return started() ? TokenIds.of(lastToken) : request.promptIds();
  }

  /** Takes the step's token. */
  public Piece accept(long token, float logprob) {
    if (failure.isPresent()) {
      finished = true;
      return Piece.failed(id, failure.get());
    }
    length = lengthAfterStep();
    lastToken = token;
    answer.add(token);
    generated++;
    penalised.ifPresent(seen -> seen.add(token));
    Optional<FinishReason> reason = reason(token);
    finished = reason.isPresent();
    return new Piece(id, TokenIds.of(token), List.of(logprob), reason);
  }

  private Optional<FinishReason> reason(long token) {
    if (closing.contains(token)) {
      return Optional.of(FinishReason.STOP);
    }
    return generated == options().maxNewTokens()
        ? Optional.of(FinishReason.LENGTH)
        : Optional.empty();
  }
}
