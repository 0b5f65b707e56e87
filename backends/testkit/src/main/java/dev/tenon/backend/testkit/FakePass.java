package dev.tenon.backend.testkit;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One forward pass of a {@link FakeNetwork} over a packed micro-batch, and the way back, in
 * float64. N tokens, S sequences, H hidden, V vocabulary.
 */
final class FakePass {
  private final FakeNetwork network;
  private final FakeParameters weights;
  private final NamedArray batch;
  private final OutputRequest request;
  private final int[] ids; // [N]
  private final List<Integer> lengths; // [S]
  private final double[][] hidden; // [N, H]

  FakePass(FakeNetwork network, FakeParameters weights, NamedArray batch, OutputRequest request) {
    this.network = network;
    this.weights = weights;
    this.batch = batch;
    this.request = request;
    this.ids = LongStream.of(batch.get("input_ids").toLongs()).mapToInt(x -> (int) x).toArray();
    this.lengths = batch.items().lengths();
    this.hidden = new double[ids.length][];
    Recurrence recurrence = new Recurrence(network.hiddenSize(), weights);
    int token = 0;
    for (int length : lengths) {
      double[] state = recurrence.start();
      for (int t = 0; t < length; t++, token++) {
        state = recurrence.next(state, ids[token]);
        hidden[token] = state;
      }
    }
  }

  /** The requested outputs, F32. */
  NamedArray outputs() {
    NamedArray.Builder fields = NamedArray.builder(batch.items());
    batch.metadata().forEach(fields::metadata);
    for (Output output : request.outputs()) {
      double[] values = values(output);
      fields.put(
          output.field(),
          output.kind(),
          TensorData.ofDoubles(values, dims(output, values.length)).to(DType.F32));
    }
    return fields.build();
  }

  private long[] dims(Output output, int size) {
    return switch (output) {
      case HIDDEN -> new long[] {ids.length, network.hiddenSize()};
      case LOGITS -> new long[] {ids.length, network.vocabSize()};
      case CLASS_LOGITS, POOLED -> new long[] {lengths.size(), size / lengths.size()};
      default -> new long[] {size};
    };
  }

  /** An output's values, row-major. */
  double[] values(Output output) {
    IntStream tokens = IntStream.range(0, ids.length);
    return switch (output) {
      case HIDDEN -> Arrays.stream(hidden).flatMapToDouble(DoubleStream::of).toArray();
      case LOGITS -> tokens.boxed().flatMapToDouble(t -> DoubleStream.of(headRow(t))).toArray();
      case VALUES -> tokens.mapToDouble(t -> headRow(t)[0]).toArray();
      case SCORES, CLASS_LOGITS -> lastRows();
      case POOLED -> means();
      case TOKEN_LOGPROBS, ENTROPY -> nextTokens(output);
      default -> throw new IllegalStateException(output + " was not refused");
    };
  }

  private double[] headRow(int token) {
    return Recurrence.times(weights.head, hidden[token]);
  }

  /** The head's numbers for the last token of each sequence. */
  private double[] lastRows() {
    double[][] rows = new double[lengths.size()][];
    int end = 0;
    for (int s = 0; s < rows.length; s++) {
      end += lengths.get(s);
      rows[s] = headRow(end - 1);
    }
    return Arrays.stream(rows).flatMapToDouble(DoubleStream::of).toArray();
  }

  /** The mean over each sequence of the head's numbers [S, H]. */
  private double[] means() {
    int width = network.hiddenSize();
    double[] means = new double[lengths.size() * width];
    int token = 0;
    for (int s = 0; s < lengths.size(); s++) {
      for (int t = 0; t < lengths.get(s); t++, token++) {
        double[] row = headRow(token);
        for (int i = 0; i < width; i++) {
          means[s * width + i] += row[i] / lengths.get(s);
        }
      }
    }
    return means;
  }

  private double[] nextTokens(Output output) {
    double[] values = new double[ids.length - lengths.size()];
    forEachTarget(
        (entry, token) -> {
          Distribution next = distribution(token - 1);
          values[entry] = output == Output.ENTROPY ? next.entropy() : next.logprob(ids[token]);
        });
    return values;
  }

