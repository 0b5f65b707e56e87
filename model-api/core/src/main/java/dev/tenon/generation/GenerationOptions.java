package dev.tenon.generation;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.function.Consumer;

/**
 * How answers are generated, in HuggingFace's terms and order: repetition penalty, {@code
 * min_new_tokens}, {@link LogitsProcessor}s, and if tokens are sampled temperature, top-k, top-p,
 * min-p. Greedy takes the most probable token of what is left, the lower id among equals; sampling
 * draws one by its probability. The {@code logprobs} of an answer are those before penalty,
 * processors and filters, at the temperature; greedy ones at temperature 1.
 *
 * <p>Defaults are HuggingFace's except {@code top_k}, which is 50 there and off here: nothing is
 * cut off unless it is asked for.
 *
 * @param maxNewTokens most tokens to generate, the closing one included; &gt; 0 (HuggingFace:
 *     {@code max_new_tokens}, which has no default here)
 * @param minNewTokens tokens before any that would end the answer; 0 to {@code maxNewTokens}
 *     (HuggingFace: {@code min_new_tokens}, 0)
 * @param doSample whether tokens are drawn (HuggingFace: {@code do_sample}, false)
 * @param temperature what logits are divided by before drawing; &gt; 0 (HuggingFace: {@code
 *     temperature}, 1)
 * @param topK draws from this many most probable tokens and those equal to the last of them; 0:
 *     from all (HuggingFace: {@code top_k}, 50 there)
 * @param topP draws from the fewest most probable tokens whose probabilities sum to this much; 0 to
 *     1 (HuggingFace: {@code top_p}, 1)
 * @param minP draws from tokens at least this probable relative to the most probable one; 0 to 1
 *     (HuggingFace: {@code min_p}, 0)
 * @param repetitionPenalty the logit of every id that prompt or answer holds is divided by this if
 *     positive and multiplied by it if negative; &gt; 0, 1 is off (HuggingFace: {@code
 *     repetition_penalty}, 1). Greedy too
 * @param samples answers to each prompt; more than 1 needs {@code doSample} (HuggingFace: {@code
 *     num_return_sequences}, 1)
 * @param eosTokenIds ids that end the answer and belong to it (HuggingFace: {@code eos_token_id});
 *     empty: those of the model where a tokenizer is at hand
 * @param stopTokenIds more such ids, which count also with {@code ignoreEos} and beside the model's
 *     own
 * @param ignoreEos whether {@code eosTokenIds} end nothing, so that the answer goes on to a stop id
 *     or {@code maxNewTokens}
 * @param logitsProcessors what changes the logits of each next token, in this order (HuggingFace:
 *     {@code logits_processor})
 */
