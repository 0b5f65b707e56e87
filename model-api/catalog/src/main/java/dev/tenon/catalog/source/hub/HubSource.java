package dev.tenon.catalog.source.hub;

import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.internal.fetch.Staging;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A model of the HuggingFace hub. Its files come into the cache that Python shares, and from there
 * into the destination as hard links: neither is to be changed in place. What the cache has is
 * verified and not asked for again. Immutable and safe for threads.
 *
 * @param web which has to be let to the hub: {@link HubSettings#policy}
 * @param settings address, cache, token
 * @param repo whose files
 * @param revision branch, tag or commit; a branch is what it is when the destination is filled
 *     first
 * @param selection which files
 */
public record HubSource(
    Web web, HubSettings settings, HubRepo repo, String revision, HubSelection selection)
    implements ModelSource {
  private static final String MAIN = "main";
  private static final int LONGEST = 255;
  private static final Pattern REVISION =
      Pattern.compile("[^-/.\\s~^:?*\\[\\\\][^\\s~^:?*\\[\\\\]*");

  /**
   * Checks the revision.
   *
   * @throws InvalidInputException if git allows no such name
   */
  public HubSource {
    boolean fits = revision.length() <= LONGEST && REVISION.matcher(revision).matches();
    boolean plain = revision.chars().noneMatch(x -> x < ' ' || x == 0x7f);
    boolean path = !revision.contains("..") && !revision.contains("//") && !revision.contains("/.");
    if (!fits || !plain || !path || revision.endsWith("/") || revision.endsWith(".lock")) {
      throw new InvalidInputException(
          Problems.problem("revision of " + repo.id(), revision, "a branch, tag or commit"));
    }
  }

  /**
   * What loading a model needs, of branch {@code main}.
   *
   * @param id {@code owner/name} or {@code name}
   * @throws InvalidInputException if that is no name of a repository
   */
  public static HubSource of(Web web, HubSettings settings, String id) {
    return new HubSource(web, settings, new HubRepo(id), MAIN, HubSelection.MODEL);
  }

  /** At another branch, tag or commit. */
  public HubSource revision(String newRevision) {
    return new HubSource(web, settings, repo, newRevision, selection);
  }

  /** Other files. */
  public HubSource selection(HubSelection newSelection) {
    return new HubSource(web, settings, repo, revision, newSelection);
  }

  @Override
  public Fetched fetch(Path destination, FetchListener listener) {
    return Staging.into(destination, asked(), filling -> fill(filling, listener));
  }

  private Map<String, String> asked() {
    Map<String, String> asked = new TreeMap<>();
    asked.put("kind", "hub");
    asked.put("url", settings.endpoint() + "/" + repo.id());
    asked.put("revision", revision);
    if (!selection.equals(HubSelection.MODEL)) {
      asked.put("allow", String.join(" ", selection.allow()));
      asked.put("otherwise", String.join(" ", selection.otherwise()));
      asked.put("ignore", String.join(" ", selection.ignore()));
    }
    return asked;
  }

  private Map<String, String> fill(Filling filling, FetchListener listener) throws IOException {
    Snapshot snapshot = settings.offline() ? CachedSnapshot.of(this) : HubSnapshot.of(this);
    Map<String, String> sha256 = snapshot.bring(filling.directory(), listener);
    sha256.forEach(filling::known);
    filling.retain(sha256.keySet());
    Map<String, String> origin = asked();
    origin.put("commit", snapshot.commit());
    return origin;
  }

  /** The files of one commit. */
  interface Snapshot {
    String commit();

    /**
     * Puts the files into a directory.
     *
     * @return the SHA-256 of each path
     */
    Map<String, String> bring(Path directory, FetchListener listener) throws IOException;
  }

  /** All but what may be secret. */
  @Override
  public String toString() {
    return "HubSource[" + settings.endpoint() + "/" + repo.id() + "@" + revision + "]";
  }
}
