package dev.tenon.backend.testkit.faults;

import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.Problems;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Train steps at which an engine loses its worker, counted from 1 over all engines that share this
 * plan, so that an engine that takes another's place goes on counting. A call that is lost does
 * nothing. Safe for threads.
 */
public final class WorkerLosses {
  private final Set<Long> at;
  private final AtomicLong calls = new AtomicLong();

  private WorkerLosses(Set<Long> at) {
    this.at = at;
  }

  /** No loss. */
  public static WorkerLosses none() {
    return new WorkerLosses(Set.of());
  }

  /** Losses at the calls with these numbers. */
  public static WorkerLosses at(Long... calls) {
    return new WorkerLosses(Set.of(calls));
  }

  /** Calls so far, lost ones included. */
  public long calls() {
    return calls.get();
  }

  /**
   * Counts a call.
   *
   * @throws WorkerLostException if it is one to be lost
   */
  public void count() {
    long call = calls.incrementAndGet();
    if (at.contains(call)) {
      throw new WorkerLostException(Problems.problem("worker", "lost at call " + call, "alive"));
    }
  }
}
