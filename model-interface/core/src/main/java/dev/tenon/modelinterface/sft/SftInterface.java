package dev.tenon.modelinterface.sft;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelInterfaceFactory;
import dev.tenon.objective.Objective;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Supervised fine-tuning of a causal language model. The loss is the mean, over the tokens to
 * learn, of −log p(token | the tokens before it): HuggingFace's {@code ForCausalLMLoss}, in nats.
 *
 * <p>A batch holds {@code input_ids} (I64, token). The tokens to learn are those where {@code
 * loss_mask} (BOOL, token) is true; without it, where {@code labels} (I64, token) is not −100, and
 * there it must equal {@code input_ids}; without that, where {@code prompt_mask} (BOOL, token) is
 * false; without any, all. The first token of a sequence has nothing before it and is never
 * learned.
 *
 * <p>Stateless: one instance serves any number of models and threads.
 */
public final class SftInterface implements ModelInterface {
  private final Optional<RouterLoss> router;

  /** Creates the interface; it has no hyper-parameters. */
  public SftInterface() {
    this(Optional.empty());
  }

  /** For networks with experts: training adds a loss that spreads tokens among them. */
  public SftInterface(RouterLoss router) {
    this(Optional.of(router));
  }

  private SftInterface(Optional<RouterLoss> router) {
    this.router = router;
  }

  /** What is minimised: reads {@code loss_mask} (BOOL, token) and the {@code token_logprobs}. */
  public static Objective objective() {
    return SftObjective.VALUE;
  }

  /** Writes the model in its own format, for HuggingFace models a HuggingFace directory. */
  @Override
  public void save(Model model, Path directory) {
    model.engine().save(directory);
  }

  /**
   * One optimizer step.
   *
   * @return {@code loss} (nats per learned token), {@code ppl} = exp(loss), {@code tokens} (all
   *     tokens of the batch), {@code target_tokens} (those learned), then the engine's {@code
   *     grad_norm}, {@code learning_rate} and others; with a {@link RouterLoss} its value is {@code
   *     router_loss}, and what it adds is not in {@code loss}
   * @throws InvalidInputException also if no token is to be learned
   */
  @Override
  public Metrics trainStep(Model model, NamedArray batch) {
    LearnedTokens learned = LearnedTokens.of(batch);
    if (learned.count() == 0) {
      throw new InvalidInputException(Problems.problem("tokens to learn", 0, "at least one"));
    }
    Objective objective = router.map(RouterLoss::objective).orElseGet(SftInterface::objective);
    Metrics engine = model.trainEngine().trainBatch(learned.batch(), objective);
    long tokens = batch.items().tokens();
    double imbalance = router.map(x -> RouterLoss.mean(engine)).orElse(0.0);
    double added = router.map(RouterLoss::coefficient).orElse(0.0) * imbalance;
    Map<String, Double> result = perplexity(engine.get("loss") - added, tokens, learned.count());
    router.ifPresent(x -> result.put(RouterLoss.STATISTIC, imbalance));
    engine.asMap().forEach(result::putIfAbsent);
    result.remove("weight");
    return Metrics.of(result);
  }

  /**
   * The mean loss over the learned tokens of all batches. Batches without one do not count.
   *
   * @return {@code loss}, {@code ppl}, {@code tokens} and {@code target_tokens}
   * @throws InvalidInputException if there is no token to learn in any batch
   */
  @Override
  public Metrics evaluate(Model model, Iterable<NamedArray> batches) {
    double sum = 0;
    long tokens = 0;
    long targets = 0;
    for (NamedArray batch : batches) {
      LearnedTokens learned = LearnedTokens.of(batch);
      tokens += batch.items().tokens();
      if (learned.count() > 0) {
        double loss = model.engine().evalBatch(learned.batch(), objective()).get("loss");
        sum += loss * learned.count();
        targets += learned.count();
      }
    }
    if (targets == 0) {
      throw new InvalidInputException(
          Problems.problem("tokens to evaluate", 0, "at least one over all batches"));
    }
    return Metrics.of(perplexity(sum / targets, tokens, targets));
  }

  /**
   * The log-probability of every token but the first of each sequence.
   *
   * @param batch {@code input_ids}; with an {@code output_mask} (BOOL, token) the others are 0
   * @return the batch's items with {@code token_logprobs} (F32, next-token), in nats
   */
  @Override
  public NamedArray inference(Model model, NamedArray batch) {
    return model.engine().forward(batch, Output.TOKEN_LOGPROBS);
  }

  private static Map<String, Double> perplexity(double loss, long tokens, long targets) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", loss);
    values.put("ppl", Math.exp(loss));
    values.put("tokens", (double) tokens);
    values.put("target_tokens", (double) targets);
    return values;
  }

  @Override
  public String toString() {
    return router.map(x -> "SftInterface(" + x + ")").orElse("SftInterface()");
  }

  /**
   * Registers {@code sft}. Arguments, for networks with experts: {@code router_aux_loss_coef} and
   * {@code num_experts_per_tok} of a {@link RouterLoss}.
   */
  public static final class Factory implements ModelInterfaceFactory {
    /** For {@link java.util.ServiceLoader}. */
    public Factory() {}

    @Override
    public String type() {
      return "sft";
    }

    @Override
    public ArgumentSchema schema() {
      return ArgumentSchema.none()
          .optional("router_aux_loss_coef", Double.class)
          .optional("num_experts_per_tok", Integer.class);
    }

    @Override
    public ModelInterface create(Arguments arguments) {
      Optional<Double> coefficient = arguments.find("router_aux_loss_coef", Double.class);
      int taken = arguments.find("num_experts_per_tok", Integer.class).orElse(2);
      return new SftInterface(coefficient.map(x -> new RouterLoss(x, taken)));
    }
  }
}
