package dev.tenon.backend.sharded;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.internal.pass.ObjectiveBatch;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.objective.LossFunction;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An objective's text as ranks run it: archive bytes and their digest travel with a call. As a
 * {@link LossFunction} it runs on the first rank alone, on host outputs of a whole batch.
 */
final class RankObjective implements LossFunction {
  private static final Pattern FRAME = Pattern.compile("File \"code/__torch__\\.py\", line (\\d+)");

  private final Ranks ranks;
  private final TextObjective objective;
  private final ScriptArchive archive;

  RankObjective(Ranks ranks, TextObjective objective) {
    this.ranks = ranks;
    this.objective = objective;
    archive = ProgramArchives.objective(objective);
  }

  /** Adds the objective to a request. */
  Part into(Part request) {
    return request
        .with("objective", Map.of("sha256", archive.sha256(), "hp", objective.hyperParameters()))
        .with("", Map.of("objective", RankSetup.bytes(archive)));
  }

  /** What a micro-batch carries for it. */
  Map<String, TensorData> fields(NamedArray part) {
    Map<String, TensorData> fields = new LinkedHashMap<>();
    ObjectiveBatch.fields(part, objective).forEach((name, x) -> fields.put("batch." + name, x));
    return fields;
  }

  @Override
  public Loss compute(NamedArray outputs, NamedArray batch) {
    Part request = into(new Part()).with("", fields(batch)).with("out.", outputs.flatten());
    Reply reply = told(() -> ranks.call(Verb.JOINT, List.of(request)).get(0));
    Map<String, Double> sums = new LinkedHashMap<>(reply.sums().get(0));
    double sum = Objects.requireNonNull(sums.remove("loss"));
    return new Loss(sum, Reply.number(reply.head(), "weight"), reply.tensors(), sums);
  }

  @Override
  public boolean veto(Map<String, Double> statistics) {
    if (!objective.hasVeto()) {
      return false;
    }
    Part request = into(new Part()).with("statistics", statistics);
    return told(() -> ranks.call(Verb.VETO, List.of(request)).get(0)).head().bool("veto");
  }

  /** Runs a call whose error is the text's. */
  <T> T told(Supplier<T> call) {
    try {
      return call.get();
    } catch (RankException e) {
      if (e.brokenContract()) {
        throw new InvalidInputException(e.brokenContract(objective.name()), e);
      }
      throw new InvalidInputException(
          Problems.problem(place(e.reason()), reason(e.reason()), "a text that runs"), e);
    }
  }

  /** The objective, and the last of its lines that the error names. */
  private String place(String message) {
    long lines = objective.text().lines().count();
    String place = "objective " + objective.name();
    Matcher frame = FRAME.matcher(message);
    int last = 0;
    while (frame.find()) {
      int line = ScriptArchive.methodsLine(Integer.parseInt(frame.group(1)));
      last = line > 0 && line <= lines ? line : last;
    }
    return last > 0 ? place + ", line " + last : place;
  }

  private static String reason(String message) {
    String[] lines = message.strip().split("\\R", -1);
    String last = lines[lines.length - 1].strip();
    return message.contains("TorchScript interpreter")
        ? last
        : String.join(" ", message.split("\\s+"));
  }
}
