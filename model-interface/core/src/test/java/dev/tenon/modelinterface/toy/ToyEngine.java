package dev.tenon.modelinterface.toy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.OutputRequest;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A bigram model in float64: logits are a table [V, V], trained by plain gradient descent. It knows
 * one objective, {@code sft}, as its Java twin.
 */
public final class ToyEngine implements TrainEngine {
  private final Network network;
  private final NextTokens next;
  private final double learningRate;
  private final double[][] logits; // [V, V]
  private final List<NamedArray> seen = new ArrayList<>();
  private long version;
  private boolean closed;

  /** What a session generates: the tokens of the next step, from prompt and answer so far. */
  @FunctionalInterface
  public interface NextTokens {
    long[] after(long[] prompt, List<Long> answer);
  }

  private ToyEngine(Network network, NextTokens next, double learningRate) {
    this.network = network;
    this.next = next;
    this.learningRate = learningRate;
    int vocab = learningRate > 0 ? network.program().vocabSize() : 0; // not needed to generate
    this.logits = new double[vocab][vocab];
    for (int i = 0; i < vocab; i++) {
      for (int j = 0; j < vocab; j++) {
        logits[i][j] = Math.sin(i * 12.9898 + j * 78.233);
      }
    }
  }

  public static Model trainable(Tokenizer tokenizer) {
    NextTokens none = (prompt, answer) -> new long[] {tokenizer.eosTokenIds().get(0)};
    return model(tokenizer, new ToyEngine(ToyNetwork.of(tokenizer.vocabSize(), 512), none, 1));
  }

  public static Model generating(Tokenizer tokenizer, int maxPositions, NextTokens next) {
    Network network = ToyNetwork.of(tokenizer.vocabSize(), maxPositions);
    return model(tokenizer, new ToyEngine(network, next, 0));
  }

  private static Model model(Tokenizer tokenizer, ToyEngine engine) {
    return new Model("toy", engine, tokenizer, Device.cpu());
  }

  /** Every batch that came to trainBatch or evalBatch. */
  public List<NamedArray> seen() {
    return seen;
  }

  public boolean isClosed() {
    return closed;
  }

  /** log softmax of a row of the table. */
  public double logprob(long previous, long token) {
    double[] row = logits[(int) previous];
    double max = Arrays.stream(row).max().orElseThrow();
    double sum = Arrays.stream(row).map(x -> Math.exp(x - max)).sum();
    return row[(int) token] - max - Math.log(sum);
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public NamedArray forward(NamedArray batch, OutputRequest request) {
    double[] logprobs = new Targets(batch).logprobs();
    return NamedArray.builder(batch.items())
        .put(
            "token_logprobs",
            FieldKind.NEXT_TOKEN,
            TensorData.ofDoubles(logprobs, logprobs.length).to(DType.F32))
        .build();
  }

  @Override
  public Metrics evalBatch(NamedArray batch, Objective objective) {
    checkOpen();
    seen.add(batch);
    return metrics(new Targets(batch));
  }

  @Override
  public Metrics trainBatch(NamedArray batch, Objective objective) {
    Metrics before = evalBatch(batch, objective);
    double[][] gradient = new Targets(batch).gradient();
    double norm = 0;
    for (int i = 0; i < logits.length; i++) {
      for (int j = 0; j < logits.length; j++) {
        norm += gradient[i][j] * gradient[i][j];
        logits[i][j] -= learningRate * gradient[i][j];
      }
    }
    version++;
    return before.with("grad_norm", Math.sqrt(norm)).with("learning_rate", learningRate);
  }

  private static Metrics metrics(Targets targets) {
    if (targets.weight() == 0) {
      throw new InvalidInputException("weight: 0 (expected: > 0)");
    }
    return Metrics.empty()
        .with("loss", targets.lossSum() / targets.weight())
        .with("weight", targets.weight());
  }

  @Override
  public Metrics gradients(NamedArray batch, Objective objective, TensorSink sink) {
    throw new UnsupportedOperationException("gradients");
  }

  @Override
  public void parameters(TensorSink sink) {
    throw new UnsupportedOperationException("parameters");
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public GenerationSession openSession(SessionLimits limits) {
    checkOpen();
    return new ToySession(next, limits);
  }

  @Override
  public void save(Path directory) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("toy.txt"), Arrays.deepToString(logits));
    } catch (IOException e) {
      throw new CheckpointException(directory + ": cannot be written", e);
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private void checkOpen() {
    if (closed) {
      throw new EngineClosedException("engine: closed (expected: open)");
    }
  }

  /** The next-token entries of a batch, and the twin of the sft objective over them. */
  private final class Targets {
    private final List<long[]> pairs = new ArrayList<>(); // previous token, token
    private final List<Boolean> learned = new ArrayList<>();

    private Targets(NamedArray batch) {
      long[] ids = batch.get("input_ids").toLongs();
      int first = 0;
      for (int length : batch.items().lengths()) {
        for (int t = first + 1; t < first + length; t++) {
          pairs.add(new long[] {ids[t - 1], ids[t]});
          int target = t;
          learned.add(batch.find("loss_mask").map(x -> x.getBoolean(target)).orElse(true));
        }
        first += length;
      }
    }

    private double[] logprobs() {
      return pairs.stream().mapToDouble(x -> logprob(x[0], x[1])).toArray();
    }

    private double weight() {
      return learned.stream().filter(x -> x).count();
    }

    private double lossSum() {
      double[] logprobs = logprobs();
      double sum = 0;
      for (int i = 0; i < logprobs.length; i++) {
        sum -= learned.get(i) ? logprobs[i] : 0;
      }
      return sum;
    }

    /** d(Σ / weight) / d logits: softmax less one-hot, for each learned entry. */
    private double[][] gradient() {
      double[][] gradient = new double[logits.length][logits.length];
      for (int i = 0; i < learned.size(); i++) {
        if (learned.get(i)) {
          int previous = (int) pairs.get(i)[0];
          for (int j = 0; j < logits.length; j++) {
            gradient[previous][j] += Math.exp(logprob(previous, j)) / weight();
          }
          gradient[previous][(int) pairs.get(i)[1]] -= 1 / weight();
        }
      }
      return gradient;
    }
  }
}
