package dev.tenon.benchmarks;

import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import java.nio.file.Path;
import java.util.List;
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

  /** The model's directory. */
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

  /** Opens the embedder. */
  @Setup(Level.Trial)
  public void open() {
    if (minilm.isEmpty()) {
      throw new IllegalArgumentException("minilm: none (expected: -p minilm=DIRECTORY)");
    }
    embedder = TextEmbedder.open(Path.of(minilm), InferenceSpec.defaults().precision(precision));
    sentences = Sentences.of(BATCH, tokens);
  }

  /** Closes the embedder. */
  @TearDown(Level.Trial)
  public void close() {
    embedder.close();
  }
}
