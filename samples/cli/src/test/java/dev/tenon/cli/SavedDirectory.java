package dev.tenon.cli;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a run left behind: a directory, and perhaps one of adapters on it.
 *
 * @param directory of the network
 * @param adapter keys of the request to Python about adapters; empty: none
 */
record SavedDirectory(Path directory, Map<String, Path> adapter) {
  private static final List<Integer> PADDED = List.of(7, 25, 26);

  /** What is saved, or made by peft and opened here. */
  enum Way {
    F32,
    BF16,
    ADAPTER,
    MERGED,
    FROM_PEFT
  }

  /** A network after a step of learning, so that what is saved is not what was read. */
  static SavedDirectory make(Model source, Way way, NamedArray batch, Path scratch) {
    Path plain = scratch.resolve("plain");
    if (way == Way.F32 || way == Way.BF16) {
      train(source, batch, plain);
      return way == Way.F32 ? of(plain) : of(halved(plain, scratch.resolve("bf16")));
    }
    // A new head is saved with the base: both sides must start from the same one.
    CheckpointDirectory.write(plain, x -> source.network().save(x, source.network().weights()));
    Path adapter = scratch.resolve("adapter");
    if (way == Way.FROM_PEFT) {
      return new SavedDirectory(plain, Map.of("make_adapter", adapter));
    }
    Model base = open(plain);
    LoraNetwork fresh = LoraNetwork.create(base.network(), LoraConfig.rank(3).alpha(5), 4);
    train(base.withModule(fresh), batch, adapter);
    if (way == Way.ADAPTER) {
      return new SavedDirectory(plain, Map.of("adapter", adapter));
    }
    Path merged = scratch.resolve("merged");
    CheckpointDirectory.write(merged, LoraNetwork.open(base.network(), adapter)::saveMerged);
    return of(merged);
  }

  private static SavedDirectory of(Path directory) {
    return new SavedDirectory(directory, Map.of());
  }

  private static Path halved(Path directory, Path half) {
    Network network = open(directory).network();
    CheckpointDirectory.write(half, x -> network.save(x, network.weights().in(DType.BF16)));
    return half;
  }

  private static Model open(Path directory) {
    return HfModels.registry().create("hf", "saved", Device.cpu(), Arguments.of("path", directory));
  }

  /** The network as a user opens it. */
  Model open() {
    Model model = open(directory);
    return adapter.values().stream()
        .findFirst()
        .map(x -> model.withModule(LoraNetwork.open(model.network(), x)))
        .orElse(model);
  }

  /** The case for Python. */
  Map<String, Object> request(String kind) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("kind", kind);
    request.put("directory", directory.toString());
    adapter.forEach((key, path) -> request.put(key, path.toString()));
    return request;
  }

  private static void train(Model network, NamedArray batch, Path saved) {
    FinetuneSpec spec =
        FinetuneSpec.steps(1)
            .learningRate(1e-2)
            .schedule(Schedule.constant(0))
            .disableDropout(true);
    try (Model model = new PyTorchBackend().initialize(network, spec)) {
      model.trainEngine().trainBatch(batch, sines(output(network.network().head())));
      model.engine().save(saved);
    }
  }

  /**
   * Random tokens, with types where the network reads them; one sequence ends in padding, and one
   * is nothing else, where a token pads.
   */
  static NamedArray batch(Network network) {
    return batch(network, 3);
  }

  /** The same with other tokens for each seed. */
  static NamedArray batch(Network network, long seed) {
    Random random = new Random(seed);
    int[] lengths = {7, 1, 19, 12};
    long[] ids = random.longs(39, 0, network.vocabSize()).toArray();
    network.padTokenId().ifPresent(pad -> PADDED.forEach(i -> ids[i] = pad));
    NamedArray batch =
        NamedArray.builder(Items.ofLengths(lengths))
            .put("input_ids", TensorData.ofLongs(ids, ids.length))
            .build();
    int types = network.tokenTypes();
    return types == 0
        ? batch
        : batch.with(
            "token_type_ids", TensorData.ofLongs(random.longs(39, 0, types).toArray(), 39));
  }

  /** What a head is compared by. */
  static Output output(Head head) {
    return switch (head) {
      case CAUSAL_LM, MASKED_LM -> Output.LOGITS;
      case SEQUENCE_CLASSIFICATION -> Output.CLASS_LOGITS;
      case VALUE -> Output.SCORES;
      default -> Output.POOLED;
    };
  }

  /** The sum of the sines of an output. */
  static Objective sines(Output output) {
    return Objective.of(
        "sines",
        OutputRequest.of(output),
        List.of(new BatchField("input_ids", FieldKind.TOKEN, DType.I64)),
        """
        def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
          return torch.ones_like(batch["input_ids"]).float().sum()
        def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
          return {"loss": torch.sum(torch.sin(out["OUTPUT"]))}
        """
            .replace("OUTPUT", output.field()));
  }
}
