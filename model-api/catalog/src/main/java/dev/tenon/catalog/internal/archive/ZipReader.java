package dev.tenon.catalog.internal.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads a zip by the directory at its end, which alone says what is a link. Sizes and checksums are
 * what comes, not what is said. Not thread-safe.
 */
final class ZipReader {
  private static final int RATIO_FROM = 1 << 20;

  private final Path file;
  private final String archive;
  private final ArchiveBudget budget;
  private final ArchiveVisitor visitor;
  private final EntryNames names;
  private long bytes;

  ZipReader(Path file, ArchiveBudget budget, ArchiveVisitor visitor) {
    this.file = file;
    this.archive = String.valueOf(file.getFileName());
    this.budget = budget;
    this.visitor = visitor;
    this.names = new EntryNames(archive, budget);
  }

  /** Shows all entries to the visitor; only the visitor throws {@link IOException}. */
  void read() throws IOException {
    try (ZipFile zip = open()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        entry(zip, entry);
      }
    }
  }

  private ZipFile open() {
    try {
      ZipDirectory.check(file, archive, budget);
      return ZipFile.builder().setPath(file).setIgnoreLocalFileHeader(true).get();
    } catch (IOException | IllegalArgumentException e) {
      throw ArchiveFault.of(archive, e, "a whole zip");
    }
  }

  private void entry(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    String raw = entry.getName();
    int type = entry.getUnixMode() & UnixStat.FILE_TYPE_FLAG;
    boolean plain = type == 0 || type == UnixStat.FILE_FLAG || type == UnixStat.DIR_FLAG;
    require(plain, raw, "a link or a device", "a file or a directory");
    require(!raw.contains("\uFFFD"), raw, "no UTF-8", "a name in UTF-8");
    boolean directory = entry.isDirectory();
    String path = names.accept(raw, directory);
    require(!directory || entry.getSize() == 0, raw, entry.getSize(), "a directory has no bytes");
    if (!directory) {
      require(zip.canReadEntryData(entry), raw, "encrypted or an odd method", "stored, deflated");
      require(entry.getSize() <= budget.entryBytes(), raw, "size " + entry.getSize(), most());
      try (Content content = content(zip, entry)) {
        visitor.file(path, content);
        content.finish();
      }
    } else if (!path.isEmpty()) {
      visitor.directory(path);
    }
  }

  private String most() {
    return "at most " + budget.entryBytes() + ", and " + budget.bytes() + " in all";
  }

  private Content content(ZipFile zip, ZipArchiveEntry entry) {
    try {
      return new Content(entry, zip.getInputStream(entry));
    } catch (IOException | IllegalArgumentException e) {
      throw ArchiveFault.of(archive, e, "a whole zip");
    }
  }

  private void require(boolean holds, String raw, Object found, String expected) {
    if (!holds) {
      throw ArchiveFault.at(archive, raw, found, expected);
    }
  }

  /** Counted and checked on the way. */
  private final class Content extends FilterInputStream {
    private final ZipArchiveEntry entry;
    private final CRC32 checksum = new CRC32();
    private long read;

    Content(ZipArchiveEntry entry, InputStream in) {
      super(in);
      this.entry = entry;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = unpack(target, offset, length);
      if (count > 0) {
        read += count;
        bytes += count;
        checksum.update(target, offset, count);
        String raw = entry.getName();
        require(read <= entry.getSize(), raw, "more bytes", entry.getSize() + " as it says");
        require(bytes <= budget.bytes(), raw, "size " + bytes, most());
        boolean dense = read <= RATIO_FROM || read / budget.ratio() <= entry.getCompressedSize();
        require(dense, raw, read + " bytes", "a ratio of at most " + budget.ratio() + ":1");
      }
      return count;
    }

    private int unpack(byte[] target, int offset, int length) {
      try {
        return in.read(target, offset, length);
      } catch (IOException e) {
        throw ArchiveFault.of(archive, e, "a whole zip");
      }
    }

    void finish() throws IOException {
      transferTo(OutputStream.nullOutputStream());
      boolean whole = read == entry.getSize() && checksum.getValue() == entry.getCrc();
      require(whole, entry.getName(), "damaged", "the size and checksum that it says");
    }
  }
}
