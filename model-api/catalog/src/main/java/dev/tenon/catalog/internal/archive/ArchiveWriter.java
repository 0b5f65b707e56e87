package dev.tenon.catalog.internal.archive;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Writes archives whose bytes are those of the files alone. Safe for threads. */
public final class ArchiveWriter {
  private static final int MODE = 0100644;
  private static final int LEVEL = 6;

  private ArchiveWriter() {}

  /**
   * Packs all files below a directory: sorted by path, without times, owners and empty directories.
   * Equal files give equal bytes on one Java platform; another one's deflate may differ. The file
   * is whole afterwards, or as it was.
   *
   * @throws InvalidInputException if a name could not be read back
   * @throws CheckpointException if the tree holds a link
   * @throws IOException if a file cannot be read or written
   */
  public static void writeTarGz(Path directory, Path file) throws IOException {
    SortedMap<String, Path> files = FileTree.files(directory);
    ArchiveBudget budget =
        new ArchiveBudget(Long.MAX_VALUE, Integer.MAX_VALUE, 1, Integer.MAX_VALUE, Long.MAX_VALUE);
    EntryNames names = new EntryNames(String.valueOf(file.getFileName()), budget);
    files.keySet().forEach(name -> names.accept(name, false));
    Path fresh = Durable.temporaryBeside(file.toAbsolutePath());
    try {
      try (OutputStream out = Files.newOutputStream(fresh, StandardOpenOption.CREATE_NEW)) {
        write(files, out);
      }
      Durable.syncFile(fresh);
      Durable.rename(fresh, file.toAbsolutePath());
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void write(SortedMap<String, Path> files, OutputStream out) throws IOException {
    GzipParameters parameters = new GzipParameters();
    parameters.setCompressionLevel(LEVEL);
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new GzipCompressorOutputStream(new BufferedOutputStream(out), parameters),
            StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      for (Map.Entry<String, Path> each : files.entrySet()) {
        tar.putArchiveEntry(entry(each.getKey(), Files.size(each.getValue())));
        Files.copy(each.getValue(), tar);
        tar.closeArchiveEntry();
      }
    }
  }

  private static TarArchiveEntry entry(String name, long size) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setModTime(0L);
    entry.setMode(MODE);
    entry.setIds(0, 0);
    entry.setNames("", "");
    return entry;
  }
}
