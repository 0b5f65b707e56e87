package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What of a checkpoint trains, and on which batches: {@code train} and {@code lora} on random
 * tokens in full rows, {@code sft} and {@code lora-ragged} on {@link RaggedText}.
 */
record TrainRun(String what) {
  private static final int WARM_STEPS = 2;
  private static final List<String> QUERY_AND_VALUE = List.of("q_proj", "v_proj");

  /** The kinds there are. */
  static final List<String> KINDS = List.of("train", "lora", "sft", "lora-ragged");

  private boolean ragged() {
    return what.equals("sft") || what.equals("lora-ragged");
  }

  /** Adapters as the peer has them: rank 8, alpha 16. */
  static Model adapted(Model model) {
    LoraConfig config = LoraConfig.rank(8).alpha(16).targets(QUERY_AND_VALUE);
    return new Model(
        model.name(),
        LoraNetwork.create(model.network(), config, 1),
        model.tokenizer(),
        model.device());
  }

  /** AdamW at a constant rate; it clips where the peer does, which is TRL. */
  private FinetuneSpec spec(Precision precision) {
    FinetuneSpec spec = FinetuneSpec.openEnded().learningRate(1e-4).precision(precision);
    return what.equals("sft") ? spec.maxGradNorm(1) : spec.maxGradNorm(0);
  }

  private List<NamedArray> batches(Model model, int count, List<String> data) {
    if (ragged()) {
      return RaggedText.batches(Path.of(data.get(0)), count);
    }
    int rows = Integer.parseInt(data.get(0));
    int tokens = Integer.parseInt(data.get(1));
    return IntStream.range(0, count)
        .mapToObj(i -> RandomBatches.batch(i, rows, tokens, model.network().vocabSize()))
        .toList();
  }

  /**
   * Times steps.
   *
   * @param data the file of ragged text, or numbers of rows and tokens
   */
  Timings time(Path checkpoint, Precision precision, int repetitions, List<String> data) {
    Model plain = ModelShape.open(checkpoint);
    Model network = what.startsWith("lora") ? adapted(plain) : plain;
    List<NamedArray> batches = batches(network, WARM_STEPS + repetitions, data);
    Timings steps = new Timings();
    try (Model model = new PyTorchBackend().initialize(network, spec(precision))) {
      SftInterface sft = new SftInterface();
      batches.subList(0, WARM_STEPS).forEach(batch -> sft.trainStep(model, batch));
      batches
          .subList(WARM_STEPS, batches.size())
          .forEach(batch -> steps.time(() -> sft.trainStep(model, batch)));
    }
    return steps;
  }
}
