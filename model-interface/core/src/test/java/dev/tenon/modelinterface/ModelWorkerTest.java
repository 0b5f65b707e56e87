package dev.tenon.modelinterface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeEngine;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.backend.testkit.ScriptedEngine;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.DeadlineExceededException;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.QueueFullException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.generation.GenerationInterface;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Long, because threads can meet in many ways, and each way is a test. */
@Timeout(30)
class ModelWorkerTest {
  private static final Duration SOON = Duration.ofMillis(50);
  private static final Duration LATER = Duration.ofSeconds(20);

  private final Gate gate = new Gate();
  private final Model model =
      new FakeBackend()
          .with(ExampleObjectives.sft())
          .initialize(
              FakeNetwork.of(258, 512).model("toy", new ByteTokenizer()),
              FinetuneSpec.openEnded().learningRate(0.05).schedule(Schedule.constant(0)));
  private final NamedArray batch = batch("abc");

  @AfterEach
  void letEverythingEnd() {
    gate.open.countDown();
  }

  @Test
  void offersTheFiveVerbs(@TempDir Path directory) {
    try (ModelWorker worker = new ModelWorker(model, new SftInterface())) {
      double before = worker.evaluate(List.of(batch)).join().get("loss");
      assertThat(worker.trainStep(batch).join().get("loss")).isEqualTo(before);
      assertThat(worker.evaluate(List.of(batch)).join().get("loss")).isLessThan(before);
      assertThat(worker.inference(batch).join().has("token_logprobs")).isTrue();
      Path saved = worker.save(directory.resolve("out")).join();
      assertThat(Files.exists(saved)).isTrue();
    }
    Model generating = ScriptedEngine.model(new ByteTokenizer(), 64, (p, a) -> new long[] {7});
    GenerationInterface algorithm = new GenerationInterface(GenerationOptions.greedy(3));
    try (ModelWorker worker = new ModelWorker(generating, algorithm)) {
      assertThat(worker.generate(batch).join().get("input_ids").toLongs())
          .containsExactly('a', 'b', 'c', 7, 7, 7);
    }
  }

  @Test
  void aVerbsExceptionCompletesTheFutureAsItIs() {
    try (ModelWorker worker = new ModelWorker(model, new GenerationInterface(options(1)))) {
      assertThatThrownBy(() -> worker.trainStep(batch).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageStartingWith("verb of GenerationInterface: trainStep");
    }
    AssertionError thrown = new AssertionError("an Error, too");
    try (ModelWorker worker = new ModelWorker(model, failing(thrown))) {
      assertThat(failure(worker.trainStep(batch))).isSameAs(thrown);
      assertThat(failure(worker.trainStep(batch))).isSameAs(thrown); // the thread lives on
    }
  }

  @Test
  void sixteenThreadsShareOneModel() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    List<Integer> most = Collections.synchronizedList(new ArrayList<>());
    ModelInterface counting =
        new ModelInterface() {
          @Override
          public Metrics trainStep(Model running, NamedArray x) {
            most.add(inside.incrementAndGet());
            Metrics metrics = new SftInterface().trainStep(running, x);
            inside.decrementAndGet();
            return metrics;
          }
        };
    ExecutorService clients = Executors.newFixedThreadPool(16);
    try (ModelWorker worker = new ModelWorker(model, counting, 1000)) {
      List<Future<Metrics>> calls =
          IntStream.range(0, 64)
              .mapToObj(i -> clients.submit(() -> worker.trainStep(batch).get()))
              .toList();
      for (Future<Metrics> call : calls) {
        assertThat(call.get().get("loss")).isPositive();
      }
    } finally {
      clients.shutdown();
    }
    assertThat(model.trainEngine().version()).isEqualTo(64);
    assertThat(most).hasSize(64).containsOnly(1);
  }

  @Test
  void refusesWhenFullNamingTheLimit() throws Exception {
    try (ModelWorker worker = new ModelWorker(model, gate, 2)) {
      CompletableFuture<Metrics> running = gate.enter(worker);
      List<CompletableFuture<Metrics>> waiting =
          List.of(worker.trainStep(batch), worker.trainStep(batch));
      assertThat(failure(worker.trainStep(batch)))
          .isInstanceOf(QueueFullException.class)
          .hasMessage(
              "trainStep on the worker of model toy: 2 calls wait (expected: fewer than 2)");
      assertThat(worker).hasToString("ModelWorker(" + model + ", gate, 2 of 2 calls wait)");
      gate.open.countDown();
      running.join();
      waiting.forEach(CompletableFuture::join);
      worker.trainStep(batch).join();
    }
  }

