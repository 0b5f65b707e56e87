package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.Description;
import dev.tenon.catalog.store.MetricBound;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.StoreQuery;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon list}. */
@Command(
    name = "list",
    description = {
      "List what is registered, and versions in the store.",
      "With a condition, only versions that keep all of them; with --json, one object a line."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ListCommand implements Callable<Integer> {
  private static final Pattern BOUND =
      Pattern.compile("\\s*([^<>=\\s]+)\\s*(<=|>=)\\s*(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)\\s*");

  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(paramLabel = "TEXT", arity = "0..1", description = "Only names that hold this text.")
  private Optional<String> text = Optional.empty();

  @Option(names = "--all", description = "All versions; else the newest of each name.")
  private boolean all;

  @Option(names = "--datasets", description = "Only datasets.")
  private boolean datasets;

  @Option(names = "--task", paramLabel = "TASK", description = "Only versions for this task.")
  private Optional<String> task = Optional.empty();

  @Option(names = "--framework", paramLabel = "NAME", description = "Only versions of it.")
  private Optional<String> framework = Optional.empty();

  @Option(
      names = "--tag",
      paramLabel = "NAME=VALUE",
      description = "Only versions with this tag; repeatable.")
  private Map<String, String> tags = Map.of();

  @Option(
      names = "--metric",
      paramLabel = "BOUND",
      description = "Only versions whose metric keeps a bound, \"eval_loss<=2.5\"; repeatable.")
  private List<String> metrics = List.of();

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public ListCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (Catalog catalog = home.open()) {
      StoreQuery query = query();
      boolean plain = query.withNewestOnly().equals(StoreQuery.ALL.withNewestOnly());
      List<StoredVersion> versions = catalog.store().list(query);
      List<Description> described = plain ? catalog.descriptions() : List.of();
      if (home.json()) {
        described.forEach(x -> out.println(Json.compact(json(x))));
        versions.forEach(x -> out.println(Json.compact(VersionView.of(x))));
      } else {
        print(described, versions, out);
      }
    }
    out.flush();
    return 0;
  }

  private StoreQuery query() {
    StoreQuery query = all ? StoreQuery.ALL : StoreQuery.ALL.withNewestOnly();
    query = datasets ? query.withKind(ObjectKind.DATASET) : query;
    query = text.map(query::withText).orElse(query);
    query = task.map(query::withTask).orElse(query);
    query = framework.map(query::withFramework).orElse(query);
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      query = query.withTag(tag.getKey(), tag.getValue());
    }
    for (String metric : metrics) {
      query = query.withMetric(bound(metric));
    }
    return query;
  }

  private MetricBound bound(String text) {
    Matcher matcher = BOUND.matcher(text);
    if (!matcher.matches()) {
      throw new ParameterException(
          command.commandLine(), "--metric: " + text + " (expected: NAME<=NUMBER or NAME>=NUMBER)");
    }
    double number = Double.parseDouble(matcher.group(3));
    return matcher.group(2).equals(">=")
        ? MetricBound.atLeast(matcher.group(1), number)
        : MetricBound.atMost(matcher.group(1), number);
  }

  private static Map<String, @Nullable Object> json(Description description) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", "description");
    json.put("describes", description.spec().kind().label());
    json.put("name", description.name());
    json.put("state", description.registration().state().label());
    json.put("error", description.registration().error().orElse(null));
    return json;
  }

  private static void print(
      List<Description> described, List<StoredVersion> versions, PrintWriter out) {
    if (!described.isEmpty()) {
      Rows rows = new Rows("DESCRIPTION", "KIND", "STATE");
      for (Description each : described) {
        String state = each.registration().state().label();
        String error =
            each.registration()
                .error()
                .map(x -> " | " + x.lines().findFirst().orElse(""))
                .orElse("");
        rows.add(each.name(), each.spec().kind().label(), state + error);
      }
      rows.print(out);
      out.println();
    }
    Rows rows = new Rows("VERSION", "KIND", "MB", "CREATED", "TASKS");
    for (StoredVersion each : versions) {
      rows.add(
          each.object().text() + ":" + each.number(),
          each.object().kind().label(),
          String.format(Locale.ROOT, "%.1f", each.bytes() / 1e6),
          each.created().toString().substring(0, 19),
          String.join(",", each.record().tasks()));
    }
    rows.print(out);
  }
}
