package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.CatalogOptions;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Where the catalog lies and whom it may ask. */
final class HomeOptions {
  @Option(
      names = "--home",
      paramLabel = "DIR",
      description =
          "The catalog (the variable TENON_HOME, or tenon in XDG_DATA_HOME, ~/.local/share).")
  private Optional<Path> home = Optional.empty();

  @Option(
      names = "--trust",
      paramLabel = "ORIGIN",
      description =
          "https://host:port or http://host:port that may be asked whatever its address is;"
              + " repeatable (and those of the variable TENON_TRUSTED_HOSTS).")
  private List<String> trusted = List.of();

  @Option(
      names = "--only-host",
      paramLabel = "HOST",
      description = "Ask no other host; *.example.org is all below it; repeatable.")
  private List<String> only = List.of();

  @Option(
      names = "--ca-file",
      paramLabel = "PEM",
      description = "Certificates that are trusted as well (the variable SSL_CERT_FILE).")
  private Optional<Path> authorities = Optional.empty();

  @Option(names = "--json", description = "JSON instead of text.")
  private boolean json;

  /** Opens the catalog; the caller closes it. */
  Catalog open() {
    return Catalog.open(options(), JobTypes.fromServiceLoader());
  }

  private CatalogOptions options() {
    CatalogOptions options = CatalogOptions.of(System.getenv());
    options = home.map(options::withHome).orElse(options);
    options = authorities.map(options::withAuthorities).orElse(options);
    for (String origin : trusted) {
      options = options.trusting(origin);
    }
    return only.isEmpty() ? options : options.withPolicy(options.policy().only(Set.copyOf(only)));
  }

  /** Prints one version, as JSON or as its name and place. */
  void print(StoredVersion version, PrintWriter out) {
    out.println(
        json
            ? Json.compact(VersionView.of(version))
            : version.object().text() + ":" + version.number() + " " + version.directory());
    out.flush();
  }

  /** Whether to print JSON. */
  boolean json() {
    return json;
  }
}
