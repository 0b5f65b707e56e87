package dev.tenon.catalog.spec;

import java.util.Optional;

/** Where a description says that files come from: a kind, and a location of that kind. */
public sealed interface Source {
  /** How the files come. */
  SourceKind kind();

  /** Where they are; absent where the kind says all. */
  Optional<String> location();

  /** Nowhere yet: the model is a place. */
  record None() implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.NONE;
    }

    @Override
    public Optional<String> location() {
      return Optional.empty();
    }
  }

  /** A container image. */
  record Image(String reference) implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.IMAGE;
    }

    @Override
    public Optional<String> location() {
      return Optional.of(reference);
    }
  }

  /**
   * A repository.
   *
   * @param path in it
   * @param image that is built of it
   */
  record Git(
      String url,
      Optional<String> path,
      Optional<String> branch,
      Optional<String> tag,
      Optional<String> image)
      implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.GIT;
    }

    @Override
    public Optional<String> location() {
      return Optional.of(url);
    }
  }

  /** Another model. */
  record OtherModel(String name, Optional<String> namespace, Optional<String> cluster)
      implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.MODEL;
    }

    @Override
    public Optional<String> location() {
      return Optional.of(name);
    }
  }

  /** Objects in a store of the description. */
  record InStore(String store, String bucket, Optional<String> path) implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.STORE;
    }

    /** {@code bucket/path}, without slashes at the ends. */
    @Override
    public Optional<String> location() {
      String rest = path.orElse("").replaceAll("^/+|/+$", "");
      return Optional.of(rest.isEmpty() ? bucket : bucket + "/" + rest);
    }
  }

  /**
   * An address.
   *
   * @param beside objects in a store that the description names as well; the address wins
   */
  record Url(String url, Optional<InStore> beside) implements Source {
    /** An address alone. */
    public Url(String url) {
      this(url, Optional.empty());
    }

    @Override
    public SourceKind kind() {
      return SourceKind.URL;
    }

    @Override
    public Optional<String> location() {
      return Optional.of(url);
    }
  }

  /** Files that somebody puts into the store. */
  record Upload() implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.UPLOAD;
    }

    @Override
    public Optional<String> location() {
      return Optional.empty();
    }
  }

  /** A repository with large files. */
  record GitLfs(String url) implements Source {
    @Override
    public SourceKind kind() {
      return SourceKind.GIT_LFS;
    }

    @Override
    public Optional<String> location() {
      return Optional.of(url);
    }
  }
}
