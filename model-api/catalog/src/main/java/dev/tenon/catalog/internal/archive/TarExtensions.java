package dev.tenon.catalog.internal.archive;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands before an entry and says more of it: records of pax ({@code x}, {@code g}), long
 * names of GNU ({@code L}, {@code K}). Not thread-safe.
 */
final class TarExtensions {
  private final String archive;
  private @Nullable String longName;
  private @Nullable String path;
  private @Nullable Long size;
  private boolean sparse;

  TarExtensions(String archive) {
    this.archive = archive;
  }

  static boolean isOne(char type) {
    return "xgXLK".indexOf(type) >= 0;
  }

  void add(char type, byte[] content) {
    if (type == 'L') {
      int end = content.length;
      while (end > 0 && content[end - 1] == 0) {
        end--;
      }
      longName = TarHeader.text(archive, Arrays.copyOf(content, end));
    } else if (type != 'K') {
      records(type, content);
    }
  }

  /** Each is {@code length key=value\n}; the length counts itself. */
  private void records(char type, byte[] content) {
    int at = 0;
    while (at < content.length) {
      int space = indexOf(content, ' ', at);
      int end = at + length(content, at, space);
      int equals = indexOf(content, '=', space);
      if (end > content.length || equals >= end || content[end - 1] != '\n') {
        throw broken();
      }
      String key = TarHeader.text(archive, Arrays.copyOfRange(content, space + 1, equals));
      record(type, key, Arrays.copyOfRange(content, equals + 1, end - 1));
      at = end;
    }
  }

  private void record(char type, String key, byte[] value) {
    boolean names = key.equals("path") || key.equals("size");
    if (names && type == 'g') {
      throw ArchiveFault.of(archive, "a global " + key, "one for each entry");
    }
    if (key.equals("path")) {
      path = TarHeader.text(archive, value);
    } else if (key.equals("size")) {
      size = size(TarHeader.text(archive, value));
    }
    sparse |= key.startsWith("GNU.sparse.") || key.startsWith("SCHILY.realsize");
  }

  private long size(String digits) {
    try {
      long value = Long.parseLong(digits);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw ArchiveFault.of(archive, digits, "a size of pax");
    }
    throw broken();
  }

  private int length(byte[] content, int at, int space) {
    if (space - at < 1 || space - at > 6) {
      throw broken();
    }
    int length = 0;
    for (int i = at; i < space; i++) {
      if (content[i] < '0' || content[i] > '9') {
        throw broken();
      }
      length = length * 10 + content[i] - '0';
    }
    if (length <= space - at + 1) {
      throw broken();
    }
    return length;
  }

  private int indexOf(byte[] content, char wanted, int from) {
    for (int i = from; i < content.length; i++) {
      if (content[i] == wanted) {
        return i;
      }
    }
    throw broken();
  }

  private RuntimeException broken() {
    return ArchiveFault.of(archive, "a record of pax that is none", "length key=value");
  }

  /** The entry's name, if it stands here; pax before GNU. */
  Optional<String> name() {
    return Optional.ofNullable(path).or(() -> Optional.ofNullable(longName));
  }

  /** The entry's bytes, if they stand here. */
  Optional<Long> size() {
    return Optional.ofNullable(size);
  }

  boolean isSparse() {
    return sparse;
  }
}
