package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * What inference takes, told before anything is allocated. All numbers are bytes.
 *
 * @param weights the parameters, as this machine's kernels hold them in the precision
 * @param cache keys and values if the whole batch generates, or of one layer if nothing does
 * @param activations what one pass over the prompts works on
 * @param logits one chunk of logits and what is made of them
 * @param host the process without any model: the JVM and the native libraries
 * @param scratch what the process takes on top while it works: compiled code and heap of the JVM,
 *     buffers of kernels
 */
public record InferencePlan(
    long weights, long cache, long activations, long logits, long host, long scratch) {
  /** Checks the numbers. */
  public InferencePlan {
    Problems problems = new Problems();
    problems.check(weights >= 0, "weights", weights, ">= 0 bytes");
    problems.check(cache >= 0, "cache", cache, ">= 0 bytes");
    problems.check(activations >= 0, "activations", activations, ">= 0 bytes");
    problems.check(logits >= 0, "logits", logits, ">= 0 bytes");
    problems.check(host >= 0, "host", host, ">= 0 bytes");
    problems.check(scratch >= 0, "scratch", scratch, ">= 0 bytes");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** All of it. */
  public long peakBytes() {
    return LongStream.of(weights, cache, activations, logits, host, scratch)
        .reduce(0, Math::addExact);
  }

  /** Each part in MB, and the peak. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "InferencePlan(weights %.1f MB, cache %.1f MB, activations %.1f MB, logits %.1f MB,"
            + " host %.1f MB, scratch %.1f MB; peak %.1f MB)",
        weights / 1e6,
        cache / 1e6,
        activations / 1e6,
        logits / 1e6,
        host / 1e6,
        scratch / 1e6,
        peakBytes() / 1e6);
  }
}
