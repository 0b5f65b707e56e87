package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.store.Collected;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon store}. */
@Command(
    name = "store",
    description = {"The store of versions, and buckets.", "Exit code: 0 done, 1 failed."},
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class StoreCommand {
  @Spec private CommandSpec command = CommandSpec.create();

  /** For picocli. */
  public StoreCommand() {}

  @Command(
      name = "gc",
      description = "Remove files that no version holds, and what broken runs left.",
      mixinStandardHelpOptions = true)
  int collect(@Mixin HomeOptions home) {
    PrintWriter out = command.commandLine().getOut();
    try (Catalog catalog = home.open()) {
      Collected collected = catalog.store().collect();
      if (home.json()) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trees", (long) collected.trees());
        json.put("blobs", (long) collected.blobs());
        json.put("bytes", collected.bytes());
        out.println(Json.compact(json));
      } else {
        out.printf("%.1f MB freed%n", collected.bytes() / 1e6);
      }
    }
    out.flush();
    return 0;
  }

  @Command(
      name = "push",
      description = {
        "Copy a version into a bucket; what is there already is not sent again.",
        "Keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
      },
      mixinStandardHelpOptions = true)
  int push(
      @Parameters(index = "0", paramLabel = "NAME[:VERSION]", description = "A version.")
          String name,
      @Parameters(index = "1", paramLabel = "s3://BUCKET/PREFIX", description = "Where to.")
          String bucket,
      @Option(
              names = "--endpoint",
              paramLabel = "URL",
              required = true,
              description = "The server.")
          String endpoint,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      VersionRef ref = ref(name, dataset);
      catalog.push(ref, endpoint, bucket, new FetchProgress(command.commandLine().getErr()));
      home.print(catalog.store().resolve(ref), command.commandLine().getOut());
    }
    return 0;
  }

  @Command(
      name = "pull",
      description = {
        "Bring a version from a bucket, as a new version here.",
        "Keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
      },
      mixinStandardHelpOptions = true)
  int pull(
      @Parameters(
              index = "0",
              paramLabel = "NAME[:VERSION]",
              description = "As it was pushed: a number, a digest, or the last.")
          String name,
      @Parameters(index = "1", paramLabel = "s3://BUCKET/PREFIX", description = "Where from.")
          String bucket,
      @Option(
              names = "--endpoint",
              paramLabel = "URL",
              required = true,
              description = "The server.")
          String endpoint,
      @Option(names = "--dataset", description = "A dataset, not a model.") boolean dataset,
      @Mixin HomeOptions home) {
    try (Catalog catalog = home.open()) {
      home.print(
          catalog.pull(
              ref(name, dataset),
              endpoint,
              bucket,
              new FetchProgress(command.commandLine().getErr())),
          command.commandLine().getOut());
    }
    return 0;
  }

  private static VersionRef ref(String name, boolean dataset) {
    return VersionRef.parse(dataset ? ObjectKind.DATASET : ObjectKind.MODEL, name);
  }
}
