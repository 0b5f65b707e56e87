package dev.tenon.samples.custommodel;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/** Trains the network of this package on lighthouse.txt, saves it, reopens it and lets it write. */
public final class CustomModel {
  private static final int ROWS = 8;
  private static final int LENGTH = 96;

  private final ModelRegistry models = new ModelRegistry();
  private final PyTorchBackend backend = new PyTorchBackend();
  private final FocalTraining training = new FocalTraining();
  private final Path directory;
  private final int steps;
  private final PrintStream out;

  CustomModel(Path directory, int steps, PrintStream out) {
    models.register(new GatedConvFactory());
    this.directory = directory;
    this.steps = steps;
    this.out = out;
  }

  /** Runs with a directory to save into and a number of steps, both optional. */
  public static void main(String[] args) {
    Path directory = Path.of(args.length > 0 ? args[0] : "target/custom-model");
    int steps = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    String text = new CustomModel(directory, steps, System.out).run();
    System.out.println(text);
  }

  /** The whole story. Returns what the reopened model writes. */
  String run() {
    train(Arguments.none());
    try (Model model = backend.initializeForInference(create(Arguments.of("path", directory)));
        TextGenerator writer = TextGenerator.open(model)) {
      String prompt = "The keeper ";
      return prompt + writer.generate(prompt, GenerationOptions.greedy(100)).text();
    }
  }

  Model create(Arguments arguments) {
    return models.create(GatedConvFactory.TYPE, "lighthouse", Device.cpu(), arguments);
  }

  /** Trains a new model and saves it; returns nats per byte over the whole text afterwards. */
  double train(Arguments arguments) {
    FinetuneSpec spec = FinetuneSpec.steps(steps).learningRate(4e-3);
    try (Model model = backend.initialize(create(arguments), spec)) {
      long[] text = model.tokenizer().encode(text(), false).ids().toArray();
      Random random = new Random(spec.seed());
      for (int step = 1; step <= steps; step++) {
        Metrics metrics = training.trainStep(model, batch(text, random));
        if (step % 20 == 0) {
          double nats = metrics.get("nats_per_byte");
          out.printf(Locale.ROOT, "step %d/%d  %.3f nats per byte%n", step, steps, nats);
        }
      }
      training.save(model, directory);
      return training.evaluate(model, List.of(whole(text))).get("nats_per_byte");
    }
  }

  /** Random windows of the text, packed one behind the other. */
  static NamedArray batch(long[] text, Random random) {
    long[] ids = new long[ROWS * LENGTH];
    int[] lengths = new int[ROWS];
    for (int row = 0; row < ROWS; row++) {
      int start = random.nextInt(text.length - LENGTH);
      System.arraycopy(text, start, ids, row * LENGTH, LENGTH);
      lengths[row] = LENGTH;
    }
    return packed(ids, lengths);
  }

  private static NamedArray whole(long[] text) {
    return packed(Arrays.copyOf(text, 1024), 1024);
  }

  private static NamedArray packed(long[] ids, int... lengths) {
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }

  private static String text() {
    try (InputStream in = CustomModel.class.getResourceAsStream("lighthouse.txt")) {
      byte[] utf8 = Objects.requireNonNull(in, "lighthouse.txt").readAllBytes();
      return new String(utf8, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
