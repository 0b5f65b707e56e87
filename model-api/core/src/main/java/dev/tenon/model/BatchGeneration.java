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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Generates answers to a whole batch: a loop over one session that holds all of them. */
final class BatchGeneration {
  private final Items prompts;
  private final int samples;
  private final List<Answer> answers = new ArrayList<>(); // the samples of an item side by side

  private BatchGeneration(NamedArray batch, GenerationOptions options, long seed) {
    prompts = batch.items();
    samples = options.samples();
    if (prompts.sequences() != prompts.count()) {
      throw new InvalidInputException(
          Problems.problem(
              "prompts",
              prompts.sequences() + " sequences in " + prompts.count() + " items",
              "one sequence per item"));
    }
    TokenIds ids = TokenIds.of(batch.get("input_ids").toLongs());
    int start = 0;
    for (int length : prompts.lengths()) {
      TokenIds prompt = ids.slice(start, start + length);
      for (int sample = 0; sample < samples; sample++) {
        answers.add(new Answer(new GenerationRequest(prompt, options, seed, sample)));
      }
      start += length;
    }
  }

  /** See {@link Engine#generate}. */
  static NamedArray run(Engine engine, NamedArray batch, GenerationOptions options, long seed) {
    BatchGeneration generation = new BatchGeneration(batch, options, seed);
    generation.generate(engine);
    return generation.result();
  }

  private void generate(Engine engine) {
    long cache = answers.stream().mapToLong(Answer::mostTokens).sum();
    try (GenerationSession session = engine.openSession(new SessionLimits(answers.size(), cache))) {
      Map<Long, Answer> byId = new HashMap<>();
      answers.forEach(answer -> byId.put(session.add(answer.request), answer));
      while (session.live() > 0 && !Thread.currentThread().isInterrupted()) {
        for (Piece piece : session.step()) {
          Objects.requireNonNull(byId.get(piece.id()), "piece of an unknown request").add(piece);
        }
      }
    }
  }

  private NamedArray result() {
    List<Integer> lengths = answers.stream().map(Answer::length).toList();
    int tokens = lengths.stream().mapToInt(x -> x).sum();
    int n = answers.size();
    long[] ids = new long[tokens];
    boolean[] promptMask = new boolean[tokens];
    float[] logprobs = new float[tokens - n];
    boolean[] truncated = new boolean[n];
    byte[] reasons = new byte[n];
    int at = 0;
    for (int i = 0; i < n; i++) {
      Answer answer = answers.get(i);
      answer.write(ids, promptMask, logprobs, at, at - i);
      truncated[i] = answer.reason == FinishReason.LENGTH;
      reasons[i] = answer.reason.code();
      at += answer.length();
    }
    List<Integer> perItem = Collections.nCopies(prompts.count(), samples);
    return NamedArray.builder(new Items(prompts.ids(), perItem, lengths))
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .put("prompt_mask", TensorData.ofBooleans(promptMask, tokens))
        .put("logprobs", TensorData.ofFloats(logprobs, tokens - n))
        .put("truncated", TensorData.ofBooleans(truncated, n))
        .put("finish_reason", FieldKind.SEQUENCE, TensorData.ofBytes(reasons, n))
        .build();
  }

  private static final class Answer {
    private final GenerationRequest request;
    private TokenIds ids = TokenIds.of();
    private final List<Float> logprobs = new ArrayList<>();
    private FinishReason reason = FinishReason.CANCELLED;

    private Answer(GenerationRequest request) {
      this.request = request;
    }

    private long mostTokens() {
      return (long) request.promptIds().size() + request.options().maxNewTokens();
    }

    private int length() {
      return request.promptIds().size() + ids.size();
    }

    private void add(Piece piece) {
      piece.throwIfFailed();
      ids = ids.concat(piece.tokenIds());
      logprobs.addAll(piece.logprobs());
      reason = piece.finishReason().orElse(reason);
    }

    /** Writes tokens from {@code at}, and log-probabilities from {@code next}. */
    private void write(long[] tokens, boolean[] promptMask, float[] logprobs, int at, int next) {
      int prompt = request.promptIds().size();
      System.arraycopy(request.promptIds().toArray(), 0, tokens, at, prompt);
      System.arraycopy(ids.toArray(), 0, tokens, at + prompt, ids.size());
      Arrays.fill(promptMask, at, at + prompt, true);
      for (int t = 0; t < this.logprobs.size(); t++) {
        logprobs[next + prompt - 1 + t] = this.logprobs.get(t);
      }
    }
  }
}
