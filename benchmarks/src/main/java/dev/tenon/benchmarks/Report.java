package dev.tenon.benchmarks;

import dev.tenon.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table and the JSON of a comparison. Losing rows stay in it. */
final class Report {
  private static final String HEAD =
      """
      # Benchmarks

      Written by `dev.tenon.benchmarks.Compare`; [CONTRIBUTING](../CONTRIBUTING.md) tells how to run it. On the CPU, F32 unless told, random weights,
      both sides on one checkpoint. Whole short processes alternate, ours first in one pair, the peer first in the next. Times are medians
      over the runs' medians. Ratio = peer time / our time, the median over pairs; above 1 Tenon is faster. Its interval is a pair of order
      statistics that holds the true median with at least 90 %% (coverage printed). Rows that we lose stay. `benchmarks.json` beside this
      page holds every run. S1 is a Llama of 82 million parameters (hidden 768, 12 layers, 12 heads, 4 key/value heads, intermediate 2048,
      vocabulary 8192, tied head), S0 one of 0.8 million, S2 a Qwen2 of 388 million (896, 24, 14, 2, 4864, 32768, tied). Decode is per token after a prompt of 128, greedy, 64 tokens. A train step is
      forward, backward and AdamW without clipping; on ragged rows, 20 to 256 tokens of The Devil's Dictionary with masked prompts, TRL and Tenon
      clip too. LoRA has rank 8 on queries and values. Memory is the peak of the process, with loading and libraries.
      × floor = time / (bytes of the weights / read bandwidth), ours / peer: no step can be below 1. A weight has 4, 2, 1 or 0.5625 bytes;
      the bandwidth was measured in this sitting by as many threads that sum a buffer of 512 MB.
      """;

  private final Map<String, Object> head = new LinkedHashMap<>();
  private final List<Result> results = new ArrayList<>();
  private final List<Object> details = new ArrayList<>();
  private final String clock;
  private final double bandwidth;

  Report(List<String> command, int threads, String clock) {
    this.clock = clock;
    bandwidth = Bandwidth.bytesPerSecond(threads);
    head.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    head.putAll(Machine.describe());
    head.put("threads", threads);
    head.put("clock", clock);
    head.put("load_at_start", Machine.load());
    head.put("read_bandwidth_gb_s", Statistics.round(bandwidth / 1e9));
    head.put("command", "Compare " + String.join(" ", command));
  }

  /** Adds the pairs of a match; returns its results. */
  List<Result> add(Match match, List<Map<String, ?>> ours, List<Map<String, ?>> theirs) {
    List<Result> added =
        match.questions().stream()
            .map(x -> Result.of(match, x, clock, bandwidth, ours, theirs))
            .toList();
    results.addAll(added);
    Map<String, Object> runs = new LinkedHashMap<>();
    runs.put("match", match.name());
    runs.put("ours", List.copyOf(ours));
    runs.put("peer", List.copyOf(theirs));
    details.add(runs);
    return added;
  }

  /** Writes {@code benchmarks.md} and {@code benchmarks.json}. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Map<String, Object> all = new LinkedHashMap<>(head);
    all.put("results", results.stream().map(Result::toMap).toList());
    all.put("runs", details);
    Files.write(directory.resolve("benchmarks.json"), Json.prettyBytes(all));
    Files.writeString(directory.resolve("benchmarks.md"), markdown());
  }

  private String markdown() {
    StringBuilder text = new StringBuilder(HEAD.replace("%%", "%")).append("\n");
    head.forEach(
        (key, value) -> text.append("- ").append(key).append(": ").append(value).append("\n"));
    text.append(
        "\n"
            + "| | question | ours | peer | ratio | interval | × floor | pairs | MB ours /"
            + " peer | peer | load |\n");
    text.append("|---|---|---|---|---|---|---|---|---|---|---|\n");
    results.forEach(result -> text.append(result).append("\n"));
    return text.toString();
  }
}
