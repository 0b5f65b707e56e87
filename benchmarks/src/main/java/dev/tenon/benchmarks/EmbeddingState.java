package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An embedder and sentences; {@code -p minilm=DIR} names a sentence-transformers directory. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open before all else.
public class EmbeddingState {
  private static final int BATCH = 32;
  private static final int CONFIG_VOCAB = 30_522;

  /** The shape of all-MiniLM-L6-v2. */
  private static final Map<String, Object> CONFIG =
      Map.of(
          "model_type", "bert",
          "architectures", List.of("BertModel"),
          "hidden_size", 384,
          "num_hidden_layers", 6,
          "num_attention_heads", 12,
          "intermediate_size", 1536,
          "vocab_size", CONFIG_VOCAB);

  /** The model's directory; none: random weights of its shape, and a token is a byte. */
  @Param("")
  public String minilm;

  /** In what it computes. */
  @Param({"F32", "BF16", "INT8"})
  public Precision precision;

  /** Tokens of a sentence. */
  @Param({"20", "100"})
  public int tokens;

  TextEmbedder embedder;
  List<String> sentences;
  private @Nullable Model model;

  /** Opens the embedder. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    InferenceSpec spec = InferenceSpec.defaults().precision(precision);
    if (minilm.isEmpty()) {
      Path directory = Files.createTempDirectory("tenon-benchmark");
      ByteTokenizer.write(directory, CONFIG_VOCAB);
      Model network = HfModels.create("minilm", Device.cpu(), CONFIG, directory, 1);
      model = new PyTorchBackend().initializeForInference(network, spec);
      embedder = TextEmbedder.open(model);
    } else {
      embedder = TextEmbedder.open(Path.of(minilm), spec);
    }
    sentences = Sentences.of(BATCH, tokens);
  }

  /** Closes the embedder. */
  @TearDown(Level.Trial)
  public void close() {
    embedder.close();
    if (model != null) {
      model.close();
    }
  }
}
