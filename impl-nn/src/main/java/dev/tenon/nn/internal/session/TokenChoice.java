package dev.tenon.nn.internal.session;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What the rows of one generation step ask for beyond the likeliest token, as {@code choose} in
 * sampling.torchscript reads it: B requests. A tensor is there only if some row asks.
 */
public final class TokenChoice {
  private final List<LiveRequest> group;
  private final Map<String, TensorData> tensors = new LinkedHashMap<>();

  private TokenChoice(List<LiveRequest> group) {
    this.group = group;
    pairs("banned", group.stream().map(LiveRequest::bannedIds).toList());
    List<long[]> penalised = group.stream().map(LiveRequest::penalisedIds).toList();
    if (pairs("penalty", penalised)) {
      doubles("repetition_penalty", 1, GenerationOptions::repetitionPenalty);
    }
    doubles("temperature", 1, GenerationOptions::temperature);
    if (group.stream().anyMatch(x -> x.options().topK() > 0)) {
      tensors.put("top_k", longs(group.stream().mapToLong(x -> x.options().topK()).toArray()));
    }
    doubles("top_p", 1, GenerationOptions::topP);
    doubles("min_p", 0, GenerationOptions::minP);
    doubles("sampled", 0, options -> options.doSample() ? 1 : 0);
    if (tensors.containsKey("sampled")) {
      tensors.put("noise", longs(group.stream().mapToLong(LiveRequest::noise).toArray()));
    }
  }

  /** The tensors; empty when every row takes the likeliest token. */
  public static Map<String, TensorData> tensors(List<LiveRequest> group) {
    return new TokenChoice(group).tensors;
  }

  /** One number for each row, if any differs from what asks for nothing. */
  private void doubles(String name, double neutral, ToDoubleFunction<GenerationOptions> option) {
    double[] values = group.stream().mapToDouble(x -> option.applyAsDouble(x.options())).toArray();
    if (DoubleStream.of(values).anyMatch(x -> x != neutral)) {
      tensors.put(name, TensorData.ofDoubles(values, values.length));
    }
  }

  /** Row and id of every id of every row, if there is any. */
  private boolean pairs(String name, List<long[]> idsOfRows) {
    long[] ids = idsOfRows.stream().flatMapToLong(LongStream::of).toArray();
    if (ids.length > 0) {
      long[] rows =
          IntStream.range(0, idsOfRows.size())
              .boxed()
              .flatMapToLong(row -> LongStream.of(idsOfRows.get(row)).map(id -> row))
              .toArray();
      tensors.put(name + "_rows", longs(rows));
      tensors.put(name + "_ids", longs(ids));
    }
    return ids.length > 0;
  }

  private static TensorData longs(long[] values) {
    return TensorData.ofLongs(values, values.length);
  }
}
