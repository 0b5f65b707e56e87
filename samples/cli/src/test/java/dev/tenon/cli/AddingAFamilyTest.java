package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Engine;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.model.Registry;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.checkpoint.HfCheckpoint;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.family.ParameterTable;
import dev.tenon.nn.script.ScriptText;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/adding-a-family.md stand in this file, compile and run. */
class AddingAFamilyTest {
  private static final String CONFIG =
      """
      {"model_type": "mini", "architectures": ["MiniForCausalLM"], "vocab_size": 340,
       "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4}
      """;

  @Test
  void everyExampleOfTheDocumentStandsHere() throws IOException {
    DocumentExamples.standIn(AddingAFamilyTest.class, "docs/adding-a-family.md", 5);
  }

  @Test
  void aFamilyOfTheApplicationTrainsAndGenerates(@TempDir Path directory) {
    Registry<Family> known = Families.standard();
    known.register("mini", new Mini());
    HfCheckpoint start =
        HfCheckpoint.create(
            ConfigFile.of("config.json", CONFIG), Resources.directory("families/llama"), 3, known);
    Path checkpoint = directory;
    start.save(checkpoint, start.network().weights(), HfCheckpoint.MAX_SHARD_BYTES);
    long[] ids = new Random(1).longs(15, 0, 340).toArray();

    Registry<Family> families = Families.standard();
    families.register("mini", new Mini());
    Model base = HfCheckpoint.open(checkpoint, families).model("actor", Device.cpu());

    NamedArray batch =
        NamedArray.builder(Items.ofLengths(5, 1, 9))
            .put("input_ids", TensorData.ofLongs(ids, 15))
            .build();
    try (Model trained = new PyTorchBackend().initialize(base, FinetuneSpec.steps(1));
        Model fused = new PyTorchBackend().initializeForInference(base)) {
      float[] left = trained.engine().forward(batch, Output.LOGITS).get("logits").toFloats();
      float[] right = fused.engine().forward(batch, Output.LOGITS).get("logits").toFloats();
      assertThat(right).containsExactly(left, within(1e-5f)); // block and block_step agree
      NamedArray prompt = batch.item(0);
      GenerationOptions options = GenerationOptions.greedy(6).ignoringEos();
      long[] answer = fused.engine().generate(prompt, options).get("input_ids").toLongs();
      assertThat(answer).isEqualTo(withoutCache(trained.engine(), prompt, 6)); // so does the cache
    }
  }

  /** Greedy ids by whole passes. */
  private static long[] withoutCache(Engine engine, NamedArray prompt, int count) {
    long[] ids = prompt.get("input_ids").toLongs();
    for (int i = 0; i < count; i++) {
      NamedArray batch =
          NamedArray.builder(Items.ofLengths(ids.length))
              .put("input_ids", TensorData.ofLongs(ids, ids.length))
              .build();
      float[] logits = engine.forward(batch, Output.LOGITS).get("logits").toFloats();
      int first = logits.length - 340;
      int best = first;
      for (int v = first; v < logits.length; v++) {
        best = logits[v] > logits[best] ? v : best;
      }
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = best - first;
    }
    return ids;
  }

  /** model_type "mini": attention over learned positions, no MLP. */
  private static final class Mini implements Family {
    private static final Map<Head, String> ARCHITECTURES =
        Map.of(Head.CAUSAL_LM, "MiniForCausalLM", Head.VALUE, "MiniForSequenceClassification");

    @Override
    public String modelType() {
      return "mini";
    }

    @Override
    public Map<Head, String> architectures() {
      return ARCHITECTURES;
    }

    @Override
    public Architecture read(ConfigReader config) {
      Head head = HeadKeys.read(config, ARCHITECTURES);
      int vocab = config.integer("vocab_size", 1, 1 << 24);
      int hidden = config.integer("hidden_size", 1, 1 << 16);
      int layers = config.integer("num_hidden_layers", 1, 1000);
      int heads = config.integer("num_attention_heads", 1, 1 << 10);
      int positions = config.integer("max_position_embeddings", 1, 1 << 20, 64);
      if (hidden % heads != 0) {
        config.problem("num_attention_heads", "a divisor of hidden_size");
      }
      config.finish(); // everything that is wrong, in one message
      HeadWeight weight = HeadWeight.of(head, HeadWeight.LM_HEAD); // not tied
      return new Architecture(
          String.valueOf(ARCHITECTURES.get(head)),
          head,
          table(vocab, hidden, layers, positions, weight),
          program(vocab, hidden, layers, heads, weight),
          positions,
          weight.tied(),
          weight.ignored("layers\\.\\d+\\.mask"), // a buffer of old files
          "", // names are complete
          6L * hidden + heads, // what a block keeps of a token in training, for plan
          parameter -> new Start(0, 0.02));
    }

