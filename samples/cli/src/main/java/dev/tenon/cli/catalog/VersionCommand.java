package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon version}. */
@Command(
    name = "version",
    description = {
      "Versions of models and datasets; without a command, the version of tenon itself.",
      "Exit code: 0 done, 1 failed."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "[COMMAND]")
public final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Option(names = "--json", description = "JSON instead of text.")
  private boolean json;

  /** For picocli. */
  public VersionCommand() {}

  @Override
  public Integer call() {
    String tenon = command.root().version()[0];
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("tenon", tenon.replaceFirst("^tenon ", ""));
      values.put("java", Runtime.version().toString());
      out.println(Json.compact(values));
    } else {
      out.println(tenon);
    }
    out.flush();
    return 0;
  }

  @Command(
      name = "list",
      description = "All versions of a name, the oldest first.",
      mixinStandardHelpOptions = true)
  int list(
      @Parameters(paramLabel = "NAME", description = "NAME or NAMESPACE/NAME.") String name,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      for (StoredVersion each : catalog.store().versions(ref(name, dataset).object())) {
        home.print(each, command.commandLine().getOut());
      }
    }
    return 0;
  }

  @Command(
      name = "alias",
      description = "Let an alias name a version, instead of the one that it named before.",
      mixinStandardHelpOptions = true)
  int alias(
      @Parameters(index = "0", paramLabel = "NAME:VERSION", description = "A version.") String name,
      @Parameters(index = "1", paramLabel = "ALIAS", description = "As production.") String alias,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      ModelStore store = catalog.store();
      StoredVersion version = store.resolve(ref(name, dataset));
      store.alias(version.object(), alias, version.number());
      home.print(version, command.commandLine().getOut());
    }
    return 0;
  }

  @Command(
      name = "unalias",
      description = "Forget an alias; the version stays.",
      mixinStandardHelpOptions = true)
  int unalias(
      @Parameters(index = "0", paramLabel = "NAME", description = "NAME or NAMESPACE/NAME.")
          String name,
      @Parameters(index = "1", paramLabel = "ALIAS", description = "As production.") String alias,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      catalog.store().unalias(ref(name, dataset).object(), alias);
    }
    return 0;
  }

  @Command(
      name = "remove",
      description = {
        "Remove a version that no alias and no running job holds.",
        "Its files go at the next tenon store gc."
      },
      mixinStandardHelpOptions = true)
  int remove(
      @Parameters(paramLabel = "NAME:VERSION", description = "A version.") String name,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      catalog.store().remove(ref(name, dataset));
    }
    return 0;
  }

  @Command(
      name = "verify",
      description = "Read all files of a version again and compare their digests.",
      mixinStandardHelpOptions = true)
  int verify(
      @Parameters(paramLabel = "NAME[:VERSION]", description = "A version.") String name,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      StoredVersion version = catalog.store().resolve(ref(name, dataset));
      catalog.store().verify(version);
      home.print(version, command.commandLine().getOut());
    }
    return 0;
  }

  private static VersionRef ref(String name, boolean dataset) {
    return VersionRef.parse(dataset ? ObjectKind.DATASET : ObjectKind.MODEL, name);
  }
}
