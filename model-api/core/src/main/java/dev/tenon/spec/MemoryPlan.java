package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * What training takes, told before anything is allocated. All numbers are bytes, of one process: of
 * a backend that runs on ranks, of each rank.
 *
 * @param weights the parameters
 * @param gradients of the parameters that train; twice with several micro-batches, for one is added
 *     to another
 * @param optimizer what the optimizer remembers
 * @param activations what the blocks keep from the forward to the backward pass of one micro-batch,
 *     and one block's working values
 * @param logits one chunk of logits with its gradients
 * @param view the folded weights that a train engine makes when it generates, and drops with the
 *     next step
 * @param cache keys and values if the whole batch generates
 * @param host the process without any model: the JVM or Python, and the native libraries
 * @param scratch what the process takes on top while it works: compiled code and heap of the JVM,
 *     buffers of kernels, and what the allocator cannot use again at once
 * @param stored weights, gradients and moments that wait in memory until the device works on them;
 *     0 where the device holds all of them
 * @param disk of files that hold what else would be stored; no memory
 * @param frames what the largest call carries to all ranks, in the JVM, and so of no rank; 0
 *     without ranks
 * @param remedies what to change, and what the peak would be then: the largest saving first
 */
public record MemoryPlan(
    long weights,
    long gradients,
    long optimizer,
    long activations,
    long logits,
    long view,
    long cache,
    long host,
    long scratch,
    long stored,
    long disk,
    long frames,
    List<Remedy> remedies) {
  /** Checks and sorts. */
  public MemoryPlan {
    Problems problems = new Problems();
    Map<String, Long> parts = new TreeMap<>();
    parts.put("weights", weights);
    parts.put("gradients", gradients);
    parts.put("optimizer", optimizer);
    parts.put("activations", activations);
    parts.put("logits", logits);
    parts.put("view", view);
    parts.put("cache", cache);
    parts.put("host", host);
    parts.put("scratch", scratch);
    parts.put("stored", stored);
    parts.put("disk", disk);
    parts.put("frames", frames);
    parts.forEach((name, bytes) -> problems.check(bytes >= 0, name, bytes, ">= 0 bytes"));
    problems.throwIfAny(InvalidInputException::new);
    remedies =
        remedies.stream().sorted((a, b) -> Long.compare(a.trainingBytes, b.trainingBytes)).toList();
  }

  /** Of a backend whose device holds everything. */
  public MemoryPlan(
      long weights,
      long gradients,
      long optimizer,
      long activations,
      long logits,
      long view,
      long cache,
      long host,
      long scratch,
      List<Remedy> remedies) {
    this(
        weights,
        gradients,
        optimizer,
        activations,
        logits,
        view,
        cache,
        host,
        scratch,
        0,
        0,
        0,
        remedies);
  }

  /**
   * A change and what it gives.
   *
   * @param change in the words of {@link FinetuneSpec}
   * @param trainingBytes the peak of training then
   */
  public record Remedy(String change, long trainingBytes) {}

  /** The peak of training. */
  public long trainingBytes() {
    return sum(weights, gradients, optimizer, activations, logits, host, scratch, stored);
  }

  /** The peak if the same engine generates between steps. */
  public long generationBytes() {
    return sum(weights, optimizer, view, cache, host, scratch, stored);
  }

  /** The larger of both peaks. */
  public long peakBytes() {
    return Math.max(trainingBytes(), generationBytes());
  }

  private static long sum(long... parts) {
    return LongStream.of(parts).reduce(0, Math::addExact);
  }

  /** Each part in MB, the peaks, and the remedies. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("MemoryPlan(weights " + megabytes(weights));
    text.append(", gradients ").append(megabytes(gradients));
    text.append(", optimizer ").append(megabytes(optimizer));
    text.append(", activations ").append(megabytes(activations));
    text.append(", logits ").append(megabytes(logits));
    text.append(", view ").append(megabytes(view));
    text.append(", cache ").append(megabytes(cache));
    text.append(", host ").append(megabytes(host));
    optional(text, "scratch", scratch);
    optional(text, "stored", stored);
    optional(text, "disk", disk);
    optional(text, "frames", frames);
    text.append("; training ").append(megabytes(trainingBytes()));
    text.append(", generation ").append(megabytes(generationBytes()));
    for (Remedy remedy : remedies) {
      text.append("; with ").append(remedy.change()).append(' ');
      text.append(megabytes(remedy.trainingBytes()));
    }
    return text.append(')').toString();
  }

  private static void optional(StringBuilder text, String part, long bytes) {
    if (bytes > 0) {
      text.append(", ").append(part).append(' ').append(megabytes(bytes));
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
