package dev.tenon.checkpoint;

import dev.tenon.internal.Durable;
import dev.tenon.internal.TorchScriptFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Names formats that are not safetensors by their first bytes, so that a message can say what a
 * file is. Nothing is ever loaded from them: a pickle runs code when it is read.
 */
final class ForeignFormat {
  private static final Map<String, String> MAGIC = new LinkedHashMap<>();

  static {
    MAGIC.put("PK\003\004", "zip archive, as PyTorch's with a pickle inside");
    MAGIC.put("GGUF", "gguf file");
    MAGIC.put("\u0089HDF\r\n\032\n", "hdf5 file");
    MAGIC.put("\u0093NUMPY", "numpy file");
    MAGIC.put("\037\u008b", "gzip file");
  }

  /** First bytes of pickles of protocols 0 and 1: marks, containers, globals, numbers, strings. */
  private static final String PICKLE_STARTS = "(])}cIFLNVSKMJUX";

  private ForeignFormat() {}

  /** The format, if it is a known one. */
  static Optional<String> of(Path file, FileChannel channel) throws IOException {
    if (TorchScriptFiles.isOne(file)) {
      return Optional.of(TorchScriptFiles.HOW);
    }
    long size = channel.size();
    byte[] start = new byte[(int) Math.min(size, 16)];
    byte[] last = new byte[(int) Math.min(size, 1)];
    Durable.readFully(channel, 0, ByteBuffer.wrap(start));
    Durable.readFully(channel, size - last.length, ByteBuffer.wrap(last));
    return of(start, last);
  }

  private static Optional<String> of(byte[] start, byte[] last) {
    for (Map.Entry<String, String> format : MAGIC.entrySet()) {
      byte[] magic = format.getKey().getBytes(StandardCharsets.ISO_8859_1);
      if (start.length >= magic.length
          && Arrays.equals(start, 0, magic.length, magic, 0, magic.length)) {
        return Optional.of(format.getValue());
      }
    }
    if (start.length < 2) {
      return Optional.empty();
    }
    // Protocols 2 to 5 say so; the older ones are recognised by their first opcode and the closing
    // STOP.
    boolean newPickle = start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5;
    boolean oldPickle = PICKLE_STARTS.indexOf((char) start[0]) >= 0 && last[0] == '.';
    return newPickle || oldPickle ? Optional.of("pickle") : Optional.empty();
  }
}
