package dev.tenon.modelinterface.text;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplate;
import dev.tenon.chat.Message;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.generation.GenerationInterface;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/**
 * Text in, text out. Any thread may call it. Concurrent calls take turns on the engine, one step
 * after the other in the order they came, so their answers grow side by side, each in a session
 * with memory for its own prompt and answer; a listener that takes its time holds up no other call.
 * Closing waits for the calls in progress; later ones throw {@link EngineClosedException}.
 *
 * <p>The file is long because the ways to ask for a text stand together.
 */
public final class TextGenerator implements AutoCloseable {
  private static final TextListener SILENT = piece -> {};

  private final Model model;
  private final boolean owned;

  /** Held by a call for its whole length, all of them by {@link #close}. */
  private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock(true);

  /** Held by a call for each step. */
  private final Lock turn = new ReentrantLock(true);

  private boolean closed;

  private TextGenerator(Model model, boolean owned) {
    this.model = model;
    this.owned = owned;
  }

  /** Opens a checkpoint directory as {@link InferenceSpec#defaults()} asks. */
  public static TextGenerator open(Path checkpoint) {
    return open(checkpoint, InferenceSpec.defaults());
  }

  /**
   * Opens a checkpoint directory on the CPU, with the model type {@code hf} and the backend {@code
   * pytorch} that {@link ServiceLoader} finds on the class path.
   *
   * @param spec precision, threads
   * @throws dev.tenon.error.UnknownNameException naming the artifact to add, if one is missing
   * @throws dev.tenon.error.CheckpointException if the directory cannot be read
   * @throws dev.tenon.error.UnsupportedFeatureException for a precision that cannot run here
   */
  public static TextGenerator open(Path checkpoint, InferenceSpec spec) {
    return open(SharedModel.create("generator", Arguments.of("path", checkpoint)), spec);
  }

  /**
   * Uses a model. One whose module is a network is loaded by the backend {@code pytorch}, and
   * closing the generator releases it; one that runs already stays open, and is the caller's to
   * close.
   */
  public static TextGenerator open(Model model) {
    checkHead(model);
    return model.module() instanceof Engine
        ? new TextGenerator(model, false)
        : open(model, InferenceSpec.defaults());
  }

  private static TextGenerator open(Model model, InferenceSpec spec) {
    checkHead(model);
    return new TextGenerator(SharedModel.load(model, spec), true);
  }

  private static void checkHead(Model model) {
    Head head = model.network().head();
    if (head != Head.CAUSAL_LM) {
      throw new InvalidInputException(Problems.problem("head", head, "CAUSAL_LM"));
    }
  }

  /**
   * Answers a prompt.
   *
   * @throws InvalidInputException if the prompt has no token, prompt and answer together are longer
   *     than the network's positions, or the options ask for several samples
   */
  public Generation generate(String prompt, GenerationOptions options) {
    return generate(prompt, TextOptions.of(options));
  }

  /** Answers a prompt, up to a stop string. See {@link #generate(String, GenerationOptions)}. */
  public Generation generate(String prompt, TextOptions options) {
    return stream(prompt, options, SILENT);
  }

  /**
   * Answers a prompt {@code options.generation().samples()} times, side by side. The first answer
   * is the one that a single one would be.
   *
   * @return the answers in the order of their samples
   * @throws InvalidInputException as {@link #generate(String, GenerationOptions)}
   */
  public List<Generation> generateSamples(String prompt, TextOptions options) {
    return run(requests(prompt, options), options, SILENT);
  }

  /**
   * Answers a conversation with the assistant's next message, as the model's chat template has it.
   *
   * @throws dev.tenon.chat.ChatTemplateException if the template refuses the messages
   * @throws UnsupportedFeatureException if the model has no chat template
   * @throws InvalidInputException as {@link #generate(String, GenerationOptions)}
   */
  public Generation chat(List<Message> messages, GenerationOptions options) {
    return chat(messages, ChatOptions.prompt(), TextOptions.of(options), SILENT);
  }

  /**
   * Answers a conversation piece by piece. See {@link #chat(List, ChatOptions, TextOptions,
   * TextListener)}.
   */
  public Generation chat(List<Message> messages, GenerationOptions options, TextListener listener) {
    return chat(messages, ChatOptions.prompt(), TextOptions.of(options), listener);
  }

  /**
   * Answers a conversation piece by piece, with tools, a template by name or variables of it. Tools
   * are not called: a call is text of the answer.
   *
   * @param listener receives the pieces and may cancel; what it throws ends the call
   * @throws InvalidInputException as {@link #chat(List, GenerationOptions)}
   */
  public Generation chat(
      List<Message> messages, ChatOptions chat, TextOptions options, TextListener listener) {
    checkSingle(options);
    ChatTemplate template =
        model
            .tokenizer()
            .chatTemplate()
            .orElseThrow(
                () ->
                    new UnsupportedFeatureException(
                        Problems.problem("chat template", "none", "a model that has one")));
    String prompt = template.render(messages, chat).text();
    TokenIds ids = model.tokenizer().encode(prompt, false).ids();
    return run(requests(ids, options), options, listener).get(0);
  }

  /** Answers a prompt piece by piece. See {@link #stream(String, TextOptions, TextListener)}. */
  public Generation stream(String prompt, GenerationOptions options, TextListener listener) {
    return stream(prompt, TextOptions.of(options), listener);
  }

