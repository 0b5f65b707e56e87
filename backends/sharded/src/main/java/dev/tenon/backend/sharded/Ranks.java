package dev.tenon.backend.sharded;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The running ranks of one engine. A call goes to all of them and returns when all have answered;
 * when one is lost, all are, and so is every later call. One thread at a time.
 */
final class Ranks implements AutoCloseable {
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
    return call(verb, Collections.nCopies(options.worldSize(), part));
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
      asked(verb, parts).forEach(part -> sections.add(Parcels.section(part, directory, spilled)));
      watch.begin();
      byte[] frame = transport.call(Frame.encode(sections));
      return everywhere(verb, replies(verb, Frame.decode(frame)));
    } catch (WorkerLostException e) {
      WorkerLostException told = told(verb, e);
      lost = Optional.of(told);
      throw told;
    } finally {
      watch.end();
      spilled.forEach(Parcels::delete);
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
    String digest = Parcels.digest(parts);
    return here.stream()
        .map(
            part ->
                new Part(new LinkedHashMap<>(part.head()), part.tensors()).with("digest", digest))
        .toList();
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

  private List<Reply> replies(Verb verb, List<Frame.Section> sections) {
    JsonObject supervisor = sections.get(0).head("supervisor");
    refuseLoss(supervisor);
    if (!supervisor.string("incarnation").equals(incarnation)) {
      throw new WorkerLostException("the supervisor was started again, its ranks are gone");
    }
    List<Reply> replies = new ArrayList<>();
    for (Frame.Section section : sections.subList(1, sections.size())) {
      JsonObject head = section.head("rank " + replies.size());
      replies.add(
          new Reply(head, head.has("error") ? Map.of() : Parcels.tensors(head, section.data())));
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
