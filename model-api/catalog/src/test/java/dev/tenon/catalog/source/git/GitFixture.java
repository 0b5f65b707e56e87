package dev.tenon.catalog.source.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A repository that the git of this machine makes; tests fail without one. */
public final class GitFixture {
  private final Path home;
  private final Path directory;

  public GitFixture(Path root, String name) throws IOException {
    this.home = Files.createDirectories(root);
    this.directory = Files.createDirectories(root.resolve(name));
    git("init", "--quiet", "--initial-branch=main");
    git("config", "uploadpack.allowAnySHA1InWant", "true");
  }

  public Path directory() {
    return directory;
  }

  /** Writes a file into the work tree. */
  public GitFixture file(String path, String content) throws IOException {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  public GitFixture file(String path, byte[] content) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return this;
  }

  /** Commits the work tree; gives the id. */
  public String commit() throws IOException {
    git("add", "--all", "--force");
    git("commit", "--quiet", "--allow-empty", "--message=more");
    return git("rev-parse", "HEAD");
  }

  /** Commits a tree that no work tree can have, as {@code git mktree} takes it. */
  String commitTree(String lines) throws IOException {
    String tree = run(lines.getBytes(StandardCharsets.UTF_8), "mktree", "--missing");
    String commit = git("commit-tree", "-m", "tree", tree);
    git("update-ref", "refs/heads/main", commit);
    return commit;
  }

  /** The id of a blob with this content. */
  String blob(String content) throws IOException {
    return run(content.getBytes(StandardCharsets.UTF_8), "hash-object", "-w", "--stdin");
  }

  public String git(String... arguments) throws IOException {
    return run(new byte[0], arguments);
  }

  private String run(byte[] input, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("git", "-c", "core.protectNTFS=false"));
    command.addAll(List.of("-c", "user.name=Test", "-c", "user.email=test@test.example"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    builder.environment().put("HOME", home.toString());
    Process process = builder.redirectErrorStream(true).start();
    try (OutputStream out = process.getOutputStream()) {
      out.write(input);
    }
    try (InputStream in = process.getInputStream()) {
      String output = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
