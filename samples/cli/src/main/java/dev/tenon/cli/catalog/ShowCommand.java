package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.Description;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon show}. */
@Command(
    name = "show",
    description = {
      "Show what a description says and the versions of its files, with their lineage.",
      "Exit code: 0 shown, 1 there is neither a description nor a version of that name."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ShowCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "NAME",
      description = "NAME or NAMESPACE/NAME; with :VERSION, that version alone.")
  private String name = "";

  @Option(names = "--dataset", description = "A dataset, not a model.")
  private boolean dataset;

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public ShowCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (Catalog catalog = home.open()) {
      ObjectKind kind = dataset ? ObjectKind.DATASET : ObjectKind.MODEL;
      VersionRef ref = VersionRef.parse(kind, name);
      List<Description> described =
          Arrays.stream(SpecKind.values())
              .filter(x -> (x == SpecKind.DATASET) == dataset)
              .map(x -> catalog.findDescription(x, ref.object().text()))
              .flatMap(Optional::stream)
              .toList();
      List<StoredVersion> versions =
          name.contains(":")
              ? List.of(catalog.store().resolve(ref))
              : catalog.store().versions(ref.object());
      if (described.isEmpty() && versions.isEmpty()) {
        throw new UnknownNameException(
            Problems.problem(kind.label(), name, "a registered name; tenon list shows them"));
      }
      SortedMap<String, Integer> aliases = catalog.store().aliases(ref.object());
      if (home.json()) {
        out.println(Json.compact(json(described, versions, aliases)));
      } else {
        described.forEach(x -> print(x, out));
        versions.forEach(x -> print(x, aliases, out));
      }
    }
    out.flush();
    return 0;
  }

  private Map<String, @Nullable Object> json(
      List<Description> described,
      List<StoredVersion> versions,
      SortedMap<String, Integer> aliases) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put(
        "descriptions",
        described.stream()
            .map(
                x -> {
                  Map<String, @Nullable Object> each = new LinkedHashMap<>();
                  each.put("state", x.registration().state().label());
                  each.put("error", x.registration().error().orElse(null));
                  each.put("spec", x.spec().toMap());
                  return each;
                })
            .toList());
    json.put("versions", versions.stream().map(VersionView::of).toList());
    json.put("aliases", aliases);
    return json;
  }

  private static void print(Description description, PrintWriter out) {
    out.printf(
        "%s %s (%s), %s%s%n",
        description.spec().kind().label(),
        description.name(),
        description.spec().name().displayed(),
        description.registration().state().label(),
        description.registration().error().map(x -> " | " + x).orElse(""));
    out.printf(
        "  source: %s%s%n",
        description.spec().source().kind().label(),
        description.spec().source().location().map(x -> " " + x).orElse(""));
    out.printf(
        "  %strainable, %sservable%n",
        description.spec().trainable() ? "" : "not ", description.spec().servable() ? "" : "not ");
  }

  private static void print(
      StoredVersion version, SortedMap<String, Integer> aliases, PrintWriter out) {
    List<String> names =
        aliases.entrySet().stream()
            .filter(x -> x.getValue() == version.number())
            .map(Map.Entry::getKey)
            .toList();
    out.printf(
        "%s:%d%s  %.1f MB  %s%n",
        version.object().text(),
        version.number(),
        names.isEmpty() ? "" : " " + names,
        version.bytes() / 1e6,
        version.directory());
    Lineage lineage = version.record().lineage();
    lineage
        .parent()
        .ifPresent(x -> out.println("  parent: " + x.object().text() + ":" + x.number()));
    lineage
        .dataset()
        .ifPresent(x -> out.println("  dataset: " + x.object().text() + ":" + x.number()));
    lineage.job().ifPresent(x -> out.println("  job: " + x));
    printIfAny("origin", lineage.origin(), out);
    printIfAny("params", lineage.params(), out);
    printIfAny("metrics", version.record().metrics(), out);
    printIfAny("tags", version.record().tags(), out);
  }

  private static void printIfAny(String what, Map<?, ?> values, PrintWriter out) {
    if (!values.isEmpty()) {
      out.println("  " + what + ": " + values);
    }
  }
}