  @Test
  void aCancelledCallThatWaitsNeverRunsAndFreesItsPlace() throws Exception {
    try (ModelWorker worker = new ModelWorker(model, gate, 1)) {
      CompletableFuture<Metrics> running = gate.enter(worker);
      CompletableFuture<Metrics> waiting = worker.trainStep(batch);
      assertThat(waiting.cancel(true)).isTrue();
      assertThat(worker.waiting()).isZero();
      CompletableFuture<Metrics> next = worker.trainStep(batch);
      gate.open.countDown();
      running.join();
      next.join();
      assertThat(gate.calls).hasValue(2);
    }
  }

  @Test
  void aDeadlineDropsWhatWaitsAndGivesUpOnWhatRuns() throws Exception {
    try (ModelWorker worker = new ModelWorker(model, gate)) {
      CompletableFuture<Metrics> running = worker.within(SOON).trainStep(batch);
      gate.entered.await();
      CompletableFuture<Metrics> waiting = worker.within(SOON).trainStep(batch);
      CompletableFuture<Metrics> patient = worker.within(LATER).trainStep(batch);
      assertThat(failure(waiting))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessage("deadline of trainStep: passed (expected: done within PT0.05S)");
      assertThat(failure(running)).isInstanceOf(DeadlineExceededException.class);
      assertThat(worker.waiting()).isEqualTo(1);
      gate.open.countDown();
      patient.join();
      assertThat(gate.calls).hasValue(2);
    }
  }

  @Test
  void longDeadlinesAreAllowedAndNonPositiveOnesAreNot() {
    try (ModelWorker worker = new ModelWorker(model, new SftInterface())) {
      worker.within(Duration.ofSeconds(Long.MAX_VALUE)).trainStep(batch).join();
      assertThatThrownBy(() -> worker.within(Duration.ZERO))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("deadline: PT0S (expected: > 0)");
    }
    assertThatThrownBy(() -> new ModelWorker(model, gate, 0))
        .hasMessage("queue limit: 0 (expected: > 0)");
    Model network = FakeNetwork.of(258, 8).model("toy", new ByteTokenizer());
    assertThatThrownBy(() -> new ModelWorker(network, gate))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("module: Network");
  }

