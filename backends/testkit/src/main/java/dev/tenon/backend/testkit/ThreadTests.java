package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.tensor.NamedArray;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Tests of the thread contract: any thread, one at a time. */
abstract class ThreadTests extends EngineTests {
  private static final int CALLS = 1000;

  @Test
  public void aThousandCallsOfSixteenThreadsBehindALockGiveWhatOneThreadGets() throws Exception {
    behindALock(Executors.newFixedThreadPool(16));
  }

  @Test
  public void soDoVirtualThreads() throws Exception {
    behindALock(virtualThreads());
  }

  @Test
  public void withoutALockACallEitherGivesTheSameOrIsRefused() throws Exception {
    retrying(Executors.newFixedThreadPool(16));
  }

  @Test
  public void soItIsWithVirtualThreads() throws Exception {
    retrying(virtualThreads());
  }

  /** Present from Java 21 on, and this module is compiled for 17. */
  private static ExecutorService virtualThreads() throws ReflectiveOperationException {
    Optional<Method> factory =
        Arrays.stream(Executors.class.getMethods())
            .filter(x -> x.getName().equals("newVirtualThreadPerTaskExecutor"))
            .findFirst();
    applies(factory.isPresent() && Runtime.version().feature() >= 21);
    return (ExecutorService) factory.orElseThrow().invoke(null);
  }

  private void behindALock(ExecutorService threads) throws Exception {
    NamedArray[] batches = {batch(1), batch(2), batch(3)};
    ReentrantLock lock = new ReentrantLock();
    try (Model model = backend().initializeForInference(model())) {
      List<NamedArray> expected = alone(model, batches);
      everyCall(
          threads,
          i -> {
            lock.lock();
            try {
              assertThat(model.engine().forward(batches[i % 3], Output.TOKEN_LOGPROBS))
                  .isEqualTo(expected.get(i % 3));
            } finally {
              lock.unlock();
            }
          });
    }
  }

  private void retrying(ExecutorService threads) throws Exception {
    NamedArray[] batches = {batch(1), batch(2), batch(3)};
    try (Model model = backend().initializeForInference(model())) {
      List<NamedArray> expected = alone(model, batches);
      everyCall(
          threads,
          i -> {
            Optional<NamedArray> found = Optional.empty();
            while (found.isEmpty()) {
              found = attempt(model, batches[i % 3]);
            }
            assertThat(found.orElseThrow()).isEqualTo(expected.get(i % 3));
          });
    }
  }

  private static List<NamedArray> alone(Model model, NamedArray... batches) {
    List<NamedArray> results = new ArrayList<>();
    for (NamedArray batch : batches) {
      results.add(model.engine().forward(batch, Output.TOKEN_LOGPROBS));
    }
    return results;
  }

  private static Optional<NamedArray> attempt(Model model, NamedArray batch) {
    try {
      return Optional.of(model.engine().forward(batch, Output.TOKEN_LOGPROBS));
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageContainingAll("concurrent call", Thread.currentThread().getName());
      Thread.onSpinWait();
      return Optional.empty();
    }
  }

  private interface Call {
    void run(int number);
  }

  private static void everyCall(ExecutorService threads, Call call)
      throws InterruptedException, ExecutionException {
    try {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        int number = i;
        calls.add(
            () -> {
              call.run(number);
              return number;
            });
      }
      int done = 0;
      for (Future<Integer> each : threads.invokeAll(calls)) {
        assertThat(each.get()).isEqualTo(done++);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  public void aSecondConcurrentCallerIsToldBothNames() throws Exception {
    applies(supportsTraining());
    try (Model model = backend().initialize(model(), spec())) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      ExecutorService first =
          Executors.newSingleThreadExecutor(task -> new Thread(task, "the-first-caller"));
      try {
        Future<?> stay =
            first.submit(
                () ->
                    model
                        .trainEngine()
                        .parameters(
                            (name, tensor) -> {
                              inside.countDown();
                              await(leave);
                            }));
        inside.await();
        assertThatThrownBy(() -> model.engine().forward(batch(1), Output.LOGITS))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("the-first-caller")
            .hasMessageContaining(Thread.currentThread().getName());
        leave.countDown();
        stay.get();
      } finally {
        leave.countDown();
        first.shutdownNow();
      }
      assertThat(model.engine().forward(batch(1), Output.LOGITS).has("logits")).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
