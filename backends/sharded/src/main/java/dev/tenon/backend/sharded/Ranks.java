package dev.tenon.backend.sharded;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.TenonException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The running ranks of one engine. A call goes to all of them and returns when all have answered;
 * when one is lost, all are, and so is every later call. One thread at a time.
 */
final class Ranks implements AutoCloseable {
  /** Larger data travels in a file. */
  private static final int FRAME_BYTES = 1 << 20;

  /** After an error in one of these it is not known what ranks hold. */
  private static final Set<String> CHANGES = Set.of("init", "update", "discard", "restore");

  private final WorkerTransport transport;
  private final WorkDirectory directory;
  private final ShardedOptions options;
  private final String incarnation;
  private Optional<WorkerLostException> lost = Optional.empty();
  private Optional<Path> lastState = Optional.empty();
  private long step;

  /** Starts the ranks' processes. */
  Ranks(WorkerTransport transport, WorkDirectory directory, ShardedOptions options) {
    this.transport = transport;
    this.directory = directory;
    this.options = options;
    Map<String, Object> start = new LinkedHashMap<>();
    start.put("verb", "start");
    start.put("world", world());
    start.put("directory", directory.run().toString());
    start.put("environment", environment());
    byte[] reply = transport.call(Frame.encode(List.of(Frame.Section.of(start, new byte[0]))));
    incarnation = Frame.decode(reply).get(0).head("supervisor").string("incarnation");
  }

  private Map<String, Object> world() {
    return Map.of("size", options.worldSize(), "first", 0, "local", options.worldSize());
  }

  /** What the libraries in the ranks read besides what the supervisor lets through. */
  private static Map<String, Object> environment() {
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("DS_ACCELERATOR", "cpu");
    environment.put("GLOO_SOCKET_IFNAME", "lo");
    // DeepSpeed asks for them, though the ranks meet in a file.
    environment.put("MASTER_ADDR", "127.0.0.1");
    environment.put("MASTER_PORT", "29500");
    // glibc would keep every gathered buffer.
    environment.put("MALLOC_TRIM_THRESHOLD_", "131072");
    environment.put("MALLOC_MMAP_THRESHOLD_", "131072");
    return environment;
  }

  /** The private directory. */
  WorkDirectory directory() {
    return directory;
  }

  /** Says where a state was saved, for the message of a loss. */
  void saved(Path state, long atStep) {
    lastState = Optional.of(state);
    step = atStep;
  }

  /** A call to all ranks. */
  List<Reply> call(String verb, List<Part> parts) {
    return call(verb, parts, options.callDeadline());
  }

  /** The same part to all ranks. */
  List<Reply> callAll(String verb, Part part) {
    List<Part> parts = new ArrayList<>();
    for (int rank = 0; rank < options.worldSize(); rank++) {
      parts.add(part);
    }
    return call(verb, parts);
  }

  /**
   * A call with a deadline.
   *
   * @param parts one for each rank; fewer: the others take no part
   * @throws WorkerLostException if a rank or the supervisor is lost
   */
  List<Reply> call(String verb, List<Part> parts, Duration deadline) {
    if (lost.isPresent()) {
      throw new WorkerLostException(String.valueOf(lost.get().getMessage()), lost.get());
    }
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("verb", verb);
    head.put("deadline_s", deadline.toMillis() / 1000.0);
    head.put("silence_s", options.silence().toMillis() / 1000.0);
    List<Path> spilled = new ArrayList<>();
    try {
      List<Frame.Section> sections = new ArrayList<>();
      sections.add(Frame.Section.of(head, new byte[0]));
      parts.forEach(part -> sections.add(section(part, spilled)));
      byte[] frame = transport.call(Frame.encode(sections));
      return replies(verb, Frame.decode(frame));
    } catch (WorkerLostException e) {
      WorkerLostException told = told(verb, e);
      lost = Optional.of(told);
      throw told;
    } finally {
      spilled.forEach(Ranks::delete);
    }
  }

