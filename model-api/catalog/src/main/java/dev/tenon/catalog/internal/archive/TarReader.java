package dev.tenon.catalog.internal.archive;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar block by block. The reader of commons-compress is not used here: it drops the leading
 * slash of a long name and joins sparse pieces, and so hides what must be refused. Not thread-safe.
 */
final class TarReader {
  private static final int MOST_EXTENSIONS = 8;
  private static final int MOST_EXTENSION_BYTES = 1 << 16;
  private static final int MOST_PADDING = 1 << 20;
  private static final int SKIPPED = 1 << 13;

  private static final Map<Character, String> REFUSED =
      Map.of(
          '1', "a hard link",
          '2', "a symbolic link",
          '3', "a character device",
          '4', "a block device",
          '6', "a fifo",
          'S', "a sparse file");

  private final String archive;
  private final Unpacked tar;
  private final ArchiveBudget budget;
  private final ArchiveVisitor visitor;
  private final EntryNames names;
  private final byte[] skipped = new byte[SKIPPED];
  private long bytes;

  TarReader(String archive, Unpacked tar, ArchiveBudget budget, ArchiveVisitor visitor) {
    this.archive = archive;
    this.tar = tar;
    this.budget = budget;
    this.visitor = visitor;
    this.names = new EntryNames(archive, budget);
  }

  /** Shows all entries to the visitor; only the visitor throws {@link IOException}. */
  void read() throws IOException {
    TarExtensions extensions = new TarExtensions(archive);
    int pending = 0;
    for (Optional<TarHeader> next = header(); next.isPresent(); next = header()) {
      TarHeader header = next.get();
      if (TarExtensions.isOne(header.type())) {
        extension(header, extensions, ++pending);
      } else {
        entry(header, extensions);
        extensions = new TarExtensions(archive);
        pending = 0;
      }
    }
    if (pending > 0) {
      throw ArchiveFault.of(archive, "ends before the entry of a long name", "a whole tar");
    }
    padding();
    tar.requireEnd();
  }

  private Optional<TarHeader> header() {
    byte[] block = new byte[TarHeader.BLOCK];
    tar.enter("");
    tar.readFully(block);
    return TarHeader.isZero(block) ? Optional.empty() : Optional.of(TarHeader.of(archive, block));
  }

  private void extension(TarHeader header, TarExtensions extensions, int number) {
    if (number > MOST_EXTENSIONS || header.size() > MOST_EXTENSION_BYTES) {
      throw ArchiveFault.at(
          archive,
          header.name(),
          number + " extensions, the last of " + header.size() + " bytes",
          "at most " + MOST_EXTENSIONS + " of " + MOST_EXTENSION_BYTES);
    }
    byte[] content = new byte[(int) header.size()];
    tar.readFully(content);
    skipTo(content.length);
    extensions.add(header.type(), content);
  }

  private void entry(TarHeader header, TarExtensions extensions) throws IOException {
    String raw = extensions.name().orElseGet(header::name);
    long size = extensions.size().orElseGet(header::size);
    boolean directory = header.type() == '5' || (raw.endsWith("/") && size == 0);
    refuseType(header, extensions, raw);
    tar.enter(raw);
    String path = names.accept(raw, directory);
    if (directory) {
      require(size == 0, raw, size + " bytes", "a directory has none");
      if (!path.isEmpty()) {
        visitor.directory(path);
      }
      return;
    }
    require(!raw.endsWith("/"), raw, size + " bytes", "a directory has none");
    count(raw, size);
    EntryContent content = new EntryContent(tar, size);
    visitor.file(path, content);
    content.skipRest(skipped);
    skipTo(size);
  }

  private void refuseType(TarHeader header, TarExtensions extensions, String raw) {
    char type = header.type();
    boolean plain = type == '0' || type == 0 || type == '7' || type == '5';
    String found = REFUSED.getOrDefault(type, "type " + (int) type);
    require(plain, raw, found, "a file or a directory");
    require(!extensions.isSparse(), raw, "a sparse file", "a file or a directory");
  }

  private void count(String raw, long size) {
    require(size <= budget.entryBytes(), raw, "size " + size, "at most " + budget.entryBytes());
    bytes += size;
    require(bytes <= budget.bytes(), raw, "size " + bytes, "at most " + budget.bytes() + " in all");
  }

  /** Contents end with their block. */
  private void skipTo(long size) {
    int over = (int) (size % TarHeader.BLOCK);
    tar.readFully(new byte[over == 0 ? 0 : TarHeader.BLOCK - over]);
  }

  /** After the last entry there are zeros up to the end of a record. */
  private void padding() {
    byte[] block = new byte[TarHeader.BLOCK];
    int seen = 0;
    for (int count = tar.readUpTo(block); count > 0; count = tar.readUpTo(block)) {
      seen += count;
      if (!TarHeader.isZero(Arrays.copyOf(block, count)) || seen > MOST_PADDING) {
        throw ArchiveFault.of(archive, "bytes after the end", "zeros, at most " + MOST_PADDING);
      }
    }
  }

  private void require(boolean holds, String raw, Object found, String expected) {
    if (!holds) {
      throw ArchiveFault.at(archive, raw, found, expected);
    }
  }
}
