package dev.tenon.cli;

import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tenon quality}: what a precision costs on a text. */
@Command(
    name = "quality",
    description = {
      "Measure what precisions cost on a text.",
      "Prints one line a precision: perplexity, its change from f32, and how often the likeliest"
          + " next token is the same one."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class QualityCommand implements Callable<Integer> {
  /** Bounds the logits that live at once. */
  private static final int BATCH_TOKENS = 1024;

  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--quantized",
      paramLabel = "DIR",
      description = "A directory quantized from it; then its own precision is held against f32.")
  private Optional<Path> quantized = Optional.empty();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "Text; or, if its name ends in .jsonl, JSON Lines of {\"prompt\", \"answer\"}, of which"
              + " every token counts.")
  private Path data = Path.of("");

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "256",
      description = "Tokens of the pieces that a text is cut into (${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--precision",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "bf16,int8,int4",
      description = "What to measure (${DEFAULT-VALUE}).")
  private List<String> precisions = List.of();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "pytorch",
      description = "What computes (${DEFAULT-VALUE}).")
  private String backend = "";

  @Option(names = "--json", description = "One JSON object a line instead of text.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Model base = create(model.directory());
    List<NamedArray> batches = batches(base);
    ModelBackend found = ModelBackend.fromServiceLoader().get(backend);
    InferenceSpec spec = InferenceSpec.defaults();
    try (Model exact = found.initializeForInference(base, spec.precision(Precision.F32))) {
      print("f32", agreement(exact, exact, batches));
      if (quantized.isPresent()) {
        measure(found, create(quantized.get()), spec, exact, batches, "saved");
        return 0;
      }
      for (String each : precisions) {
        measure(found, base, spec.precision(Precision.of(each)), exact, batches, each);
      }
    }
    return 0;
  }

  private static Model create(Path directory) {
    return ModelRegistry.fromServiceLoader()
        .create("hf", "quality", Device.cpu(), Arguments.of("path", directory));
  }

  private void measure(
      ModelBackend found,
      Model network,
      InferenceSpec spec,
      Model exact,
      List<NamedArray> batches,
      String name) {
    try (Model running = found.initializeForInference(network, spec)) {
      print(name, agreement(running, exact, batches));
    }
  }

  private static Agreement agreement(Model running, Model exact, List<NamedArray> batches) {
    Agreement agreement = new Agreement();
    for (NamedArray batch : batches) {
      agreement.add(
          batch,
          running.engine().forward(batch, Output.LOGITS),
          exact.engine().forward(batch, Output.LOGITS));
    }
    return agreement;
  }

  private void print(String name, Agreement agreement) {
    command.commandLine().getOut().println(agreement.line(name, json));
    command.commandLine().getOut().flush();
  }

  private List<NamedArray> batches(Model base) throws IOException {
    List<NamedArray> batches = new ArrayList<>();
    if (data.toString().endsWith(".jsonl")) {
      PromptAnswer.read(data, base.tokenizer())
          .batches(BatchSize.tokens(BATCH_TOKENS))
          .forEach(batches::add);
      return batches;
    }
    long[] ids = ids(base).toArray();
    int length = Math.min(window, base.network().maxPositions());
    for (int at = 0; at < ids.length; at += length) {
      int tokens = Math.min(length, ids.length - at);
      long[] piece = new long[tokens];
      System.arraycopy(ids, at, piece, 0, tokens);
      batches.add(
          NamedArray.builder(Items.ofLengths(tokens))
              .put("input_ids", TensorData.ofLongs(piece, tokens))
              .build());
    }
    return batches;
  }

  private TokenIds ids(Model base) throws IOException {
    return base.tokenizer().encode(Files.readString(data), false).ids();
  }
}
