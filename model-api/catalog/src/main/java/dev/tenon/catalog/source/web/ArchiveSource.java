package dev.tenon.catalog.source.web;

import dev.tenon.catalog.internal.archive.ArchiveBudget;
import dev.tenon.catalog.internal.archive.ArchiveFormat;
import dev.tenon.catalog.internal.archive.ArchiveReader;
import dev.tenon.catalog.internal.fetch.Download;
import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.internal.fetch.Received;
import dev.tenon.catalog.internal.fetch.Staging;
import dev.tenon.catalog.internal.path.PathRules;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A file at a URL. An archive, {@code .tar.gz}, {@code .tgz}, {@code .tar} or {@code .zip}, is
 * unpacked, within what the disk and the limit let, without the one directory that everything in it
 * lies in; any other file is the one file of the directory. Safe for threads.
 */
public final class ArchiveSource implements ModelSource {
  private final Web web;
  private final String url;
  private final Optional<String> sha256;
  private final long limit;

  private ArchiveSource(Web web, String url, Optional<String> sha256, long limit) {
    this.web = web;
    this.url = url;
    this.sha256 = sha256;
    this.limit = limit;
  }

  /**
   * Creates the source; nothing is asked for yet.
   *
   * @param limit most bytes of the download, and most of what is in it
   */
  public static ArchiveSource of(Web web, String url, long limit) {
    return new ArchiveSource(web, url, Optional.empty(), limit);
  }

  /** The same for a file of this digest, in hexadecimal digits. */
  public ArchiveSource sha256(String hex) {
    return new ArchiveSource(web, url, Optional.of(hex), limit);
  }

  /** {@inheritDoc} */
  @Override
  public Fetched fetch(Path destination, FetchListener listener) {
    String name = name(web.policy().check(url));
    Map<String, String> asked = new TreeMap<>();
    asked.put("kind", "url");
    asked.put("url", url.replaceFirst("[?#].*", ""));
    sha256.ifPresent(x -> asked.put("sha256", x));
    Optional.ofNullable(URI.create(url).getRawQuery())
        .ifPresent(x -> asked.put("query", digest(x)));
    return Staging.into(destination, asked, filling -> fill(filling, name, asked, listener));
  }

  /** Tells two queries apart and shows neither, for they carry signatures. */
  private static String digest(String query) {
    byte[] digest = FileTree.sha256().digest(query.getBytes(StandardCharsets.UTF_8));
    return "sha256:" + HexFormat.of().formatHex(digest);
  }

  private static String name(URI uri) {
    String path = String.valueOf(uri.getPath());
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (PathRules.faultOfPath(name).isPresent()) {
      throw new InvalidInputException(
          Problems.problem(
              "URL", uri.toString().replaceFirst("[?#].*", ""), "a file's at its end"));
    }
    return name;
  }

  private Map<String, String> fill(
      Filling filling, String name, Map<String, String> asked, FetchListener listener)
      throws IOException {
    Optional<ArchiveFormat> format = ArchiveFormat.named(name);
    Path folder = format.isPresent() ? filling.work() : filling.directory();
    Download plain = Download.of(WebRequest.get(url), folder.resolve(name)).limit(limit);
    Download download = plain.part(filling.part(name));
    Received received = sha256.map(download::sha256).orElse(download).run(web, listener);
    Map<String, String> origin = new TreeMap<>(asked);
    origin.put("sha256", received.sha256());
    if (format.isPresent()) {
      Durable.deleteTree(filling.directory());
      ArchiveBudget budget = ArchiveBudget.model(filling.work(), limit);
      ArchiveReader.extractInner(folder.resolve(name), filling.directory(), budget);
    } else {
      filling.known(name, received.sha256());
    }
    return origin;
  }

  /** The URL, without what may be secret. */
  @Override
  public String toString() {
    return "ArchiveSource[" + url.replaceFirst("[?#].*", "") + "]";
  }
}
