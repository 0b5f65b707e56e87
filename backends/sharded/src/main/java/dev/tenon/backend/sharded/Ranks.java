package dev.tenon.backend.sharded;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The running ranks of one engine. A call goes to all of them and returns when all have answered;
 * when one is lost, all are, and so is every later call. One thread at a time.
 */
final class Ranks implements AutoCloseable {
  /** Larger data travels in a file. */
  private static final int FRAME_BYTES = 1 << 20;

  private final WorkerTransport transport;
  private final WorkDirectory directory;
  private final ShardedOptions options;
  private final Device device;
  private final String incarnation;
  private final SupervisorWatch watch;
  private Optional<WorkerLostException> lost = Optional.empty();
  private Optional<Path> lastState = Optional.empty();
  private long step;

  /**
   * Starts the ranks' processes.
   *
   * @param device what ranks compute on
   * @param operators variables by which ranks find compiled operators, if they need any
   */
  Ranks(
      WorkerTransport transport,
      WorkDirectory directory,
      ShardedOptions options,
      Device device,
      Map<String, String> operators) {
    this.transport = transport;
    this.directory = directory;
    this.options = options;
    this.device = device;
    Map<String, Object> start = new LinkedHashMap<>();
    start.put("verb", "start");
    start.put("world", world());
    start.put("directory", directory.run().toString());
    Map<String, Object> environment = environment(directory, options.nodes(), device);
    environment.putAll(operators);
    start.put("environment", environment);
    byte[] reply = transport.call(Frame.encode(List.of(Frame.Section.of(start, new byte[0]))));
    JsonObject supervisor = Frame.decode(reply).get(0).head("supervisor");
    refuseLoss(supervisor);
    incarnation = supervisor.string("incarnation");
    watch =
        new SupervisorWatch(
            directory.run().resolve("beat"), supervisor.integer("pid"), options.silence());
  }

  private Map<String, Object> world() {
    return Map.of(
        "size", options.worldSize(), "first", options.firstRank(), "local", options.ranksHere());
  }

  /** What the libraries in the ranks read besides what the supervisor lets through. */
  static Map<String, Object> environment(
      WorkDirectory directory, Optional<Nodes> nodes, Device device) {
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("DS_ACCELERATOR", device.type());
    // What libraries cache, they cache where nobody else can put it before them.
    environment.put("TMPDIR", directory.run().toString());
    String network = nodes.map(Nodes::networkInterface).orElse("lo");
    environment.put("GLOO_SOCKET_IFNAME", network);
    environment.put("NCCL_SOCKET_IFNAME", network);
    // DeepSpeed asks for them, though the ranks meet in a file.
    environment.put("MASTER_ADDR", "127.0.0.1");
    environment.put("MASTER_PORT", "29500");
    // glibc would keep every gathered buffer.
    environment.put("MALLOC_TRIM_THRESHOLD_", "131072");
    environment.put("MALLOC_MMAP_THRESHOLD_", "131072");
    return environment;
  }

  /** What ranks compute on. */
  Device device() {
    return device;
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

  /** The same part to all ranks. */
  List<Reply> callAll(Verb verb, Part part) {
    List<Part> parts = new ArrayList<>();
    for (int rank = 0; rank < options.worldSize(); rank++) {
      parts.add(part);
    }
    return call(verb, parts);
  }

  /**
   * A call within the verb's deadline.
   *
   * @param parts one for each rank, also of other hosts; only one: the first rank here is asked
   * @return what each rank answered, other hosts' ranks only if the verb is shared
   * @throws WorkerLostException if a rank or the supervisor is lost
   */
  List<Reply> call(Verb verb, List<Part> parts) {
    if (lost.isPresent()) {
      throw new WorkerLostException(String.valueOf(lost.get().getMessage()), lost.get());
    }
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("verb", verb.label());
    head.put("deadline_s", verb.deadline(options).toMillis() / 1000.0);
    head.put("silence_s", verb.silence(options).toMillis() / 1000.0);
    List<Path> spilled = new ArrayList<>();
    try {
      List<Frame.Section> sections = new ArrayList<>();
      sections.add(Frame.Section.of(head, new byte[0]));
      asked(verb, parts).forEach(part -> sections.add(section(part, spilled)));
      watch.begin();
      byte[] frame = transport.call(Frame.encode(sections));
      return everywhere(verb, replies(verb, Frame.decode(frame)));
    } catch (WorkerLostException e) {
      WorkerLostException told = told(verb, e);
      lost = Optional.of(told);
      throw told;
    } finally {
      watch.end();
      spilled.forEach(Ranks::delete);
    }
  }

  /** The parts of this host's ranks; on several hosts with what tells that all were asked alike. */
  private List<Part> asked(Verb verb, List<Part> parts) {
    if (parts.size() < options.worldSize()) {
      return parts;
    }
    List<Part> here = parts.subList(options.firstRank(), options.firstRank() + options.ranksHere());
    if (options.nodes().isEmpty() || !verb.shared()) {
      return here;
    }
    String digest = digest(parts);
    return here.stream()
        .map(
            part ->
                new Part(new LinkedHashMap<>(part.head()), part.tensors()).with("digest", digest))
        .toList();
  }

  private static String digest(List<Part> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Part part : parts) {
      Object head = Objects.requireNonNull(sorted(part.head()));
      all.writeBytes(Frame.encode(List.of(Frame.Section.of(head, bytes(part.tensors())))));
    }
    return sha256(all.toByteArray());
  }

