package dev.tenon.backend.testkit;

import dev.tenon.backend.testkit.faults.WorkerLosses;
import dev.tenon.backend.testkit.objectives.TwinnedObjective;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A backend in plain Java for tests of algorithms, loops and other backends: it trains and runs a
 * {@link FakeNetwork} with analytic gradients, in float64 with F32 weights and optimizer state. It
 * keeps every promise of {@link ModelBackend} but speed; it needs no native library.
 *
 * <p>It cannot run an objective's text. For a {@link dev.tenon.objective.TextObjective} it runs the
 * twin that was registered under the objective's name: for each micro-batch or, if the objective is
 * coupled, once for the whole batch. A {@link dev.tenon.objective.JavaObjective} needs no twin.
 * Immutable and safe for threads.
 */
public final class FakeBackend implements ModelBackend {
  /** The registered name. */
  public static final String NAME = "fake";

  private static final Set<Head> HEADS =
      EnumSet.of(Head.CAUSAL_LM, Head.VALUE, Head.SEQUENCE_CLASSIFICATION, Head.POOLED_EMBEDDING);

  private final SortedMap<String, Function<Map<String, Double>, LossFunction>> twins;
  private final WorkerLosses losses;

  /** A backend that knows no twin yet. */
  public FakeBackend() {
    this(new TreeMap<>(), WorkerLosses.none());
  }

  private FakeBackend(
      SortedMap<String, Function<Map<String, Double>, LossFunction>> twins, WorkerLosses losses) {
    this.twins = Collections.unmodifiableSortedMap(new TreeMap<>(twins));
    this.losses = losses;
  }

  /**
   * The same backend whose engines play to compute in a worker that is lost at some train steps; an
   * engine whose worker is lost does nothing any more but close.
   */
  public FakeBackend losing(WorkerLosses plan) {
    return new FakeBackend(twins, plan);
  }

  WorkerLosses losses() {
    return losses;
  }

  /** The same backend with the twin of an objective that has no hyper-parameters. */
  public FakeBackend withTwin(String objective, LossFunction twin) {
    return withTwin(objective, hyperParameters -> twin);
  }

  /**
   * The same backend with one more twin.
   *
   * @param objective the name of the text objective it stands for
   * @param twin given the objective's hyper-parameters, loss and gradient as the text computes them
   */
  public FakeBackend withTwin(String objective, Function<Map<String, Double>, LossFunction> twin) {
    SortedMap<String, Function<Map<String, Double>, LossFunction>> more = new TreeMap<>(twins);
    more.put(objective, twin);
    return new FakeBackend(more, losses);
  }

  /** The same backend with the twins of examples. */
  public FakeBackend with(TwinnedObjective... objectives) {
    FakeBackend backend = this;
    for (TwinnedObjective objective : objectives) {
      backend = backend.withTwin(objective.name(), objective.twin());
    }
    return backend;
  }

  /** What an engine runs for an objective. */
  RunningObjective running(Objective objective) {
    return RunningObjective.of(objective, twins);
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * See {@link ModelBackend#initialize}.
   *
   * @throws UnsupportedFeatureException for another precision than F32, gradient checkpointing, or
   *     a head that it cannot run
   */
  @Override
  public Model initialize(Model model, FinetuneSpec spec) {
    FakeNetwork network = network(model);
    Problems problems = new Problems();
    problems.check(spec.precision() == Precision.F32, "precision", spec.precision(), "F32");
    problems.check(
        !spec.gradientCheckpointing(), "gradient checkpointing", true, "false with fake engines");
    problems.throwIfAny(UnsupportedFeatureException::new);
    // Refuses a decaying schedule without its total before anything is loaded.
    double unused = spec.scheduleFactor(0);
    return model.withModule(new FakeTrainEngine(this, network, spec));
  }

  @Override
  public Model initializeForInference(Model model) {
    return model.withModule(new FakeEngine(this, network(model), Integer.MAX_VALUE));
  }

  private static FakeNetwork network(Model model) {
    Problems problems = new Problems();
    problems.check(
        model.device().type().equals("cpu"),
        "device of model " + model.name(),
        model.device(),
        "cpu");
    if (model.module() instanceof FakeNetwork network) {
      problems.check(HEADS.contains(network.head()), "head", network.head(), "one of " + HEADS);
      problems.throwIfAny(UnsupportedFeatureException::new);
      return network;
    }
    throw new InvalidInputException(
        Problems.problem(
            "module of model " + model.name(),
            model.module().getClass().getSimpleName(),
            "a FakeNetwork that no backend has initialised"));
  }
}