  private Distribution distribution(int token) {
    return new Distribution(headRow(token), request.temperature());
  }

  private interface TargetVisitor {
    void visit(int entry, int token);
  }

  /** Visits the next-token entries whose target lies inside {@code output_mask}. */
  private void forEachTarget(TargetVisitor visitor) {
    TensorData mask = batch.find("output_mask").orElse(null);
    int entry = 0;
    int token = 0;
    for (int length : lengths) {
      for (int t = 0; t < length; t++, token++) {
        if (t > 0) {
          if (mask == null || mask.getBoolean(token)) {
            visitor.visit(entry, token);
          }
          entry++;
        }
      }
    }
  }

  /** Adds the gradients of the weights, given those of outputs by field name. */
  void backward(Map<String, TensorData> gradients, FakeParameters into) {
    double[][] byHidden = new double[ids.length][network.hiddenSize()];
    gradients.forEach((field, gradient) -> output(field, gradient.toDoubles(), byHidden, into));
    Recurrence recurrence = new Recurrence(network.hiddenSize(), weights);
    int end = 0;
    for (int length : lengths) {
      int start = end;
      end += length;
      double[] carried = recurrence.start();
      for (int t = end - 1; t >= start; t--) {
        for (int i = 0; i < carried.length; i++) {
          carried[i] += byHidden[t][i];
        }
        double[] before = t > start ? hidden[t - 1] : recurrence.start();
        carried = recurrence.back(carried, hidden[t], before, ids[t], into);
      }
    }
  }

  private void output(String field, double[] gradient, double[][] byHidden, FakeParameters into) {
    if (field.equals(Output.HIDDEN.field())) {
      for (int i = 0; i < gradient.length; i++) {
        byHidden[i / network.hiddenSize()][i % network.hiddenSize()] += gradient[i];
      }
    } else if (field.equals(Output.LOGITS.field()) || field.equals(Output.VALUES.field())) {
      int width = gradient.length / ids.length;
      for (int t = 0; t < ids.length; t++) {
        double[] row = new double[width];
        System.arraycopy(gradient, t * width, row, 0, width);
        head(t, row, byHidden, into);
      }
    } else if (field.equals(Output.SCORES.field()) || field.equals(Output.CLASS_LOGITS.field())) {
      int end = 0;
      for (int s = 0; s < lengths.size(); s++) {
        end += lengths.get(s);
        head(end - 1, row(gradient, s), byHidden, into);
      }
    } else if (field.equals(Output.POOLED.field())) {
      int token = 0;
      for (int s = 0; s < lengths.size(); s++) {
        int length = lengths.get(s);
        double[] share = DoubleStream.of(row(gradient, s)).map(x -> x / length).toArray();
        for (int t = 0; t < length; t++, token++) {
          head(token, share, byHidden, into);
        }
      }
    } else {
      boolean entropy = field.equals(Output.ENTROPY.field());
      forEachTarget(
          (entry, token) -> {
            Distribution next = distribution(token - 1);
            double[] row = entropy ? next.entropyGradient() : next.logprobGradient(ids[token]);
            for (int v = 0; v < row.length; v++) {
              row[v] *= gradient[entry];
            }
            head(token - 1, row, byHidden, into);
          });
    }
  }

  /** The part of a gradient that belongs to a sequence. */
  private double[] row(double[] gradient, int sequence) {
    int width = gradient.length / lengths.size();
    return Arrays.copyOfRange(gradient, sequence * width, (sequence + 1) * width);
  }

  /** Back through the head's product: {@code row} is the gradient of its numbers for a token. */
  private void head(int token, double[] row, double[][] byHidden, FakeParameters into) {
    int width = network.hiddenSize();
    for (int v = 0; v < row.length; v++) {
      for (int i = 0; i < width; i++) {
        byHidden[token][i] += row[v] * weights.head[v * width + i];
        into.head[v * width + i] += row[v] * hidden[token][i];
      }
    }
  }
}