  /** Values with keys in one order: that of a map of Java's differs from JVM to JVM. */
  private static @Nullable Object sorted(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> sorted = new TreeMap<>();
      map.forEach((name, x) -> sorted.put(String.valueOf(name), sorted(x)));
      return sorted;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> values = new ArrayList<>();
      list.forEach(x -> values.add(sorted(x)));
      return values;
    }
    return value;
  }

  /** On several hosts the first rank here tells what all ranks answered. */
  private List<Reply> everywhere(Verb verb, List<Reply> replies) {
    if (options.nodes().isEmpty() || !verb.shared()) {
      return replies;
    }
    List<Reply> all = new ArrayList<>();
    for (JsonObject head : replies.get(0).head().objects("ranks")) {
      String prefix = all.size() + "/";
      Map<String, TensorData> tensors = new LinkedHashMap<>();
      replies
          .get(0)
          .tensors()
          .forEach(
              (name, x) -> {
                if (name.startsWith(prefix)) {
                  tensors.put(name.substring(prefix.length()), x);
                }
              });
      all.add(new Reply(head, tensors));
    }
    return all;
  }

  private Frame.Section section(Part part, List<Path> spilled) {
    // Of one byte each at least: what is large for certain is not made in memory first.
    long size = part.tensors().values().stream().mapToLong(x -> x.shape().size()).sum();
    if (size <= FRAME_BYTES) {
      byte[] data = bytes(part.tensors());
      if (data.length <= FRAME_BYTES) {
        return Frame.Section.of(part.head(), data);
      }
    }
    Path file = directory.newFile(".safetensors");
    spilled.add(file);
    Map<String, @Nullable Object> head = new LinkedHashMap<>(part.head());
    head.put("spilled", Map.of("file", file.toString(), "sha256", write(file, part.tensors())));
    return Frame.Section.of(head, new byte[0]);
  }

  /** Writes tensors into a file, without a copy of them all in between; gives its SHA-256. */
  private static String write(Path file, Map<String, TensorData> tensors) {
    try (DigestChannel out =
        new DigestChannel(
            Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      NamedArrayFormat.write(out, NamedArray.of(tensors));
      return out.sha256();
    } catch (IOException e) {
      throw new CheckpointException(Problems.problem("batch for a rank", e, file + " written"), e);
    }
  }

  private List<Reply> replies(Verb verb, List<Frame.Section> sections) {
    JsonObject supervisor = sections.get(0).head("supervisor");
    refuseLoss(supervisor);
    if (!supervisor.string("incarnation").equals(incarnation)) {
      throw new WorkerLostException("the supervisor was started again, its ranks are gone");
    }
    List<Reply> replies = new ArrayList<>();
    for (Frame.Section section : sections.subList(1, sections.size())) {
      JsonObject head = section.head("rank " + replies.size());
      replies.add(new Reply(head, head.has("error") ? Map.of() : tensors(head, section.data())));
    }
    refuseErrors(replies, verb);
    return replies;
  }

  private static void refuseLoss(JsonObject supervisor) {
    if (supervisor.has("lost")) {
      String stderr = supervisor.string("stderr", "");
      throw new WorkerLostException(
          supervisor.string("lost") + (stderr.isBlank() ? "" : "; it last wrote:\n" + stderr));
    }
  }

  /** A loss with what it means for the run. */
  private WorkerLostException told(Verb verb, WorkerLostException e) {
    String last =
        lastState.map(x -> "state of step " + step + " in " + x).orElse("no state saved yet");
    return new WorkerLostException(
        Problems.problem("ranks in " + verb.label(), e.getMessage(), "an answer") + "; " + last, e);
  }

  /** Ranks go on after an error only if all met it and none holds other state than before. */
  private static void refuseErrors(List<Reply> replies, Verb verb) {
    List<JsonObject> errors =
        replies.stream().flatMap(x -> x.head().findObject("error").stream()).toList();
    if (errors.isEmpty()) {
      return;
    }
    boolean unknown = verb != Verb.INIT && (verb.changes() || errors.size() < replies.size());
    if (unknown || errors.get(0).string("kind").equals("lost")) {
      throw new WorkerLostException(errors.get(0).string("message"));
    }
    throw failure(errors.get(0), verb);
  }

  private static TenonException failure(JsonObject error, Verb verb) {
    String message = error.string("message");
    return switch (error.string("kind")) {
      case "memory" ->
          new InsufficientMemoryException(
              Problems.problem("memory of a rank in " + verb.label(), message, "enough"));
      case "request" -> new InvalidInputException(message);
      case "objective" ->
          new RankException(
              verb.label(),
              message,
              error.string("what"),
              error.string("value"),
              error.string("expected"));
      default ->
          verb == Verb.INIT
              ? new WorkerLostException(message)
              : new RankException(verb.label(), message, "", "", "");
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
      watch.close();
      transport.close();
      directory.close();
    }
  }
}
