package dev.tenon.catalog.internal.archive;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an archive may cost its reader.
 *
 * @param bytes of all contents
 * @param entries files and directories, those that only a path mentions among them
 * @param ratio unpacked to packed bytes, looked at after the first MiB unpacked
 * @param depth directories above a file
 * @param entryBytes of one content
 */
public record ArchiveBudget(long bytes, int entries, int ratio, int depth, long entryBytes) {
  /** Of an archive that carries one description. */
  public static final ArchiveBudget DESCRIPTION =
      new ArchiveBudget(4 << 20, 10_000, 200, 16, 4 << 20);

  private static final int MODEL_ENTRIES = 100_000;

  /** Checks. */
  public ArchiveBudget {
    if (bytes < 0 || entries < 1 || ratio < 1 || depth < 0 || entryBytes < 0) {
      String all = bytes + ", " + entries + ", " + ratio + ", " + depth + ", " + entryBytes;
      throw new InvalidInputException(
          Problems.problem("archive budget", all, "entries and ratio from 1, the others from 0"));
    }
  }

  /**
   * Of an archive that carries the files of a model: what fits on the disk, and no more than the
   * caller allows.
   *
   * @param destination where it will be unpacked; it need not exist
   * @param mostBytes of all contents
   */
  public static ArchiveBudget model(Path destination, long mostBytes) throws IOException {
    Path there = destination.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    long bytes = Math.min(mostBytes, Files.getFileStore(there).getUsableSpace());
    return new ArchiveBudget(bytes, MODEL_ENTRIES, DESCRIPTION.ratio(), DESCRIPTION.depth(), bytes);
  }
}
