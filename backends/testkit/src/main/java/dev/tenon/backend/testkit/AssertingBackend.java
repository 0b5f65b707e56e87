package dev.tenon.backend.testkit;

import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferenceSpec;
import java.util.Set;

/**
 * A backend that watches another one: every call of its engines and sessions is checked against the
 * contract of {@link Engine}, {@link TrainEngine} and {@link
 * dev.tenon.generation.GenerationSession}, before and after it is passed on. What breaks the
 * contract is an {@link AssertionError} that names the call, what was found and the rule. Put it
 * around a backend in any test; only speed changes. As safe for threads as the backend.
 */
public final class AssertingBackend implements ModelBackend {
  private final ModelBackend backend;

  /** Watches a backend. */
  public AssertingBackend(ModelBackend backend) {
    this.backend = backend;
  }

  /** Watches the engine of a running model. */
  public static Model wrap(Model model) {
    return wrap(model, model.network().trainable());
  }

  private static Model wrap(Model model, Set<String> trained) {
    Engine engine = model.engine();
    return model.withModule(
        engine instanceof TrainEngine train
            ? new AssertingTrainEngine(train, trained)
            : new AssertingEngine(engine));
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Model initialize(Model model, FinetuneSpec spec) {
    Model running = backend.initialize(model, spec);
    Contract.check(
        running.module() instanceof TrainEngine, "initialize", running.module(), "a TrainEngine");
    checkSame("initialize", model, running);
    return wrap(running, model.network().trained(spec));
  }

  @Override
  public Model initializeForInference(Model model) {
    return initializeForInference(model, InferenceSpec.defaults());
  }

  @Override
  public Model initializeForInference(Model model, InferenceSpec spec) {
    Model running = backend.initializeForInference(model, spec);
    Contract.check(
        running.module() instanceof Engine,
        "initializeForInference",
        running.module(),
        "an Engine");
    checkSame("initializeForInference", model, running);
    return wrap(running);
  }

  private static void checkSame(String call, Model before, Model after) {
    Contract.check(before.name().equals(after.name()), call, after, "the name " + before.name());
    Contract.check(before.device().equals(after.device()), call, after, "on " + before.device());
    Contract.check(
        before.tokenizer() == after.tokenizer(), call, after, "the tokenizer it was given");
  }
}
