package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectReader;

/** A file of a tree, with its content at hand. For one thread, as long as its reader is open. */
record GitBlob(GitFile file, ObjectReader objects) {
  String path() {
    return file.path();
  }

  long bytes() {
    return file.bytes();
  }

  /** Its first bytes. */
  byte[] start(int most) throws IOException {
    try (InputStream in = objects.open(file.blob(), Constants.OBJ_BLOB).openStream()) {
      return in.readNBytes(most);
    }
  }

  /** Writes it to its path. */
  void write(Filling filling) throws IOException {
    Path target = filling.directory().resolve(file.path());
    Files.createDirectories(Durable.parent(target));
    MessageDigest sha256 = FileTree.sha256();
    try (InputStream in = objects.open(file.blob(), Constants.OBJ_BLOB).openStream();
        OutputStream out = new DigestOutputStream(Files.newOutputStream(target), sha256)) {
      in.transferTo(out);
    }
    filling.known(file.path(), HexFormat.of().formatHex(sha256.digest()));
  }
}