  private Frame.Section section(Part part, List<Path> spilled) {
    byte[] data = bytes(part.tensors());
    if (data.length <= FRAME_BYTES) {
      return Frame.Section.of(part.head(), data);
    }
    Path file = directory.newFile(".safetensors");
    spilled.add(file);
    try {
      Files.write(file, data);
    } catch (IOException e) {
      throw new CheckpointException(Problems.problem("batch for a rank", e, file + " written"), e);
    }
    Map<String, @Nullable Object> head = new LinkedHashMap<>(part.head());
    head.put("spilled", Map.of("file", file.toString(), "sha256", sha256(data)));
    return Frame.Section.of(head, new byte[0]);
  }

  private List<Reply> replies(String verb, List<Frame.Section> sections) {
    JsonObject supervisor = sections.get(0).head("supervisor");
    if (supervisor.has("lost")) {
      String stderr = supervisor.string("stderr", "");
      throw new WorkerLostException(
          supervisor.string("lost") + (stderr.isBlank() ? "" : "; it last wrote:\n" + stderr));
    }
    if (!supervisor.string("incarnation").equals(incarnation)) {
      throw new WorkerLostException("the supervisor was started again, its ranks are gone");
    }
    List<Reply> replies = new ArrayList<>();
    for (Frame.Section section : sections.subList(1, sections.size())) {
      JsonObject head = section.head("rank " + replies.size());
      replies.add(new Reply(head, head.has("error") ? Map.of() : tensors(head, section.data())));
    }
    replies.forEach(reply -> refuse(reply.head(), verb));
    return replies;
  }

  /** A loss with what it means for the run. */
  private WorkerLostException told(String verb, WorkerLostException e) {
    String last =
        lastState.map(x -> "state of step " + step + " in " + x).orElse("no state saved yet");
    return new WorkerLostException(
        Problems.problem("ranks in " + verb, e.getMessage(), "an answer") + "; " + last, e);
  }

  /** An error in a rank that all ranks survived. */
  private static void refuse(JsonObject head, String verb) {
    head.findObject("error")
        .ifPresent(
            error -> {
              throw failure(error, verb);
            });
  }

  private static TenonException failure(JsonObject error, String verb) {
    String message = error.string("message");
    return switch (error.string("kind")) {
      case "memory" ->
          new InsufficientMemoryException(
              Problems.problem("memory of a rank in " + verb, message, "enough"));
      case "objective" ->
          new RankException(
              verb, message, error.string("what"), error.string("value"), error.string("expected"));
      default ->
          CHANGES.contains(verb)
              ? new WorkerLostException(message)
              : new RankException(verb, message, "", "", "");
    };
  }

  private static Map<String, TensorData> tensors(JsonObject head, byte[] data) {
    Optional<JsonObject> spilled = head.findObject("spilled");
    if (spilled.isPresent()) {
      return read(Path.of(spilled.get().string("file")), spilled.get().string("sha256"));
    }
    return data.length == 0 ? Map.of() : decode(data, head.source());
  }

  private static Map<String, TensorData> read(Path file, String sha256) {
    try {
      byte[] data = Files.readAllBytes(file);
      if (!sha256(data).equals(sha256)) {
        throw new WorkerLostException(Problems.problem("sha256 of " + file, sha256(data), sha256));
      }
      return decode(data, file.toString());
    } catch (IOException e) {
      throw new WorkerLostException(Problems.problem("reply of a rank", e, "in " + file), e);
    } finally {
      delete(file);
    }
  }

  private static Map<String, TensorData> decode(byte[] data, String source) {
    try {
      return NamedArrayFormat.read(
              Channels.newChannel(new ByteArrayInputStream(data)), source, data.length)
          .flatten();
    } catch (IOException e) {
      throw new WorkerLostException(Problems.problem("reply of " + source, e, "safetensors"), e);
    }
  }

  private static byte[] bytes(Map<String, TensorData> tensors) {
    if (tensors.isEmpty()) {
      return new byte[0];
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      NamedArrayFormat.write(Channels.newChannel(out), NamedArray.of(tensors));
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return out.toByteArray();
  }

  private static String sha256(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The private directory goes at the end, with all that is left in it.
    }
  }

  /** Ends the processes and deletes the private directory. */
  @Override
  public void close() {
    try {
      if (lost.isEmpty()) {
        byte[] unused =
            transport.call(
                Frame.encode(List.of(Frame.Section.of(Map.of("verb", "close"), new byte[0]))));
      }
    } catch (WorkerLostException e) {
      // It is gone already.
    } finally {
      transport.close();
      directory.close();
    }
  }
}
