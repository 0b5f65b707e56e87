package dev.tenon.cli;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.Message;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.modelinterface.text.TextOptions;
import dev.tenon.nn.lora.LoraWrapper;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tenon generate}. */
@Command(
    name = "generate",
    description = "Continue a prompt.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
  /** What generates unless the options say otherwise. */
  static final String BACKEND = "pytorch";

  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "LoRA adapters for the model, as peft saves them.")
  private Optional<Path> adapter = Optional.empty();

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "What to continue.")
  private String prompt = "";

  @Option(
      names = "--chat",
      description =
          "The prompt is what a user says, and the model's chat template writes it; answers with"
              + " one message.")
  private boolean chat;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "With --chat: the system message before it.")
  private Optional<String> system = Optional.empty();

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      paramLabel = "N",
      description = "Most tokens to generate (${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--min-new-tokens",
      paramLabel = "N",
      defaultValue = "0",
      description = "Tokens before any that ends the answer (${DEFAULT-VALUE}).")
  private int minNewTokens;

  @Option(names = "--ignore-eos", description = "Go on past the closing token.")
  private boolean ignoreEos;

  @ArgGroup(validate = false, heading = "Choosing tokens:%n")
  private SamplingOptions sampling = new SamplingOptions();

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the answer before this text; may be repeated.")
  private List<String> stopStrings = new ArrayList<>();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = BACKEND,
      description = "What generates (${DEFAULT-VALUE}).")
  private String backend = "";

  @ArgGroup(validate = false, heading = "Computing:%n")
  private InferenceOptions inference = new InferenceOptions();

  @Option(
      names = "--json",
      description =
          "A JSON object per answer with text, token_ids (new ids, the closing one included),"
              + " logprobs, finish_reason.")
  private boolean json;

  @Override
  public Integer call() {
    TextOptions options = options();
    ModelConfig plain = ModelConfig.of("hf", Arguments.of("path", model.directory()));
    ModelConfig config =
        adapter
            .map(x -> plain.wrappedIn(LoraWrapper.NAME, Arguments.of("adapter", x)))
            .orElse(plain);
    Model base = ModelRegistry.fromServiceLoader().create(config, "actor", Device.cpu());
    try (Model running =
            ModelBackend.fromServiceLoader()
                .get(backend)
                .initializeForInference(base, inference.spec());
        TextGenerator generator = TextGenerator.open(running)) {
      if (chat) {
        ChatOptions written = ChatOptions.prompt();
        print(generator.chat(messages(), written, options, piece -> {}));
      } else {
        generator.generateSamples(prompt, options).forEach(this::print);
      }
    }
    return 0;
  }

  private List<Message> messages() {
    List<Message> messages = new ArrayList<>();
    system.ifPresent(x -> messages.add(Message.system(x)));
    messages.add(Message.user(prompt));
    return messages;
  }

  private TextOptions options() {
    if (system.isPresent() && !chat) {
      throw new ParameterException(
          command.commandLine(), "--system: without --chat (expected: with it)");
    }
    if (sampling.contradictory()) {
      throw new ParameterException(
          command.commandLine(), "--greedy: with options of sampling (expected: one or the other)");
    }
    GenerationOptions tokens = sampling.options(maxNewTokens, minNewTokens, ignoreEos);
    return new TextOptions(tokens, stopStrings, sampling.seed());
  }

  private void print(Generation generation) {
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("text", generation.text());
      object.put("token_ids", generation.tokenIds().stream().boxed().toList());
      object.put("logprobs", generation.logprobs());
      object.put("finish_reason", generation.finishReason().name().toLowerCase(Locale.ROOT));
      out.println(Json.compact(object));
    } else {
      out.println(generation.text());
    }
    out.flush();
  }
}
