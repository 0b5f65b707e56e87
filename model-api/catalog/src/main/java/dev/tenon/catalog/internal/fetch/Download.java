package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.FetchListener;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * One file over HTTP. Its bytes go to a part file and are digested on the way; a broken connection
 * is gone on with, in this call and in the next one; the file gets its name when all of it is
 * verified and on disk. Immutable and safe for threads, each with a file of its own.
 *
 * @param request what is sent, asked for before each attempt; its limits are those of the download
 * @param file where the bytes end up; its directory is made
 * @param part where they are until then
 * @param name what listeners and messages call it
 * @param size bytes that it has to have
 * @param sha256 that it has to have, in hexadecimal digits
 * @param gitBlob SHA-1 that git gives it, in hexadecimal digits; needs a size
 * @param limit most bytes that it may have
 */
public record Download(
    Supplier<WebRequest> request,
    Path file,
    Path part,
    String name,
    OptionalLong size,
    Optional<String> sha256,
    Optional<String> gitBlob,
    long limit) {
  private static final long TEBIBYTE = 1L << 40;

  /** Compares digests in lower case. */
  public Download {
    sha256 = sha256.map(x -> x.toLowerCase(Locale.ROOT));
    gitBlob = gitBlob.map(x -> x.toLowerCase(Locale.ROOT));
  }

  /**
   * A download of at most 1 TiB, whatever its digest is.
   *
   * @param request GET; its headers are sent, its limits are not used
   */
  public static Download of(WebRequest request, Path file) {
    return of(() -> request, file);
  }

  /** {@link #of(WebRequest, Path)} for links that expire: asked for before each attempt. */
  public static Download of(Supplier<WebRequest> request, Path file) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    String name = String.valueOf(file.getFileName());
    return new Download(
        request,
        file,
        part,
        name,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        TEBIBYTE);
  }

  /** What listeners and messages call it. */
  public Download named(String newName) {
    return new Download(request, file, part, newName, size, sha256, gitBlob, limit);
  }

  /** A file of as many bytes. */
  public Download size(long bytes) {
    return new Download(request, file, part, name, OptionalLong.of(bytes), sha256, gitBlob, limit);
  }

  /** A file of this digest. */
  public Download sha256(String hex) {
    return new Download(request, file, part, name, size, Optional.of(hex), gitBlob, limit);
  }

  /** A file that git calls so: SHA-1 over {@code blob <bytes>\0} and the content. */
  public Download gitBlob(String sha1, long bytes) {
    return new Download(
        request, file, part, name, OptionalLong.of(bytes), sha256, Optional.of(sha1), limit);
  }

  /** A file of at most as many bytes. */
  public Download limit(long bytes) {
    return new Download(request, file, part, name, size, sha256, gitBlob, bytes);
  }

  /** Keeps the unfinished file, and {@code <part>.validator}, at another place. */
  public Download part(Path newPart) {
    return new Download(request, file, newPart, name, size, sha256, gitBlob, limit);
  }

  /**
   * Brings the file. One that is there already and is what is expected is not asked for again.
   *
   * @throws dev.tenon.catalog.net.TransferException if the server or the disk does not let it; the
   *     part stays, and the next call goes on with it
   * @throws dev.tenon.error.InvalidInputException if size or digest is another; the part is deleted
   * @throws dev.tenon.catalog.net.RefusedUrlException if the policy does not let it
   */
  public Received run(Web web, FetchListener listener) {
    return new Transfer(this, web, listener).run();
  }

  /** Name and place, without the request, which may hold secrets. */
  @Override
  public String toString() {
    return "Download[" + name + " to " + file + "]";
  }
}
