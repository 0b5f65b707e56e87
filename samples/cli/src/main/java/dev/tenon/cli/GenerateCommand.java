package dev.tenon.cli;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tenon generate}. */
@Command(
    name = "generate",
    description = "Continue a prompt.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--model",
      required = true,
      showDefaultValue = Visibility.NEVER,
      paramLabel = "DIR",
      description = "HuggingFace directory.")
  private Path model = Path.of("");

  @Option(
      names = "--prompt",
      required = true,
      showDefaultValue = Visibility.NEVER,
      paramLabel = "TEXT",
      description = "What to continue.")
  private String prompt = "";

  @Option(
      names = "--max-new-tokens",
      required = true,
      showDefaultValue = Visibility.NEVER,
      paramLabel = "N",
      description = "Most tokens to generate.")
  private int maxNewTokens;

  // Accepted so that scripts may say it; there is nothing to choose yet.
  @SuppressWarnings("UnusedVariable")
  @Option(
      names = "--greedy",
      description = "Always the likeliest token. It is the only way for now, and the default.")
  private boolean greedy;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "pytorch",
      description = "What generates.")
  private String backend = "";

  @Option(
      names = "--json",
      description = "A JSON object with text and token_ids (new ids, the closing eos included).")
  private boolean json;

  @Override
  public Integer call() {
    Model base =
        ModelRegistry.fromServiceLoader()
            .create("hf", "actor", Device.cpu(), Arguments.of("path", model));
    try (Model running =
            ModelBackend.fromServiceLoader().get(backend).initializeForInference(base);
        TextGenerator generator = TextGenerator.open(running)) {
      print(generator.generate(prompt, GenerationOptions.greedy(maxNewTokens)));
    }
    return 0;
  }

  private void print(Generation generation) {
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("text", generation.text());
      object.put("token_ids", generation.tokenIds().stream().boxed().toList());
      out.println(Json.compact(object));
    } else {
      out.println(generation.text());
    }
    out.flush();
  }
}
