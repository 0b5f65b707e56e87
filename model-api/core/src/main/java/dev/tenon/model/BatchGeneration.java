package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Generates answers to a whole batch: a loop over one session. */
final class BatchGeneration {
  private final List<TokenIds> prompts = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();

  private BatchGeneration(NamedArray batch) {
    Items items = batch.items();
    if (items.sequences() != items.count()) {
      throw new InvalidInputException(
          Problems.problem(
              "prompts",
              items.sequences() + " sequences in " + items.count() + " items",
              "one sequence per item"));
    }
    long[] ids = batch.get("input_ids").toLongs();
    int start = 0;
    for (int length : items.lengths()) {
      prompts.add(TokenIds.of(ids).slice(start, start + length));
      answers.add(new Answer());
      start += length;
    }
  }

  /** See {@link Engine#generate}. */
  static NamedArray run(Engine engine, NamedArray batch, GenerationOptions options) {
    BatchGeneration generation = new BatchGeneration(batch);
    generation.generate(engine, options);
    return generation.result(batch.items());
  }

  private void generate(Engine engine, GenerationOptions options) {
    long cache = prompts.stream().mapToLong(x -> (long) x.size() + options.maxNewTokens()).sum();
    try (GenerationSession session = engine.openSession(new SessionLimits(prompts.size(), cache))) {
      Map<Long, Answer> byId = new HashMap<>();
      for (int i = 0; i < prompts.size(); i++) {
        byId.put(session.add(GenerationRequest.of(prompts.get(i), options)), answers.get(i));
      }
      while (session.live() > 0) {
        for (Piece piece : session.step()) {
          Objects.requireNonNull(byId.get(piece.id()), "piece of an unknown request").add(piece);
        }
      }
    }
  }

  private NamedArray result(Items prompts) {
    List<Integer> lengths = new ArrayList<>();
    int tokens = 0;
    for (int i = 0; i < answers.size(); i++) {
      int length = this.prompts.get(i).size() + answers.get(i).ids.size();
      lengths.add(length);
      tokens += length;
    }
    int n = answers.size();
    long[] ids = new long[tokens];
    boolean[] promptMask = new boolean[tokens];
    float[] logprobs = new float[tokens - n];
    boolean[] truncated = new boolean[n];
    byte[] reasons = new byte[n];
    int at = 0;
    for (int i = 0; i < n; i++) {
      Answer answer = answers.get(i);
      int promptLength = this.prompts.get(i).size();
      System.arraycopy(this.prompts.get(i).toArray(), 0, ids, at, promptLength);
      System.arraycopy(answer.ids.toArray(), 0, ids, at + promptLength, answer.ids.size());
      Arrays.fill(promptMask, at, at + promptLength, true);
      for (int t = 0; t < answer.logprobs.size(); t++) {
        logprobs[at - i + promptLength - 1 + t] = answer.logprobs.get(t);
      }
      truncated[i] = answer.reason == FinishReason.LENGTH;
      reasons[i] = answer.reason.code();
      at += lengths.get(i);
    }
    return NamedArray.builder(Items.of(prompts.ids(), lengths))
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .put("prompt_mask", TensorData.ofBooleans(promptMask, tokens))
        .put("logprobs", TensorData.ofFloats(logprobs, tokens - n))
        .put("truncated", TensorData.ofBooleans(truncated, n))
        .put("finish_reason", FieldKind.SEQUENCE, TensorData.ofBytes(reasons, n))
        .build();
  }

  private static final class Answer {
    private TokenIds ids = TokenIds.of();
    private final List<Float> logprobs = new ArrayList<>();
    private FinishReason reason = FinishReason.CANCELLED;

    private void add(Piece piece) {
      ids = ids.concat(piece.tokenIds());
      logprobs.addAll(piece.logprobs());
      reason = piece.finishReason().orElse(reason);
    }
  }
}
