package dev.tenon.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The answer to one question over all pairs.
 *
 * @param shape the network
 * @param question text with its unit
 * @param ours median of our runs, ms
 * @param theirs median of the peer's runs, ms
 * @param ratio peer / ours over the pairs
 * @param floor ms in which this machine reads the weights; 0: not limited by reading
 * @param pairs how many
 * @param ourMegabytes peak memory of our process
 * @param theirMegabytes peak memory of the peer's process
 * @param peer its name and versions
 * @param load of the machine when the last pair ended
 */
record Result(
    Subject shape,
    String question,
    double ours,
    double theirs,
    Statistics.Interval ratio,
    double floor,
    int pairs,
    double ourMegabytes,
    double theirMegabytes,
    String peer,
    double load) {
  static Result of(
      Match match,
      Match.Question question,
      String clock,
      double bandwidth,
      List<Map<String, ?>> ours,
      List<Map<String, ?>> theirs) {
    List<Double> our = ours.stream().map(x -> question.answer(x, clock)).toList();
    List<Double> their = theirs.stream().map(x -> question.answer(x, clock)).toList();
    List<Double> ratios =
        IntStream.range(0, our.size()).mapToObj(i -> their.get(i) / our.get(i)).toList();
    return new Result(
        match.shape(),
        question.text(),
        Statistics.median(our),
        Statistics.median(their),
        Statistics.Interval.of(ratios),
        1e3 * question.bytes() / bandwidth,
        our.size(),
        peak(ours),
        peak(theirs),
        theirs.get(0).get("peer") + " " + theirs.get(0).get("version"),
        Machine.load());
  }

  private static double peak(List<Map<String, ?>> rows) {
    return Statistics.median(rows.stream().map(x -> Row.number(x, "rss_mb")).toList());
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("shape", shape.name());
    map.put("question", question);
    map.put("ours_ms", Statistics.round(ours));
    map.put("peer_ms", Statistics.round(theirs));
    map.put("ratio", Statistics.round(ratio.median()));
    map.put("low", Statistics.round(ratio.low()));
    map.put("high", Statistics.round(ratio.high()));
    map.put("coverage", Statistics.round(ratio.coverage()));
    map.put("floor_ms", Statistics.round(floor));
    map.put("pairs", pairs);
    map.put("ours_rss_mb", ourMegabytes);
    map.put("peer_rss_mb", theirMegabytes);
    map.put("peer", peer);
    map.put("load", load);
    return map;
  }

  /** A row of the table. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.2f | %.2f | **%.2f** | %.2f – %.2f (%.0f %%) | %s | %d | %.0f / %.0f | %s |"
            + " %.2f |",
        shape,
        question,
        ours,
        theirs,
        ratio.median(),
        ratio.low(),
        ratio.high(),
        100 * ratio.coverage(),
        timesFloor(),
        pairs,
        ourMegabytes,
        theirMegabytes,
        peer,
        load);
  }

  private String timesFloor() {
    return floor == 0
        ? ""
        : String.format(Locale.ROOT, "%.2f / %.2f", ours / floor, theirs / floor);
  }
}
