package dev.tenon.catalog.source.git;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;

/**
 * A bare repository of our own that holds one commit of another one. For one thread, inside of
 * {@link PlainEnvironment}.
 */
final class GitRepository implements AutoCloseable {
  private static final String HEAD = "refs/tenon/head";

  private final FileRepository repository;
  private final GitLocation location;

  private GitRepository(FileRepository repository, GitLocation location) {
    this.repository = repository;
    this.location = location;
  }

  /** Opens it; what an earlier attempt brought is there. */
  static GitRepository open(Path directory, GitLocation location) throws IOException {
    FileRepository repository = new FileRepository(directory.toFile());
    if (!Files.exists(directory.resolve("HEAD"))) {
      repository.create(true);
    }
    // What runs behind us would still write when we delete all of it.
    StoredConfig settings = repository.getConfig();
    settings.setBoolean("gc", null, "autoDetach", false);
    settings.setInt("gc", null, "auto", 0);
    settings.save();
    return new GitRepository(repository, location);
  }

  /**
   * Brings the commit with its files and without its history.
   *
   * @throws InvalidInputException if there is no such revision
   * @throws TransferException if it cannot be brought
   */
  void fetch(Web web, GitCredentials credentials, GitLimits limits) throws IOException {
    web.policy().check(location.url());
    String reference = location.reference();
    try {
      fetch(web, credentials, limits, 1, List.of(new RefSpec(reference + ":" + HEAD)));
    } catch (TransportException e) {
      if (location.commit().isEmpty() || !isRefused(e)) {
        throw typed(e);
      }
      fetchAll(web, credentials, limits);
    }
  }

  /** Old servers give no commit by its id: it is looked for in all branches and tags. */
  private void fetchAll(Web web, GitCredentials credentials, GitLimits limits) throws IOException {
    List<RefSpec> all =
        List.of(
            new RefSpec("+refs/heads/*:refs/tenon/heads/*"),
            new RefSpec("+refs/tags/*:refs/tenon/tags/*"));
    try {
      fetch(web, credentials, limits, Integer.MAX_VALUE, all);
    } catch (TransportException e) {
      throw typed(e);
    }
  }

  private void fetch(
      Web web, GitCredentials credentials, GitLimits limits, int depth, List<RefSpec> references)
      throws IOException {
    try (WebConnections connections = new WebConnections(web, credentials, limits.bytes());
        Transport transport = Transport.open(repository, new URIish(location.url()))) {
      if (!(transport instanceof TransportHttp http)) {
        throw new InvalidInputException(
            Problems.problem("repository", location.url(), "an https URL"));
      }
      http.setHttpConnectionFactory(connections);
      http.setTagOpt(TagOpt.NO_TAGS);
      http.setDepth(depth);
      http.fetch(
          NullProgressMonitor.INSTANCE,
          references.stream().map(x -> x.setForceUpdate(true)).toList());
    } catch (URISyntaxException e) {
      throw new InvalidInputException(
          Problems.problem("repository", location.url(), "an https URL"), e);
    }
  }

  private static boolean isRefused(TransportException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("not advertised")
        || text.contains("does not have")
        || text.contains("not our ref")
        || text.contains("not valid");
  }

  private TenonException typed(TransportException e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof TenonException ours) {
        return ours;
      }
    }
    if (isRefused(e)) {
      return noRevision(e);
    }
    String why = String.valueOf(e.getMessage());
    if (why.contains("Authentication is required") || why.contains("not authorized")) {
      String expected = "a secret git.token, or git.<host>.token, that may read it";
      return new TransferException(
          Problems.problem("repository " + location.url(), "not authorized", expected), e);
    }
    String expected = "a repository that can be read";
    return new TransferException(
        Problems.problem("repository " + location.url(), why.replace(location.url(), ""), expected),
        e);
  }

  private InvalidInputException noRevision(Exception cause) {
    return new InvalidInputException(
        Problems.problem("revision of " + location.url(), location.reference(), "one that it has"),
        cause);
  }

  /** The id of the commit that came. */
  ObjectId commit() throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      ObjectId wanted = location.commit().map(ObjectId::fromString).orElse(null);
      Ref head = repository.exactRef(HEAD);
      if (wanted == null && (head == null || head.getObjectId() == null)) {
        throw noRevision(new IOException("no reference came"));
      }
      return walk.parseCommit(wanted == null ? head.getObjectId() : wanted).copy();
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      throw noRevision(e);
    }
  }

  /** The tree of a commit. */
  ObjectId tree(ObjectId commit) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit parsed = walk.parseCommit(commit);
      return parsed.getTree().copy();
    }
  }

  /** A reader of its objects; the caller closes it. */
  ObjectReader objects() {
    return repository.newObjectReader();
  }

  @Override
  public void close() {
    repository.close();
  }
}
