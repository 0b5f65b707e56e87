package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.content.Content;
import dev.tenon.catalog.internal.content.Intake;
import dev.tenon.catalog.internal.content.Trash;
import dev.tenon.catalog.internal.index.Sql;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a directory a version. Reading and forcing to disk, which take long, come before the
 * transaction; within it there are only links, a rename and rows, the rows last. Used once.
 */
final class Commit {
  private static final Logger LOG = LoggerFactory.getLogger(Commit.class);
  private static final Set<String> STORES_OWN = Set.of("blobs", "trees", "sessions");

  private final Parts parts;
  private final ObjectName object;
  private final VersionRecord record;

  Commit(Parts parts, ObjectName object, VersionRecord record) {
    this.parts = parts;
    this.object = object;
    this.record = record;
  }

  StoredVersion of(Path given) {
    return parts.run(
        () -> {
          Path directory = staged(given);
          mark(directory);
          Content content = new Intake(parts.contents()).read(directory);
          Path trash = parts.session().fresh("trash");
          StoredVersion version =
              parts.write((sql, versions) -> insert(sql, versions, directory, content, trash));
          discard(directory);
          discard(trash);
          return version;
        });
  }

  /** The directory, if it is one that may be taken. */
  private Path staged(Path given) throws IOException {
    if (!Files.isDirectory(given, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidInputException(
          Problems.problem(String.valueOf(given), "no directory", "a directory to commit"));
    }
    Path real = given.toRealPath();
    Path inside = real.startsWith(parts.home()) ? parts.home().relativize(real) : Path.of("");
    String area = inside.getName(0).toString();
    int least = area.equals("staging") ? 3 : 2;
    if (inside.getNameCount() < least || STORES_OWN.contains(area)) {
      throw new InvalidInputException(
          Problems.problem(
              String.valueOf(given), "elsewhere", "a directory below the staging of this store"));
    }
    return real;
  }

  /** A record that a run wrote stays. */
  private void mark(Path directory) throws IOException {
    Path mark = directory.resolve(CheckpointDirectory.MARK);
    boolean empty;
    try (var children = Files.list(directory)) {
      empty = children.findAny().isEmpty();
    }
    if (!empty && !Files.exists(mark, LinkOption.NOFOLLOW_LINKS)) {
      Files.write(mark, Json.prettyBytes(RecordText.toMap(record)));
    }
  }

  private StoredVersion insert(
      Sql sql, Versions versions, Path directory, Content content, Path trash)
      throws SQLException, IOException {
    boolean known = sql.any("SELECT 1 FROM tree WHERE digest = ?", content.digest());
    if (!known || !parts.contents().isWhole(content)) {
      sql.onFailure(() -> takeBack(content.digest(), directory));
      parts.contents().place(directory, content, blobs(sql, content), trash);
    }
    if (!known) {
      insertTree(sql, content);
    }
    return versions.add(object, content.digest(), record, null);
  }

  /** What somebody wants to commit is not lost because the index cannot take it. */
  private void takeBack(String digest, Path directory) throws IOException {
    if (!Files.exists(directory)) {
      parts.contents().takeBack(digest, directory);
    }
  }

  private static Set<String> blobs(Sql sql, Content content) throws SQLException {
    Set<String> known = new HashSet<>();
    for (Content.Entry entry : content.files().values()) {
      if (sql.any("SELECT 1 FROM file WHERE sha256 = ?", entry.sha256())) {
        known.add(entry.sha256());
      }
    }
    return known;
  }

  private static void insertTree(Sql sql, Content content) throws SQLException {
    sql.update("INSERT INTO tree(digest, bytes) VALUES(?, ?)", content.digest(), content.bytes());
    List<List<Object>> rows = new ArrayList<>();
    for (Map.Entry<String, Content.Entry> file : content.files().entrySet()) {
      Content.Entry entry = file.getValue();
      rows.add(List.of(content.digest(), file.getKey(), entry.sha256(), entry.bytes()));
    }
    sql.batch("INSERT INTO file(digest, path, sha256, bytes) VALUES(?, ?, ?, ?)", rows);
  }

  /** The version is there; what cannot be deleted now goes with the session. */
  private static void discard(Path path) {
    try {
      Trash.delete(path);
    } catch (IOException e) {
      LOG.debug("{} is left for the end of the session", path, e);
    }
  }
}
