package dev.tenon.catalog.source.git;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * What a repository may cost.
 *
 * @param bytes of the pack that comes, and of all files that are written
 * @param entries files and directories
 */
public record GitLimits(long bytes, int entries) {
  /** 1 TiB in 100,000 files and directories. */
  public static final GitLimits DEFAULT = new GitLimits(1L << 40, 100_000);

  /** Checks. */
  public GitLimits {
    if (bytes < 1 || entries < 1) {
      throw new InvalidInputException(
          Problems.problem("limits of git", bytes + ", " + entries, "positive"));
    }
  }
}
