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
 * Answers prompts, one answer each. Offers {@code generate} alone. Stateless: one instance serves
 * any number of models and threads.
 */
public final class GenerationInterface implements ModelInterface {
  private final GenerationOptions options;

  /**
   * Creates the interface.
   *
   * @param options for every answer; without closing ids of their own, those of the model's
   *     tokenizer end an answer
   */
  public GenerationInterface(GenerationOptions options) {
    this.options = options;
  }

  /**
   * Generates one answer per prompt.
   *
   * @param prompts one sequence per item: {@code input_ids} (I64, token)
   * @return what {@link dev.tenon.model.Engine#generate} returns
   */
  @Override
  public NamedArray generate(Model model, NamedArray prompts) {
    return model.engine().generate(prompts, closedBy(model.tokenizer(), options));
  }

  /** The options, with the tokenizer's closing ids if they have none of their own and need some. */
  public static GenerationOptions closedBy(Tokenizer tokenizer, GenerationOptions options) {
    boolean complete = options.ignoreEos() || !options.eosTokenIds().isEmpty();
    return complete ? options : options.withEosTokenIds(tokenizer.eosTokenIds());
  }

  @Override
  public String toString() {
    return "GenerationInterface(" + options + ")";
  }

  /**
   * Registers {@code generation}: {@code max_new_tokens} (Integer), optionally {@code
   * eos_token_ids} (List of whole numbers) and {@code ignore_eos} (Boolean).
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
          .optional("eos_token_ids", List.class, "eos_token_id", "eosTokenIds", "stop_token_ids")
          .optional("ignore_eos", Boolean.class, "ignoreEos");
    }

    @Override
    public ModelInterface create(Arguments arguments) {
      GenerationOptions options =
          GenerationOptions.greedy(arguments.get("max_new_tokens", Integer.class))
              .withEosTokenIds(eosTokenIds(arguments));
      boolean ignoreEos = arguments.find("ignore_eos", Boolean.class).orElse(false);
      return new GenerationInterface(ignoreEos ? options.ignoringEos() : options);
    }

    private static TokenIds eosTokenIds(Arguments arguments) {
      List<?> ids = arguments.find("eos_token_ids", List.class).orElse(List.of());
      return TokenIds.of(ids.stream().mapToLong(Factory::id).toArray());
    }

    private static long id(Object value) {
      if (value instanceof Integer || value instanceof Long) {
        return ((Number) value).longValue();
      }
      throw new InvalidInputException(
          Problems.problem("argument eos_token_ids", value, "whole numbers"));
    }
  }
}
