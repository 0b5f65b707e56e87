package dev.tenon.samples.quickstart;

import static dev.tenon.modelinterface.data.BatchSize.tokens;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.loop.FinetuneLoop;
import dev.tenon.modelinterface.loop.FinetuneResult;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Trains a small Llama from scratch on the entries of The Devil's Dictionary: the prompt is a
 * headword, the answer its definition, a token is a byte. Then saves it as a HuggingFace directory,
 * reloads that, lets it define words it has never seen, and measures it against a bigram model.
 */
public final class Quickstart {
  /** Headwords from held-out.jsonl. */
  private static final List<String> PROMPTS =
      List.of("HABIT, n.\n", "PHYSICIAN, n.\n", "INVENTOR, n.\n");

  private final Settings settings;
  private final PrintStream out;
  private final ModelRegistry models = HfModels.registry();
  private final PyTorchBackend backend = new PyTorchBackend();
  private final SftInterface sft = new SftInterface();

  Quickstart(Settings settings, PrintStream out) {
    this.settings = settings;
    this.out = out;
  }

  /** Runs with {@code --data DIR --output DIR --steps N --seed N}, all of them optional. */
  public static void main(String[] args) {
    boolean below = new Quickstart(Settings.parse(args), System.out).run();
    System.exit(below ? 0 : 1);
  }

  /** The whole story. Returns whether the trained model is better than the bigram model. */
  boolean run() {
    try (Model model = backend.initialize(newModel(), spec())) {
      printAnswers("Before training", model);
      train(model);
    }
    try (Model model = backend.initializeForInference(savedModel())) {
      printAnswers("After training, reloaded from " + settings.output(), model);
      return isBelowBigram(model);
    }
  }

  /** A model that has learned nothing. */
  Model newModel() {
    Arguments arguments =
        Arguments.of("config", settings.data().resolve("model")).with("seed", settings.seed());
    return models.create("hf-from-config", "quickstart", Device.cpu(), arguments);
  }

  /** What {@link #train} has saved. */
  Model savedModel() {
    return models.create("hf", "quickstart", Device.cpu(), Arguments.of("path", settings.output()));
  }

  FinetuneSpec spec() {
    return FinetuneSpec.steps(settings.steps())
        .learningRate(3e-3)
        .schedule(Schedule.cosine(settings.steps() / 20))
        .microBatchTokens(2048)
        .seed(settings.seed());
  }

  /** Fine-tunes a running model and saves it. */
  FinetuneResult train(Model model) {
    Batches batches = dataset("train", model).batches(tokens(2048), settings.seed());
    return FinetuneLoop.builder(sft, batches.steps(settings.steps()))
        .evaluation(answers("held-out", model), 100)
        .listener(new LossCurve(out))
        .output(settings.output())
        .build()
        .run(model);
  }

  /** The answer to each prompt, most probable byte first. */
  List<String> answers(Model model) {
    try (TextGenerator llm = TextGenerator.open(model)) {
      GenerationOptions options = GenerationOptions.greedy(100);
      return PROMPTS.stream().map(prompt -> llm.generate(prompt, options).text()).toList();
    }
  }

  private void printAnswers(String title, Model model) {
    List<String> answers = answers(model);
    out.printf("%n%s%n", title);
    for (int i = 0; i < answers.size(); i++) {
      String printable = answers.get(i).replaceAll("\\p{Cntrl}", "?");
      out.printf("  %s -> %s%n", PROMPTS.get(i).strip(), printable);
    }
  }

  private boolean isBelowBigram(Model model) {
    List<NamedArray> heldOut = answers("held-out", model);
    double mine = sft.evaluate(model, heldOut).get("loss");
    double bigram = new ByteBigram(answers("train", model)).loss(heldOut);
    String verdict = mine < bigram ? "pass" : "FAIL";
    out.printf("%nHeld-out loss in nats per answer byte, eos left out for both%n");
    out.printf(Locale.ROOT, "  byte bigram, add-one smoothing  %.4f%n", bigram);
    out.printf(Locale.ROOT, "  this model                      %.4f  below: %s%n", mine, verdict);
    return mine < bigram;
  }

  private List<NamedArray> answers(String split, Model model) {
    return AnswerBytes.of(dataset(split, model).batches(tokens(4096)));
  }

  private Dataset dataset(String split, Model model) {
    return PromptAnswer.read(settings.data().resolve(split + ".jsonl"), model.tokenizer());
  }
}