public record GenerationOptions(
    int maxNewTokens,
    int minNewTokens,
    boolean doSample,
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    int samples,
    TokenIds eosTokenIds,
    TokenIds stopTokenIds,
    boolean ignoreEos,
    List<LogitsProcessor> logitsProcessors) {
  /** Checks the numbers, copies the list. */
  public GenerationOptions {
    Problems problems = new Problems();
    problems.check(maxNewTokens > 0, "max_new_tokens", maxNewTokens, "> 0");
    problems.check(
        minNewTokens >= 0 && minNewTokens <= Math.max(0, maxNewTokens),
        "min_new_tokens",
        minNewTokens,
        "0 to max_new_tokens " + maxNewTokens);
    problems.check(positive(temperature), "temperature", temperature, "> 0");
    problems.check(topK >= 0, "top_k", topK, ">= 0");
    problems.check(topP >= 0 && topP <= 1, "top_p", topP, "0 to 1");
    problems.check(minP >= 0 && minP <= 1, "min_p", minP, "0 to 1");
    problems.check(positive(repetitionPenalty), "repetition_penalty", repetitionPenalty, "> 0");
    problems.check(samples > 0, "num_return_sequences", samples, "> 0");
    checkIds(problems, "eos_token_id", eosTokenIds);
    checkIds(problems, "stop token ids", stopTokenIds);
    if (!doSample) {
      problems.check(temperature == 1, "temperature", temperature, "1 without do_sample");
      problems.check(topK == 0, "top_k", topK, "0 without do_sample");
      problems.check(topP == 1, "top_p", topP, "1 without do_sample");
      problems.check(minP == 0, "min_p", minP, "0 without do_sample");
      problems.check(samples <= 1, "num_return_sequences", samples, "1 without do_sample");
    }
    problems.throwIfAny(InvalidInputException::new);
    logitsProcessors = List.copyOf(logitsProcessors);
  }

  private static boolean positive(double value) {
    return value > 0 && value < Double.POSITIVE_INFINITY;
  }

  private static void checkIds(Problems problems, String what, TokenIds ids) {
    problems.check(ids.stream().allMatch(id -> id >= 0), what, ids, "ids >= 0");
  }

  /** Greedy generation. */
  public static GenerationOptions greedy(int maxNewTokens) {
    return new GenerationOptions(
        maxNewTokens, 0, false, 1, 0, 1, 0, 1, 1, TokenIds.of(), TokenIds.of(), false, List.of());
  }

  /** Sampling from the model's own distribution: temperature 1 and no filters. */
  public static GenerationOptions sampling(int maxNewTokens) {
    return greedy(maxNewTokens).with(draft -> draft.doSample = true);
  }

  /** The same with another bound on new tokens. */
  public GenerationOptions withMaxNewTokens(int value) {
    return with(draft -> draft.maxNewTokens = value);
  }

  /** The same with at least so many new tokens. */
  public GenerationOptions withMinNewTokens(int value) {
    return with(draft -> draft.minNewTokens = value);
  }

  /** The same at another temperature. */
  public GenerationOptions withTemperature(double value) {
    return with(draft -> draft.temperature = value);
  }

  /** The same drawing from so many tokens; 0: from all. */
  public GenerationOptions withTopK(int value) {
    return with(draft -> draft.topK = value);
  }

  /** The same drawing from so much probability; 1: from all. */
  public GenerationOptions withTopP(double value) {
    return with(draft -> draft.topP = value);
  }

  /** The same drawing from tokens of such relative probability; 0: from all. */
  public GenerationOptions withMinP(double value) {
    return with(draft -> draft.minP = value);
  }

  /** The same with another penalty for what is there already; 1: none. */
  public GenerationOptions withRepetitionPenalty(double value) {
    return with(draft -> draft.repetitionPenalty = value);
  }

  /** The same with so many answers to each prompt. */
  public GenerationOptions withSamples(int value) {
    return with(draft -> draft.samples = value);
  }

  /** The same with other closing ids. */
  public GenerationOptions withEosTokenIds(TokenIds ids) {
    return with(draft -> draft.eosTokenIds = ids);
  }

  /** The same with other stop ids. */
  public GenerationOptions withStopTokenIds(TokenIds ids) {
    return with(draft -> draft.stopTokenIds = ids);
  }

  /** The same, going on past eos. */
  public GenerationOptions ignoringEos() {
    return with(draft -> draft.ignoreEos = true);
  }

  /** The same with other processors. */
  public GenerationOptions withLogitsProcessors(LogitsProcessor... processors) {
    return with(draft -> draft.logitsProcessors = List.of(processors));
  }

  /** The ids that end an answer: stop ids, and eos ids unless they are ignored. */
  public TokenIds closingIds() {
    return ignoreEos ? stopTokenIds : stopTokenIds.concat(eosTokenIds);
  }

  private GenerationOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.toOptions();
  }

  /** The components of options while one of them changes. */
  private static final class Draft {
    private int maxNewTokens;
    private int minNewTokens;
    private boolean doSample;
    private double temperature;
    private int topK;
    private double topP;
    private double minP;
    private double repetitionPenalty;
    private int samples;
    private TokenIds eosTokenIds;
    private TokenIds stopTokenIds;
    private boolean ignoreEos;
    private List<LogitsProcessor> logitsProcessors;

    private Draft(GenerationOptions from) {
      maxNewTokens = from.maxNewTokens;
      minNewTokens = from.minNewTokens;
      doSample = from.doSample;
      temperature = from.temperature;
      topK = from.topK;
      topP = from.topP;
      minP = from.minP;
      repetitionPenalty = from.repetitionPenalty;
      samples = from.samples;
      eosTokenIds = from.eosTokenIds;
      stopTokenIds = from.stopTokenIds;
      ignoreEos = from.ignoreEos;
      logitsProcessors = from.logitsProcessors;
    }

    private GenerationOptions toOptions() {
      return new GenerationOptions(
          maxNewTokens,
          minNewTokens,
          doSample,
          temperature,
          topK,
          topP,
          minP,
          repetitionPenalty,
          samples,
          eosTokenIds,
          stopTokenIds,
          ignoreEos,
          logitsProcessors);
    }
  }
}
