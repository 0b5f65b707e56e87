package dev.tenon.cli.doctor;

import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tenon doctor}. */
@Command(
    name = "doctor",
    description = {
      "Tell what Tenon finds on this machine, what is missing and how to get it.",
      "Exit code: 0 models can run here, 1 something is missing."
    },
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--json",
      description = "One JSON object: ok, findings (name to value), missing (name to cure).")
  private boolean json;

  /** For picocli. */
  public DoctorCommand() {}

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.examine(command.root().version()[0]);
    boolean good = findings.stream().allMatch(Finding::isGood);
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(Json.compact(object(findings, good)));
    } else {
      findings.forEach(each -> print(each, out));
      out.println(good ? "All is well." : "Something is missing; see the lines with !");
    }
    out.flush();
    return good ? 0 : 1;
  }

  private static void print(Finding finding, PrintWriter out) {
    out.printf("%s %-20s %s%n", finding.isGood() ? " " : "!", finding.name(), finding.value());
    if (!finding.isGood()) {
      out.printf("  %-20s %s%n", "", finding.cure());
    }
  }

  private static Map<String, Object> object(List<Finding> findings, boolean good) {
    Map<String, Object> values = new LinkedHashMap<>();
    Map<String, Object> cures = new LinkedHashMap<>();
    for (Finding each : findings) {
      values.put(each.name(), each.value());
      if (!each.isGood()) {
        cures.put(each.name(), each.cure());
      }
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("ok", good);
    object.put("findings", values);
    object.put("missing", cures);
    return object;
  }
}