    private static List<Parameter> table(
        int vocab, int hidden, int layers, int positions, HeadWeight weight) {
      ParameterTable table = new ParameterTable("layers.");
      Shape vectors = Shape.of(vocab, hidden);
      table.embedding("tokens.weight", vectors, false);
      table.embedding("positions.weight", Shape.of(positions, hidden), false);
      for (int layer = 0; layer < layers; layer++) {
        table.block(layer, "qkv.weight", Shape.of(3L * hidden, hidden), true);
        table.block(layer, "out.weight", Shape.of(hidden, hidden), true);
      }
      weight.addTo(table, vectors);
      return table.parameters();
    }

    private static Program program(
        int vocab, int hidden, int layers, int heads, HeadWeight weight) {
      Map<String, String> literals = new LinkedHashMap<>(weight.literals()); // HEAD, HEAD_WEIGHT
      literals.put("HIDDEN", Integer.toString(hidden));
      literals.put("HEADS", Integer.toString(heads));
      literals.put("HEAD_DIM", Integer.toString(hidden / heads));
      String text = ScriptText.substitute(TEXT, literals);
      return new Program(
          ScriptText.join(List.of(ScriptText.common(), text)),
          layers,
          hidden,
          vocab,
          heads,
          hidden / heads);
    }

    private static final String TEXT =
        """
        def prepare(self, b: Dict[str, Tensor]) -> Dict[str, Tensor]:
          return self.step_mask(b.copy())

        def embed(self, w: Dict[str, Tensor], b: Dict[str, Tensor]) -> Tensor:
          x = torch.embedding(w["tokens.weight"], b["input_ids"])
          return x + torch.embedding(w["positions.weight"], b["position_ids"])

        def norm(self, x: Tensor) -> Tensor:
          return torch.rms_norm(x, [$HIDDEN], None, 1e-06)

        def block(self, w: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], layer: int) -> Tuple[Tensor, Dict[str, Tensor]]:
          qkv = torch.unflatten(self.dense(self.norm(x), w["qkv.weight"], None), -1, [3, $HEADS, $HEAD_DIM])
          a = self.attention(torch.select(qkv, 2, 0), torch.select(qkv, 2, 1), torch.select(qkv, 2, 2), None)
          return (x + self.dense(a, w["out.weight"], None), annotate(Dict[str, Tensor], {}))

        def head(self, w: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], want: List[str]) -> Dict[str, Tensor]:
          out = x
          if self.wants_projection(want):
            out = self.dense(x, w["$HEAD_WEIGHT"], None)
          return self.$HEAD(x, out, b, want)

        def fuse(self, w: Dict[str, Tensor], layer: int) -> Tuple[Dict[str, $PACKED], Dict[str, Tensor]]:
          return ({"qkv": self.pack(w["qkv.weight"]), "out": self.pack(w["out.weight"])}, annotate(Dict[str, Tensor], {}))

        def fuse_head(self, w: Dict[str, Tensor]) -> Tuple[Dict[str, $PACKED], Dict[str, Tensor]]:
          return ({"head": self.pack(w["$HEAD_WEIGHT"])}, annotate(Dict[str, Tensor], {}))

        def block_step(self, p: Dict[str, $PACKED], s: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], k: Tensor, v: Tensor, layer: int) -> Tuple[Tensor, Dict[str, Tensor]]:
          ids = b["input_ids"]
          qkv = torch.view(self.linear(self.norm(x), p["qkv"], None), [ids.size(0), ids.size(1), -1, $HEAD_DIM])
          self.store(k, torch.narrow(qkv, 2, $HEADS, $HEADS), b)
          self.store(v, torch.narrow(qkv, 2, 2 * $HEADS, $HEADS), b)
          a = self.cached_attention(torch.narrow(qkv, 2, 0, $HEADS), k, v, b)
          return (x + self.linear(a, p["out"], None), annotate(Dict[str, Tensor], {}))

        def head_step(self, p: Dict[str, $PACKED], s: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], want: List[str]) -> Dict[str, Tensor]:
          out = x
          if self.wants_projection(want):
            out = self.linear(x, p["head"], None)
          return self.$HEAD(x, out, b, want)
        """;
  }
}
