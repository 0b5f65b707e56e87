package dev.tenon.cli;

import dev.tenon.cli.terminal.Interrupt;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.Conversation;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.loop.FinetuneLoop;
import dev.tenon.modelinterface.loop.FinetuneResult;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tenon finetune}: supervised fine-tuning on prompts and answers. */
@Command(
    name = "finetune",
    description = {
      "Fine-tune a model on prompts and answers.",
      "Saves a HuggingFace directory; with adapters, those alone as peft does.",
      "Prints one line a step.",
      "On SIGINT it ends after the current step, makes a checkpoint if it has a directory for"
          + " them, and saves."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FinetuneCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON Lines of {\"prompt\", \"answer\"} (or \"completion\"). Only answers are learned.")
  private Path data = Path.of("");

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "New directory for the result.")
  private Path output = Path.of("");

  @ArgGroup private RunLength length = new RunLength();

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Most tokens in the batch of a step (${DEFAULT-VALUE}).")
  private long batchTokens;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Fixes the order of the data and all else (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--messages",
      description =
          "Data are conversations, {\"messages\": [...]} a line, which the model's chat template"
              + " writes; what the assistant says is learned.")
  private boolean messages;

  @Option(
      names = "--eval-data",
      paramLabel = "FILE",
      description = "Held-out data; its loss is printed to stderr at the end.")
  private Optional<Path> evalData = Optional.empty();

  @Option(names = "--eval-steps", paramLabel = "N", description = "Also evaluate every N steps.")
  private Optional<Long> evalSteps = Optional.empty();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "pytorch",
      description = "What trains (${DEFAULT-VALUE}).")
  private String backend = "";

  @Option(names = "--json", description = "One JSON object a line instead of text.")
  private boolean json;

  @ArgGroup(validate = false, heading = "Ranks:%n")
  private BackendOptions ranks = new BackendOptions();

  @ArgGroup(validate = false, heading = "Optimizer:%n")
  private OptimizerOptions optimizer = new OptimizerOptions();

  @ArgGroup(validate = false, heading = "Adapters (LoRA):%n")
  private LoraOptions lora = new LoraOptions();

  @ArgGroup(validate = false, heading = "Checkpoints:%n")
  private CheckpointOptions checkpoints = new CheckpointOptions();

  @Override
  public Integer call() {
    length.check(command.commandLine());
    OutputDirectory.check(output, model.directory());
    ModelBackend found = ranks.backend(backend);
    ModelConfig config = ModelConfig.of("hf", Arguments.of("path", model.directory()));
    Model base =
        ModelRegistry.fromServiceLoader().create(lora.applyTo(config, seed), "actor", Device.cpu());
    BatchSize size = BatchSize.tokens(batchTokens);
    Batches batches = length.of(dataset(data, base.tokenizer()).batches(size, seed));
    FinetuneLoop loop = loop(base, batches);
    FinetuneSpec spec = optimizer.spec(batches.size(), seed);
    try (Interrupt interrupt = new Interrupt(loop::requestStop)) {
      report(loop.run(() -> found.initialize(base, spec)));
    }
    return 0;
  }

  private Dataset dataset(Path file, Tokenizer tokenizer) {
    return messages ? Conversation.read(file, tokenizer) : PromptAnswer.read(file, tokenizer);
  }

  private void report(FinetuneResult result) {
    if (result.stoppedEarly()) {
      String best = result.best().map(x -> x.value() + " at step " + x.step()).orElse("none");
      command.commandLine().getErr().println("ended early; lowest loss: " + best);
    }
  }

  private FinetuneLoop loop(Model base, Batches batches) {
    FinetuneLoop.Builder loop =
        FinetuneLoop.builder(new SftInterface(), batches)
            .listener(new StepPrinter(command.commandLine().getOut(), json))
            .listener(new EventPrinter(command.commandLine().getErr()))
            .output(output);
    evalData.ifPresent(
        file ->
            loop.evaluation(
                dataset(file, base.tokenizer()).batches(BatchSize.tokens(batchTokens)),
                evalSteps.orElse(Long.MAX_VALUE)));
    checkpoints.addTo(loop);
    return loop.build();
  }
}
