package dev.tenon.modelinterface.generation;

import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelInterfaceFactory;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TokenIds;
import java.util.List;

/**
 * Answers prompts. Offers {@code generate} alone. Stateless: one instance serves any number of
 * models and threads, and equal calls get equal answers; for other samples of the same prompts use
 * an instance with another seed.
 */
public final class GenerationInterface implements ModelInterface {
  private final GenerationOptions options;
  private final long seed;

  /**
   * Creates the interface with seed 0. See {@link #GenerationInterface(GenerationOptions, long)}.
   */
  public GenerationInterface(GenerationOptions options) {
    this(options, 0);
  }

  /**
   * Creates the interface.
   *
   * @param options for every answer; without closing ids of their own, those of the model's
   *     tokenizer end an answer
   * @param seed of every call
   */
  public GenerationInterface(GenerationOptions options, long seed) {
    this.options = options;
    this.seed = seed;
  }

  /**
   * Generates {@code options.samples()} answers to each prompt.
   *
   * @param prompts one sequence per item: {@code input_ids} (I64, token)
   * @return what {@link dev.tenon.model.Engine#generate} returns
   */
  @Override
  public NamedArray generate(Model model, NamedArray prompts) {
    return model.engine().generate(prompts, closedBy(model.tokenizer(), options), seed);
  }

  /** The options, with the tokenizer's closing ids if they have none of their own and need some. */
  public static GenerationOptions closedBy(Tokenizer tokenizer, GenerationOptions options) {
    boolean complete = options.ignoreEos() || !options.eosTokenIds().isEmpty();
    return complete ? options : options.withEosTokenIds(tokenizer.eosTokenIds());
  }

  @Override
  public String toString() {
    return "GenerationInterface(" + options + ", seed " + seed + ")";
  }

  /**
   * Registers {@code generation}. Arguments have HuggingFace's names and the defaults of {@link
   * GenerationOptions}: {@code max_new_tokens} (required), {@code min_new_tokens}, {@code
   * do_sample}, {@code temperature}, {@code top_k}, {@code top_p}, {@code min_p}, {@code
   * repetition_penalty}, {@code num_return_sequences}, {@code eos_token_id} (a list); and three of
   * vLLM: {@code stop_token_ids}, {@code ignore_eos}, {@code seed} (0).
   */
  public static final class Factory implements ModelInterfaceFactory {
    /** For {@link java.util.ServiceLoader}. */
    public Factory() {}

    @Override
    public String type() {
      return "generation";
    }

    @Override
    public ArgumentSchema schema() {
      return ArgumentSchema.none()
          .required("max_new_tokens", Integer.class, "max_tokens", "max_length", "maxNewTokens")
          .optional("min_new_tokens", Integer.class, "min_tokens", "min_length", "minNewTokens")
          .optional("do_sample", Boolean.class, "sample", "doSample")
          .optional("temperature", Double.class)
          .optional("top_k", Integer.class, "topK")
          .optional("top_p", Double.class, "topP")
          .optional("min_p", Double.class, "minP")
          .optional("repetition_penalty", Double.class, "repetitionPenalty")
          .optional("num_return_sequences", Integer.class, "samples", "n")
          .optional("eos_token_id", List.class, "eos_token_ids", "eosTokenIds")
          .optional("stop_token_ids", List.class, "stopTokenIds")
          .optional("ignore_eos", Boolean.class, "ignoreEos")
          .optional("seed", Long.class);
    }

    @Override
    public ModelInterface create(Arguments arguments) {
      return new GenerationInterface(
          options(arguments), arguments.find("seed", Long.class).orElse(0L));
    }

    /** In one go, so that all problems come together. */
    private static GenerationOptions options(Arguments arguments) {
      GenerationOptions defaults = GenerationOptions.greedy(1);
      return new GenerationOptions(
          arguments.get("max_new_tokens", Integer.class),
          arguments.find("min_new_tokens", Integer.class).orElse(defaults.minNewTokens()),
          arguments.find("do_sample", Boolean.class).orElse(defaults.doSample()),
          arguments.find("temperature", Double.class).orElse(defaults.temperature()),
          arguments.find("top_k", Integer.class).orElse(defaults.topK()),
          arguments.find("top_p", Double.class).orElse(defaults.topP()),
          arguments.find("min_p", Double.class).orElse(defaults.minP()),
          arguments.find("repetition_penalty", Double.class).orElse(defaults.repetitionPenalty()),
          arguments.find("num_return_sequences", Integer.class).orElse(defaults.samples()),
          ids(arguments, "eos_token_id"),
          ids(arguments, "stop_token_ids"),
          arguments.find("ignore_eos", Boolean.class).orElse(defaults.ignoreEos()),
          defaults.logitsProcessors());
    }

    private static TokenIds ids(Arguments arguments, String name) {
      List<?> ids = arguments.find(name, List.class).orElse(List.of());
      return TokenIds.of(ids.stream().mapToLong(id -> id(name, id)).toArray());
    }

    private static long id(String name, Object value) {
      if (value instanceof Integer || value instanceof Long) {
        return ((Number) value).longValue();
      }
      throw new InvalidInputException(Problems.problem("argument " + name, value, "whole numbers"));
    }
  }
}