  @Test
  void aCancelledGenerationEndsAtItsNextStepAndTheNextCallIsWhole() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger steps = new AtomicInteger();
    Model slow =
        ScriptedEngine.model(
            new ByteTokenizer(),
            1 << 20,
            (p, a) -> {
              begun.countDown();
              steps.incrementAndGet();
              return new long[] {7};
            });
    GenerationInterface algorithm = new GenerationInterface(options(1 << 19));
    try (ModelWorker worker = new ModelWorker(slow, algorithm)) {
      CompletableFuture<NamedArray> endless = worker.generate(batch);
      begun.await();
      endless.cancel(false);
      CompletableFuture<NamedArray> empty = worker.generate(batch);
      Thread.sleep(20);
      empty.cancel(false);
    }
    assertThat(steps.get()).isLessThan(1 << 19);
  }

  @Test
  void anInterruptForOneCallDoesNotReachTheNext() {
    Model model = ScriptedEngine.model(new ByteTokenizer(), 64, (p, a) -> new long[] {7});
    try (ModelWorker worker = new ModelWorker(model, new GenerationInterface(options(5)))) {
      for (int i = 0; i < 500; i++) {
        worker.generate(batch).cancel(true);
        assertThat(worker.generate(batch).join().get("input_ids").size()).isEqualTo(3 + 5);
      }
    }
  }

  @Test
  void aDroppedEvaluationEndsAtItsNextBatch() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Iterable<NamedArray> endless =
        () -> Stream.generate(() -> batch).peek(x -> begun.countDown()).iterator();
    try (ModelWorker worker = new ModelWorker(model, new SftInterface())) {
      CompletableFuture<Metrics> evaluation = worker.evaluate(endless);
      begun.await();
      evaluation.cancel(false);
      worker.trainStep(batch).join();
    }
  }

  @Test
  void closeRefusesWhatWaitsAndWaitsForWhatRuns() throws Exception {
    ModelWorker worker = new ModelWorker(model, gate);
    CompletableFuture<Metrics> running = gate.enter(worker);
    CompletableFuture<Metrics> waiting = worker.trainStep(batch);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(worker::close);
    assertThat(failure(waiting))
        .isInstanceOf(EngineClosedException.class)
        .hasMessage(
            "trainStep on the worker of model toy: closed (expected: a worker that is open)");
    assertThat(closing).isNotDone();
    gate.open.countDown();
    closing.join();
    assertThat(running.join()).isEqualTo(Metrics.empty());
    worker.close();
    assertThat(failure(worker.inference(batch))).isInstanceOf(EngineClosedException.class);
    assertThat(workerThreads()).isEmpty();
    assertThat(((FakeEngine) model.engine()).isClosed()).isFalse();
  }

  @Test
  void closeEndsARunningGeneration() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Model slow =
        ScriptedEngine.model(
            new ByteTokenizer(),
            1 << 20,
            (p, a) -> {
              begun.countDown();
              return new long[] {7};
            });
    ModelWorker worker = new ModelWorker(slow, new GenerationInterface(options(1 << 19)));
    CompletableFuture<NamedArray> endless = worker.generate(batch);
    begun.await();
    worker.close();
    assertThat(failure(endless)).isInstanceOf(EngineClosedException.class);
  }

  @Test
  void drainRunsWhatWaitsWithinItsTime() throws Exception {
    ModelWorker worker = new ModelWorker(model, gate);
    CompletableFuture<Metrics> running = gate.enter(worker);
    CompletableFuture<Metrics> waiting = worker.trainStep(batch);
    CompletableFuture<Void> draining = CompletableFuture.runAsync(() -> worker.drain(LATER));
    while (!worker.trainStep(batch).isCompletedExceptionally()) {
      Thread.onSpinWait(); // until drain has begun
    }
    gate.open.countDown();
    draining.join();
    running.join();
    waiting.join();
  }

  @Test
  void drainRefusesWhatIsLeftWhenItsTimeIsUp() throws Exception {
    ModelWorker worker = new ModelWorker(model, gate);
    gate.enter(worker);
    CompletableFuture<Metrics> waiting = worker.trainStep(batch);
    CompletableFuture<Void> draining = CompletableFuture.runAsync(() -> worker.drain(SOON));
    assertThat(failure(waiting)).isInstanceOf(EngineClosedException.class);
    gate.open.countDown();
    draining.join();
  }

  @Test
  void whatIsChainedToAFutureCanCallAgainAndCloseButNotWait() throws Exception {
    ModelWorker worker = new ModelWorker(model, gate);
    CompletableFuture<Metrics> first = gate.enter(worker);
    CompletableFuture<Throwable> waited =
        first.thenApply(x -> failure(worker.trainStep(batch).thenApply(y -> y)));
    CompletableFuture<Metrics> again = first.thenCompose(x -> worker.trainStep(batch));
    CompletableFuture<Void> closed = again.thenRun(worker::close);
    gate.open.countDown();
    assertThat(waited.get(10, TimeUnit.SECONDS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("on its own thread tenon-worker-toy");
    closed.get(10, TimeUnit.SECONDS);
    worker.close();
    assertThat(workerThreads()).isEmpty();
  }

  @Test
  void aClosingThreadKeepsItsInterrupt() throws Exception {
    ModelWorker worker = new ModelWorker(model, gate);
    gate.enter(worker);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread closing =
        new Thread(
            () -> {
              worker.close();
              interrupted.complete(Thread.currentThread().isInterrupted());
            });
    closing.start();
    closing.interrupt();
    gate.open.countDown();
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void itsThreadIsADaemonNamedForTheModel() throws Exception {
    try (ModelWorker worker = new ModelWorker(model, gate)) {
      gate.enter(worker);
      assertThat(workerThreads()).singleElement().matches(Thread::isDaemon);
      gate.open.countDown();
    }
  }

  private static List<Thread> workerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(x -> x.getName().equals("tenon-worker-toy"))
        .toList();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      future.join();
    } catch (CompletionException e) {
      return e.getCause();
    } catch (RuntimeException e) {
      return e;
    }
    throw new AssertionError("no failure");
  }

  private static GenerationOptions options(int maxNewTokens) {
    return GenerationOptions.greedy(maxNewTokens).ignoringEos();
  }

  private static ModelInterface failing(Error error) {
    return new ModelInterface() {
      @Override
      public Metrics trainStep(Model running, NamedArray x) {
        throw error;
      }
    };
  }

  private static NamedArray batch(String text) {
    long[] ids = text.chars().asLongStream().toArray();
    return NamedArray.builder(Items.of(List.of("a"), List.of(ids.length)))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }

  /** A trainStep that takes until the gate is open. */
  private static final class Gate implements ModelInterface {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();

    private CompletableFuture<Metrics> enter(ModelWorker worker) throws InterruptedException {
      CompletableFuture<Metrics> call = worker.trainStep(NamedArray.of(Map.of()));
      entered.await();
      return call;
    }

    @Override
    public Metrics trainStep(Model model, NamedArray batch) {
      calls.incrementAndGet();
      entered.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new AssertionError("a step is never interrupted", e);
      }
      return Metrics.empty();
    }

    @Override
    public String toString() {
      return "gate";
    }
  }
}
