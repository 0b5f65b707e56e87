package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.path.PathRules;
import dev.tenon.catalog.spec.SpecNames;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A directory of a repository at a revision. Without branch, tag and commit it is what the server
 * calls HEAD.
 *
 * @param url of the repository, https; whether it may be opened is the policy's business
 * @param path below its root, names with slashes between them; empty: all of it
 * @param branch its newest commit
 * @param tag the commit that it names
 * @param commit 40 hexadecimal digits
 */
public record GitLocation(
    String url,
    String path,
    Optional<String> branch,
    Optional<String> tag,
    Optional<String> commit) {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SLASHES = Pattern.compile("^/+|/+$");

  /**
   * Checks; a slash at the start of the path is dropped.
   *
   * @throws InvalidInputException for a name that git has not, a path that leaves the repository,
   *     or more than one of branch, tag and commit
   */
  public GitLocation {
    path = SLASHES.matcher(path).replaceAll("");
    Problems problems = new Problems();
    boolean plain = PathRules.staysInside(path) && path.chars().noneMatch(x -> x < ' ');
    problems.check(plain, "path", path, "names below the repository's root");
    problems.check(isName(branch), "branch", branch.orElse(""), "a name of git");
    problems.check(isName(tag), "tag", tag.orElse(""), "a name of git");
    problems.check(
        commit.isEmpty() || COMMIT.matcher(commit.get()).matches(),
        "commit",
        commit.orElse(""),
        "40 hexadecimal digits");
    long given = branch.stream().count() + tag.stream().count() + commit.stream().count();
    problems.check(given <= 1, "revision", given + " given", "one of branch, tag and commit");
    problems.throwIfAny(InvalidInputException::new);
  }

  private static boolean isName(Optional<String> name) {
    return name.isEmpty() || SpecNames.isGitName(name.get());
  }

  /** All of a repository at its HEAD. */
  public static GitLocation of(String url) {
    return new GitLocation(url, "", Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** A directory, or one file. */
  public GitLocation path(String below) {
    return new GitLocation(url, below, branch, tag, commit);
  }

  /** At the newest commit of a branch. */
  public GitLocation branch(String name) {
    return new GitLocation(url, path, Optional.of(name), tag, commit);
  }

  /** At a tag. */
  public GitLocation tag(String name) {
    return new GitLocation(url, path, branch, Optional.of(name), commit);
  }

  /** At a commit. */
  public GitLocation commit(String id) {
    return new GitLocation(url, path, branch, tag, Optional.of(id));
  }

  /** What git calls the revision: a reference, or the id of the commit. */
  String reference() {
    return branch
        .map(x -> "refs/heads/" + x)
        .or(() -> tag.map(x -> "refs/tags/" + x))
        .or(() -> commit)
        .orElse("HEAD");
  }

  /** What identifies the request. */
  Map<String, String> asked(String kind) {
    Map<String, String> asked = new TreeMap<>();
    asked.put("kind", kind);
    asked.put("url", url);
    asked.put("path", path);
    branch.ifPresent(x -> asked.put("branch", x));
    tag.ifPresent(x -> asked.put("tag", x));
    commit.ifPresent(x -> asked.put("revision", x));
    return asked;
  }
}