  /**
   * Answers a prompt piece by piece.
   *
   * @param listener receives the pieces and may cancel; what it throws ends the call
   * @return the whole answer; the pieces joined are its text
   * @throws InvalidInputException as {@link #generate(String, GenerationOptions)}
   */
  public Generation stream(String prompt, TextOptions options, TextListener listener) {
    checkSingle(options);
    return run(requests(prompt, options), options, listener).get(0);
  }

  private static void checkSingle(TextOptions options) {
    int samples = options.generation().samples();
    if (samples > 1) {
      throw new InvalidInputException(
          Problems.problem("num_return_sequences", samples, "1; several by generateSamples"));
    }
  }

  /**
   * Releases the model if this generator loaded it. Idempotent.
   *
   * @throws IllegalStateException from within a listener, whose answer it would have to wait for
   */
  @Override
  public void close() {
    if (calls.getReadHoldCount() > 0) {
      throw new IllegalStateException(
          Problems.problem("close", "called by a listener", "after its answer"));
    }
    calls.writeLock().lock();
    try {
      if (!closed && owned) {
        model.close();
      }
      closed = true;
    } finally {
      calls.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "TextGenerator(" + model + ")";
  }

  private void checkOpen() {
    if (closed) {
      throw new EngineClosedException(
          Problems.problem("text generator", "closed", "generate before close"));
    }
  }

  private List<GenerationRequest> requests(String prompt, TextOptions options) {
    return requests(model.tokenizer().encode(prompt, true).ids(), options);
  }

  private List<GenerationRequest> requests(TokenIds ids, TextOptions options) {
    checkVocabulary(ids);
    GenerationOptions tokens = options.generation();
    int positions = model.network().maxPositions();
    if ((long) ids.size() + tokens.maxNewTokens() > positions) {
      throw new InvalidInputException(
          Problems.problem(
              "prompt and max_new_tokens",
              ids.size() + " + " + tokens.maxNewTokens() + " tokens",
              "at most " + positions + " together"));
    }
    GenerationOptions closed = GenerationInterface.closedBy(model.tokenizer(), tokens);
    return IntStream.range(0, tokens.samples())
        .mapToObj(sample -> new GenerationRequest(ids, closed, options.seed(), sample))
        .toList();
  }

  /** The engine would say so too, but does not know that the ids come from a tokenizer. */
  private void checkVocabulary(TokenIds ids) {
    int known = model.network().vocabSize();
    ids.stream()
        .filter(id -> id >= known)
        .findFirst()
        .ifPresent(
            id -> {
              throw new InvalidInputException(
                  Problems.problem(
                      "tokenizer",
                      "id " + id + " in the prompt, of " + model.tokenizer().vocabSize() + " ids",
                      "ids below "
                          + known
                          + ", the model's vocabulary; is this the model's own tokenizer?"));
            });
  }

  private List<Generation> run(
      List<GenerationRequest> requests, TextOptions options, TextListener listener) {
    calls.readLock().lock();
    try {
      checkOpen();
      List<Answer> answers =
          requests.stream().map(each -> new Answer(each, options, listener)).toList();
      generate(answers, listener);
      return answers.stream().map(Answer::generation).toList();
    } finally {
      calls.readLock().unlock();
    }
  }

  private void generate(List<Answer> answers, TextListener listener) {
    long cache = answers.stream().mapToLong(Answer::mostTokens).sum();
    SessionLimits limits = new SessionLimits(answers.size(), cache);
    try (GenerationSession session = new TurnSession(model.engine(), limits, turn)) {
      Map<Long, Answer> byId = new HashMap<>();
      answers.forEach(answer -> byId.put(session.add(answer.request), answer));
      while (session.live() > 0 && !listener.isCancelled()) {
        for (Piece piece : session.step()) {
          Answer answer = Objects.requireNonNull(byId.get(piece.id()), "unknown request");
          answer.take(piece);
          if (answer.text.isStopped()) {
            session.cancel(piece.id());
          }
        }
      }
    }
  }

  /** One answer in the making. */
  private final class Answer {
    private final GenerationRequest request;
    private final AnswerText text;
    private final boolean followed;
    private TokenIds ids = TokenIds.of();
    private final List<Float> logprobs = new ArrayList<>();
    private FinishReason reason = FinishReason.CANCELLED;

    private Answer(GenerationRequest request, TextOptions options, TextListener listener) {
      this.request = request;
      this.text = new AnswerText(model.tokenizer(), options.stopStrings(), listener);
      this.followed = listener != SILENT || !options.stopStrings().isEmpty();
    }

    private long mostTokens() {
      return (long) request.promptIds().size() + request.options().maxNewTokens();
    }

    private void take(Piece piece) {
      piece.throwIfFailed();
      ids = ids.concat(piece.tokenIds());
      logprobs.addAll(piece.logprobs());
      reason = piece.finishReason().orElse(reason);
      if (followed) {
        text.add(piece.tokenIds());
      }
      if (piece.finishReason().isPresent()) {
        text.complete(ids);
      }
      reason = text.isStopped() ? FinishReason.STOP : reason;
    }

    private Generation generation() {
      Usage usage = new Usage(request.promptIds().size(), ids.size());
      return new Generation(text.value(), ids, logprobs, reason, usage);
    }
  }
}
