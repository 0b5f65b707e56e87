package dev.tenon.modelinterface;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.Work.Ending;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Shares one model between threads. A worker owns one thread; every verb of its interface becomes a
 * {@link CompletableFuture}, and the calls run one after the other in the order they came.
 *
 * <p>Results. A verb's exception completes its future as it is. Cancelling a future, or a deadline
 * that passes, drops a call that waits and frees its place. A call that runs already goes on to its
 * end, because a half-done training step helps nobody, and its result is dropped; but {@code
 * generate} ends at its next step (by an interrupt of the worker's thread, see {@link
 * dev.tenon.model.Engine#generate}) and {@code evaluate} at its next batch.
 *
 * <p>Threads. All methods may be called from any thread and none waits, but {@link #close} and
 * {@link #drain}. What is chained to a future with {@code thenApply} and the like runs on the
 * worker's thread and holds up the calls behind it; use the {@code Async} forms for long work.
 * Waiting on the worker's thread for a call of the same worker is an error, not a deadlock. The
 * thread is a daemon: it does not keep a JVM alive whose application forgot to close the worker,
 * and there is no shutdown hook, so close it before the JVM ends.
 *
 * <p>The model stays the caller's: nobody else may call its engine while the worker is open, and
 * the caller closes it after the worker.
 */
public final class ModelWorker implements ModelVerbs, AutoCloseable {
  /** Calls that may wait, unless the constructor says otherwise. */
  public static final int DEFAULT_QUEUE_LIMIT = 64;

  private final Model model;
  private final ModelInterface algorithm;
  private final WorkQueue queue;
  private final Thread thread;

  /** A worker whose queue holds {@link #DEFAULT_QUEUE_LIMIT} calls. */
  public ModelWorker(Model model, ModelInterface algorithm) {
    this(model, algorithm, DEFAULT_QUEUE_LIMIT);
  }

  /**
   * Starts a worker.
   *
   * @param model running; closed by the caller, after the worker
   * @param algorithm what the calls do
   * @param queueLimit most calls that wait, the running one not counted; &gt; 0
   * @throws InvalidInputException if the model does not run or the limit is not positive
   */
  public ModelWorker(Model model, ModelInterface algorithm, int queueLimit) {
    if (queueLimit <= 0) {
      throw new InvalidInputException(Problems.problem("queue limit", queueLimit, "> 0"));
    }
    model.engine(); // a model that does not run is refused here, not in each call
    this.model = model;
    this.algorithm = algorithm;
    this.queue = new WorkQueue("worker of model " + model.name(), queueLimit);
    this.thread = new Thread(queue::run, "tenon-worker-" + model.name());
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * The same verbs with a deadline for each call, counted from the call on. When it passes, the
   * future completes with {@link dev.tenon.error.DeadlineExceededException}.
   *
   * @param deadline &gt; 0
   */
  public ModelVerbs within(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new InvalidInputException(Problems.problem("deadline", deadline, "> 0"));
    }
    return new Verbs(Optional.of(deadline));
  }

  @Override
  public CompletableFuture<Path> save(Path directory) {
    return new Verbs(Optional.empty()).save(directory);
  }

  @Override
  public CompletableFuture<Metrics> evaluate(Iterable<NamedArray> batches) {
    return new Verbs(Optional.empty()).evaluate(batches);
  }

  @Override
  public CompletableFuture<NamedArray> inference(NamedArray batch) {
    return new Verbs(Optional.empty()).inference(batch);
  }

  @Override
  public CompletableFuture<NamedArray> generate(NamedArray prompts) {
    return new Verbs(Optional.empty()).generate(prompts);
  }

  @Override
  public CompletableFuture<Metrics> trainStep(NamedArray batch) {
    return new Verbs(Optional.empty()).trainStep(batch);
  }

  /** Calls that wait now; the running one is not counted. */
  public int waiting() {
    return queue.waiting();
  }

  /**
   * Takes no more calls, runs those that wait, and closes. When the time is up it closes with what
   * is left, as {@link #close} does; on the worker's own thread the time is up at once.
   */
  public void drain(Duration atMost) {
    if (Thread.currentThread() != thread) {
      queue.drain(atMost);
    }
    close();
  }

  /**
   * Takes no more calls. Those that wait, and a generation or evaluation that runs, complete with
   * {@link dev.tenon.error.EngineClosedException}; any other running call is waited for. Then the
   * thread has ended. Idempotent. On the worker's own thread, in something chained to a future, it
   * does not wait.
   */
  @Override
  public void close() {
    queue.close();
    if (Thread.currentThread() != thread) {
      joinThread();
    }
  }

  /** The end of the thread is what close promises, so an interrupt is kept for later. */
  private void joinThread() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "ModelWorker(" + model + ", " + algorithm + ", " + queue + ")";
  }

  private final class Verbs implements ModelVerbs {
    private final Optional<Duration> deadline;

    private Verbs(Optional<Duration> deadline) {
      this.deadline = deadline;
    }

    @Override
    public CompletableFuture<Path> save(Path directory) {
      return call(
          "save",
          Ending.RUNS_TO_ITS_END,
          dropped -> {
            algorithm.save(model, directory);
            return directory;
          });
    }

    @Override
    public CompletableFuture<Metrics> evaluate(Iterable<NamedArray> batches) {
      return call(
          "evaluate", Ending.ASKS, dropped -> algorithm.evaluate(model, until(dropped, batches)));
    }

    @Override
    public CompletableFuture<NamedArray> inference(NamedArray batch) {
      return call(
          "inference", Ending.RUNS_TO_ITS_END, dropped -> algorithm.inference(model, batch));
    }

    @Override
    public CompletableFuture<NamedArray> generate(NamedArray prompts) {
      return call("generate", Ending.INTERRUPT, dropped -> algorithm.generate(model, prompts));
    }

    @Override
    public CompletableFuture<Metrics> trainStep(NamedArray batch) {
      return call(
          "trainStep", Ending.RUNS_TO_ITS_END, dropped -> algorithm.trainStep(model, batch));
    }

    private <T> CompletableFuture<T> call(
        String verb, Ending ending, Function<BooleanSupplier, T> body) {
      return queue.add(new Work<>(verb, ending, body, new Reply<>(thread), deadline));
    }
  }

  /** The batches, until nobody waits for what is measured over them. */
  private static Iterable<NamedArray> until(BooleanSupplier dropped, Iterable<NamedArray> batches) {
    return () -> {
      Iterator<NamedArray> iterator = batches.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          if (dropped.getAsBoolean()) {
            throw new CancellationException("evaluate: dropped");
          }
          return iterator.hasNext();
        }

        @Override
        public NamedArray next() {
          return iterator.next();
        }
      };
    };
  }
}
