package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.content.Contents;
import dev.tenon.catalog.internal.content.Trash;
import dev.tenon.catalog.internal.index.Sql;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes versions away, and the files that no version names. Safe for threads. */
final class Removal {
  private final Parts parts;
  private final Leases leases;

  Removal(Parts parts, Leases leases) {
    this.parts = parts;
    this.leases = leases;
  }

  void remove(VersionRef ref) {
    parts.write(
        (sql, versions) -> {
          Versions.Row row = versions.resolve(ref);
          leases.forgetDead(sql);
          List<String> holders = holders(sql, row.id());
          if (!holders.isEmpty()) {
            throw new InvalidInputException(
                Problems.problem(
                    row.version().ref().text(),
                    "held by " + holders,
                    "a version that nothing holds"));
          }
          return sql.update("DELETE FROM version WHERE id = ?", row.id());
        });
  }

  private static List<String> holders(Sql sql, long version) throws SQLException {
    return sql.all(
        """
        SELECT 'alias ' || a.alias FROM alias a
          JOIN version v ON v.object = a.object AND v.number = a.number WHERE v.id = ?1
        UNION ALL SELECT 'link ' || o.namespace || '/' || o.name || ':' || v.number
          FROM version v JOIN object o ON o.id = v.object WHERE v.linked = ?1
        UNION ALL SELECT 'lease of process ' || session FROM lease WHERE version = ?1
        ORDER BY 1\
        """,
        row -> row.getString(1),
        version);
  }

  /**
   * Under the lock files only get another name, among those that are staged; they are deleted after
   * the index forgot them. A process that is killed in between leaves what the next one finds.
   */
  Collected collect() {
    return parts.run(
        () -> {
          Path trash = parts.session().fresh("trash");
          Found found = parts.write((sql, versions) -> forget(sql, trash));
          long bytes = Trash.delete(trash);
          for (String session : found.sessions()) {
            bytes += parts.sessions().bury(session);
          }
          return new Collected(found.trees(), found.blobs(), found.sessions().size(), bytes);
        });
  }

  private record Found(int trees, int blobs, List<String> sessions) {}

  private Found forget(Sql sql, Path trash) throws SQLException, IOException {
    leases.forgetDead(sql);
    List<String> sessions = parts.sessions().dead();
    sql.update("DELETE FROM tree WHERE digest NOT IN (SELECT digest FROM version)");
    Contents contents = parts.contents();
    Set<String> trees = texts(sql, "SELECT digest FROM tree");
    Set<String> blobs = texts(sql, "SELECT DISTINCT sha256 FROM file");
    return new Found(
        discard(contents.trees(), trees, trash), discard(contents.blobs(), blobs, trash), sessions);
  }

  private static Set<String> texts(Sql sql, String query) throws SQLException {
    return new HashSet<>(sql.all(query, row -> row.getString(1)));
  }

  private int discard(Map<String, Path> there, Set<String> named, Path trash) throws IOException {
    int count = 0;
    for (Map.Entry<String, Path> each : there.entrySet()) {
      if (!named.contains(each.getKey())) {
        parts.contents().discard(each.getValue(), trash);
        count++;
      }
    }
    return count;
  }
}
