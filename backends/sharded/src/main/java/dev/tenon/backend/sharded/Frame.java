package dev.tenon.backend.sharded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What travels between the JVM and the supervisor. Little-endian: u32 number of sections, then for
 * each u32 bytes of its JSON, u64 bytes of its data, JSON in UTF-8, data. The first section is the
 * supervisor's, the others are the ranks', in their order. {@code frames.py} is the other end.
 */
final class Frame {
  private static final int SIZES = Integer.BYTES + Long.BYTES;

  private Frame() {}

  /**
   * A section.
   *
   * @param json a JSON object
   * @param data safetensors, or nothing
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  record Section(byte[] json, byte[] data) {
    static Section of(Object json, byte[] data) {
      return new Section(Json.compact(json).getBytes(UTF_8), data);
    }

    JsonObject head(String source) {
      return Json.parseObject(json, source);
    }
  }

  static byte[] encode(List<Section> sections) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(little(Integer.BYTES).putInt(sections.size()).array());
    for (Section section : sections) {
      out.writeBytes(
          little(SIZES).putInt(section.json.length).putLong(section.data.length).array());
      out.writeBytes(section.json);
      out.writeBytes(section.data);
    }
    return out.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  static List<Section> decode(byte[] frame) {
    ByteBuffer in = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    try {
      int count = in.getInt();
      List<Section> sections = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int json = in.getInt();
        long data = in.getLong();
        if (json < 0 || data < 0 || data > in.remaining() - json) {
          throw new BufferUnderflowException();
        }
        sections.add(new Section(bytes(in, json), bytes(in, (int) data)));
      }
      return sections;
    } catch (BufferUnderflowException e) {
      throw new WorkerLostException(
          Problems.problem("reply of the worker", frame.length + " bytes", "a whole frame"), e);
    }
  }

  private static byte[] bytes(ByteBuffer in, int size) {
    byte[] bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }
}
