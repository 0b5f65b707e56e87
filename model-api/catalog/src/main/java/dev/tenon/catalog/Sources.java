package dev.tenon.catalog;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.catalog.source.bucket.BucketPlace;
import dev.tenon.catalog.source.bucket.BucketServer;
import dev.tenon.catalog.source.bucket.BucketSource;
import dev.tenon.catalog.source.bucket.BucketTrees;
import dev.tenon.catalog.source.git.GitLfsSource;
import dev.tenon.catalog.source.git.GitLimits;
import dev.tenon.catalog.source.git.GitLocation;
import dev.tenon.catalog.source.git.GitSource;
import dev.tenon.catalog.source.hub.HubSettings;
import dev.tenon.catalog.source.hub.HubSource;
import dev.tenon.catalog.source.hub.LoaderImages;
import dev.tenon.catalog.source.image.ImageSource;
import dev.tenon.catalog.source.web.ArchiveSource;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.Source;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What brings the files that a description names. Safe for threads; whoever makes it closes it. */
final class Sources implements AutoCloseable {
  private static final long MOST_BYTES = 1L << 40;
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final CatalogOptions options;
  private final HubSettings hub;
  private final Web web;

  Sources(CatalogOptions options) {
    this.options = options;
    this.hub = HubSettings.of(options.environment()).asking(options.credentials());
    this.web = web(hub.policy(options.policy()));
  }

  private Web web(UrlPolicy policy) {
    return options.authorities().map(x -> Web.open(policy, x)).orElseGet(() -> Web.open(policy));
  }

  /** A bucket at a server that the user named, whatever its address is. */
  UserBucket bucket(String endpoint, String url) {
    BucketServer server = BucketServer.of(endpoint).asking(options.credentials(), Optional.empty());
    Web client = web(server.policy(options.policy()));
    try {
      return new UserBucket(client, BucketTrees.of(client, server, BucketPlace.parse(url)));
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** Trees of a bucket with a client of their own. */
  record UserBucket(Web web, BucketTrees trees) implements AutoCloseable {
    @Override
    public void close() {
      web.close();
    }
  }

  /** The network, as the options allow it. */
  Web web() {
    return web;
  }

  /** What brings a source; nothing does where a user has to, or another model has the files. */
  Optional<ModelSource> of(ModelSpec spec, Source source) {
    if (source instanceof Source.Git git) {
      return Optional.of(
          new GitSource(web, options.credentials(), location(git), GitLimits.DEFAULT));
    }
    if (source instanceof Source.GitLfs lfs) {
      GitLocation location = GitLocation.of(lfs.url());
      return Optional.of(new GitLfsSource(web, options.credentials(), location, GitLimits.DEFAULT));
    }
    if (source instanceof Source.InStore stored) {
      BucketPlace place = new BucketPlace(stored.bucket(), stored.path().orElse(""));
      return Optional.of(new BucketSource(web, server(spec, stored.store()), place));
    }
    if (source instanceof Source.Url url) {
      return Optional.of(ArchiveSource.of(web, url.url(), MOST_BYTES));
    }
    return source instanceof Source.Image image
        ? Optional.of(image(spec, image.reference()))
        : Optional.empty();
  }

  /** A branch that is a commit's name is that commit. */
  private static GitLocation location(Source.Git git) {
    GitLocation location = GitLocation.of(git.url());
    location = git.path().map(location::path).orElse(location);
    if (git.tag().isPresent()) {
      return location.tag(git.tag().get());
    }
    String branch = git.branch().orElse("");
    if (COMMIT.matcher(branch).matches()) {
      return location.commit(branch);
    }
    return branch.isEmpty() ? location : location.branch(branch);
  }

  /** The server of a data store that the description names. */
  BucketServer server(ModelSpec spec, String store) {
    String endpoint =
        spec.stores().stream()
            .filter(x -> x.name().equals(store))
            .flatMap(x -> x.endpoint().stream())
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        Problems.problem("store " + store, "unknown", "one of data_stores")));
    return BucketServer.of(endpoint).asking(options.credentials(), Optional.of(store));
  }

  /** Images that are known to load from the hub do so here; others are described. */
  private ModelSource image(ModelSpec spec, String reference) {
    Map<String, @Nullable Object> params = spec.container().params();
    Object name = params.get("name");
    boolean fromHub = options.loaders().kind(reference).equals(Optional.of(LoaderImages.HUB));
    if (!fromHub) {
      return new ImageSource(reference, params);
    }
    if (name instanceof String id) {
      return HubSource.of(web, hub, id);
    }
    throw new InvalidInputException(
        Problems.problem(
            "params.name of " + spec.name().identifier(),
            name == null ? "none" : name,
            "a repository of the hub, owner/name, which " + reference + " loads"));
  }

  @Override
  public void close() {
    web.close();
  }
}
