package dev.tenon.benchmarks;

import dev.tenon.model.Tokenizer;
import dev.tenon.nn.tokenizer.HfTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A byte-level tokenizer of 8192 tokens and 10,000 words of text. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open before all else.
public class TokenizerState {
  private static final int WORDS = 10_000;

  Tokenizer tokenizer;
  final String text = "the quick brown fox jumps over the lazy dog ".repeat(WORDS / 9);

  final List<String> texts =
      Collections.nCopies(1000, "the quick brown fox jumps over the lazy dog and ");

  /** Writes and opens the tokenizer. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    Path directory = Files.createTempDirectory("tenon-benchmark");
    ByteTokenizer.write(directory, ModelShape.S1.config.vocabSize());
    tokenizer = HfTokenizer.open(directory);
  }
}
