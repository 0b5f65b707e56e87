package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** One {@link Download#run}: attempts until the part is whole, then its check and its name. */
final class Transfer {
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Download download;
  private final Web web;
  private final Progress progress;
  private final Attempts attempts = new Attempts();
  private long transferred;

  Transfer(Download download, Web web, FetchListener listener) {
    this.download = download;
    this.web = web;
    this.progress = new Progress(download.name(), listener);
  }

  Received run() {
    try {
      Optional<Received> there = present();
      return there.isPresent() ? there.get() : bring();
    } catch (IOException e) {
      throw onDisk(e);
    }
  }

  private Optional<Received> present() throws IOException {
    Path file = download.file();
    boolean known = download.sha256().isPresent() || download.gitBlob().isPresent();
    if (!known || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    long bytes = Files.size(file);
    if (bytes != download.size().orElse(bytes)) {
      return Optional.empty();
    }
    Digests.Seen seen = new Digests(download).addFile(file).seen();
    if (!seen.isExpectedBy(download)) {
      return Optional.empty();
    }
    progress.ended(bytes);
    return Optional.of(new Received(seen.sha256(), bytes, 0));
  }

  private Received bring() throws IOException {
    try (Part part = Part.open(download)) {
      checkRoom(part);
      while (!attempt(part)) {
        attempts.pause();
      }
      Digests.Seen seen = part.seen();
      if (!seen.isExpectedBy(download)) {
        part.delete();
        throw wrongDigest(seen);
      }
      part.end();
      finish();
      progress.ended(part.bytes());
      return new Received(seen.sha256(), part.bytes(), transferred);
    }
  }

  private void finish() throws IOException {
    Path file = download.file().toAbsolutePath();
    Files.createDirectories(Durable.parent(file));
    Durable.rename(download.part().toAbsolutePath(), file);
    Validator.write(download.part(), Optional.empty());
  }

  private InvalidInputException wrongDigest(Digests.Seen seen) {
    String sha256 = download.sha256().map(x -> "sha256 " + x + " ").orElse("");
    String git = download.gitBlob().map(x -> "git blob " + x).orElse("");
    return new InvalidInputException(
        Problems.problem("content of " + download.name(), seen, (sha256 + git).strip()));
  }

  /** True when the part is whole; false when another attempt may go on with it. */
  private boolean attempt(Part part) throws IOException {
    if (download.size().isPresent() && part.bytes() == download.size().getAsLong()) {
      return true;
    }
    long before = part.bytes();
    try (WebResponse response = web.send(request(part))) {
      Optional<Body> body = Body.of(response, part, download);
      if (body.isEmpty()) {
        return true;
      }
      copy(response, body.get(), part);
      return true;
    } catch (TransferException e) {
      attempts.failed(e, part.bytes() > before ? part.bytes() - before : 0);
      return false;
    } catch (RefusedUrlException e) {
      throw e;
    } catch (InvalidInputException e) {
      part.delete();
      throw e;
    }
  }

  private WebRequest request(Part part) {
    WebRequest request =
        download
            .request()
            .get()
            .limits(Long.MAX_VALUE, LONGEST)
            .header("Accept-Encoding", "identity");
    if (part.bytes() == 0) {
      return request;
    }
    WebRequest rest = request.header("Range", "bytes=" + part.bytes() + "-");
    return part.validator().map(x -> rest.header("If-Range", x)).orElse(rest);
  }

  private void copy(WebResponse response, Body body, Part part) throws IOException {
    InputStream in = response.body();
    long at = part.bytes();
    try (Relay relay = new Relay(part)) {
      int count;
      do {
        Relay.Buffer buffer = relay.take();
        count = fill(in, buffer, relay, body.most() - at);
        at += count;
        body.checkNotMore(at);
        progress.reached(at, body.total());
      } while (count == Relay.BUFFER);
    }
    body.checkWhole(at);
  }

  /** Fills a buffer and hands it over, also what came before the connection broke. */
  private int fill(InputStream in, Relay.Buffer buffer, Relay relay, long most) throws IOException {
    int count = 0;
    try {
      while (count < Relay.BUFFER) {
        int read = in.read(buffer.bytes, count, Relay.BUFFER - count);
        if (read < 0) {
          break;
        }
        count += read;
      }
      return count;
    } finally {
      transferred += count;
      buffer.count = (int) Math.min(count, Math.max(0, most));
      relay.put(buffer);
    }
  }

  private void checkRoom(Part part) throws IOException {
    if (download.size().isPresent()) {
      long rest = download.size().getAsLong() - part.bytes();
      long room = Files.getFileStore(download.part()).getUsableSpace();
      if (rest > room) {
        throw new TransferException(
            Problems.problem(
                "room for " + download.name(), room + " bytes", "at least " + rest + " bytes"));
      }
    }
  }

  private TransferException onDisk(IOException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String what = cause.getClass().getSimpleName() + " " + cause.getMessage();
    return new TransferException(
        Problems.problem(String.valueOf(download.part()), what, "a writable file with room"), e);
  }
}
