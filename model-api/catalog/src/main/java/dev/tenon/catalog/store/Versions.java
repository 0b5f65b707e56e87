package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.index.Sql;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Names, versions and aliases within one transaction. */
final class Versions {
  private static final int MOST_NAMES = 20;

  private static final String COLUMNS =
      """
      SELECT v.id, o.kind, o.namespace, o.name, v.number, v.digest, t.bytes, v.created, v.record
      """;

  private static final String SELECT =
      COLUMNS
          + "FROM version v JOIN object o ON o.id = v.object JOIN tree t ON t.digest = v.digest";

  /** In this order of tables, which CROSS keeps, the indexes give the order of the rows. */
  private static final String SORTED =
      COLUMNS
          + """
          FROM object o CROSS JOIN version v ON v.object = o.id CROSS JOIN tree t
          ON t.digest = v.digest
          WHERE o.kind = ? AND %s ORDER BY o.namespace, o.name, v.number LIMIT ?\
          """;

  private final Sql sql;
  private final Function<String, Path> directories;
  private final Seen seen;

  /** Over a transaction; the function tells where the tree of a digest lies. */
  Versions(Sql sql, Function<String, Path> directories, Seen seen) {
    this.sql = sql;
    this.directories = directories;
    this.seen = seen;
  }

  /** A version and its id in the index. */
  record Row(long id, StoredVersion version) {}

  /** Adds a version whose tree is in the index. */
  StoredVersion add(ObjectName object, String digest, VersionRecord record, @Nullable Long linked)
      throws SQLException {
    sql.update(
        """
        INSERT INTO object(kind, namespace, name, last) VALUES(?, ?, ?, 1)
        ON CONFLICT DO UPDATE SET last = last + 1\
        """,
        object.kind().label(),
        object.namespace(),
        object.name());
    long owner = id(object).orElseThrow();
    long version =
        sql.insert(
            """
            INSERT INTO version(object, number, digest, created, framework, record, linked)
            SELECT id, last, ?, ?, ?, ?, ? FROM object WHERE id = ?\
            """,
            digest,
            System.currentTimeMillis(),
            record.framework().orElse(null),
            RecordText.write(record),
            linked,
            owner);
    addSearchable(version, record);
    return sql.first(SELECT + " WHERE v.id = ?", this::row, version).orElseThrow().version();
  }

  private void addSearchable(long version, VersionRecord record) throws SQLException {
    List<List<Object>> tags = new ArrayList<>();
    record.tags().forEach((tag, value) -> tags.add(List.of(tag, value, version)));
    List<List<Object>> metrics = new ArrayList<>();
    record.metrics().forEach((metric, value) -> metrics.add(List.of(metric, value, version)));
    List<List<Object>> tasks = new ArrayList<>();
    record.tasks().forEach(task -> tasks.add(List.of(task, version)));
    sql.batch("INSERT INTO tag(tag, value, version) VALUES(?, ?, ?)", tags);
    sql.batch("INSERT INTO metric(metric, value, version) VALUES(?, ?, ?)", metrics);
    sql.batch("INSERT INTO task(task, version) VALUES(?, ?)", tasks);
  }

  private Optional<Long> id(ObjectName object) throws SQLException {
    return sql.first(
        "SELECT id FROM object WHERE kind = ? AND namespace = ? AND name = ?",
        row -> row.getLong(1),
        object.kind().label(),
        object.namespace(),
        object.name());
  }

  /** The id of a name. */
  long owner(ObjectName object) throws SQLException {
    Optional<Long> found = id(object);
    if (found.isEmpty()) {
      throw unknown(object, names(object));
    }
    return found.get();
  }

  /** The version that a reference means now. */
  Optional<Row> find(VersionRef ref) throws SQLException {
    Optional<Long> owner = id(ref.object());
    if (owner.isEmpty()) {
      return Optional.empty();
    }
    if (ref.version().equals(VersionRef.LATEST)) {
      return sql.first(
          SELECT + " WHERE v.object = ? ORDER BY v.number DESC LIMIT 1", this::row, owner.get());
    }
    if (ref.number().isPresent()) {
      return sql.first(
          SELECT + " WHERE v.object = ? AND v.number = ?",
          this::row,
          owner.get(),
          ref.number().getAsInt());
    }
    return sql.first(
        SELECT
            + " JOIN alias a ON a.object = o.id AND a.number = v.number"
            + " WHERE o.id = ? AND a.alias = ?",
        this::row,
        owner.get(),
        ref.version());
  }

  /** The version that a reference means now, or an error that lists what there is. */
  Row resolve(VersionRef ref) throws SQLException {
    Optional<Row> found = find(ref);
    if (found.isPresent()) {
      return found.get();
    }
    ObjectName object = ref.object();
    SortedMap<String, Integer> aliases = aliases(object);
    if (aliases.isEmpty()) {
      throw unknown(object, names(object));
    }
    String hint = Nearest.to(ref.version(), aliases.keySet()).map(x -> "; " + x + "?").orElse("");
    String expected = "a version " + numbers(object) + " or one of " + aliases.keySet() + hint;
    throw new UnknownNameException(
        Problems.problem("version of " + object.text(), ref.version(), expected));
  }

  /** The row of a version that somebody got before. */
  Row again(StoredVersion version) throws SQLException {
    Row row = resolve(version.ref());
    if (!row.version().digest().equals(version.digest())) {
      throw new InvalidInputException(
          Problems.problem(
              version.ref().text(), version.digest(), "the version of this store, " + row));
    }
    return row;
  }

  private static UnknownNameException unknown(ObjectName object, List<String> names) {
    List<String> shown = names.subList(0, Math.min(MOST_NAMES, names.size()));
    String rest = names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "";
    String hint = Nearest.to(object.text(), names).map(x -> "; " + x + "?").orElse("");
    return new UnknownNameException(
        Problems.problem(object.kind().label(), object.text(), "one of " + shown + rest + hint));
  }

  private List<String> names(ObjectName like) throws SQLException {
    return sql.all(
        """
        SELECT namespace, name FROM object WHERE kind = ?
        AND EXISTS(SELECT 1 FROM version WHERE object = object.id) ORDER BY namespace, name\
        """,
        row -> new ObjectName(like.kind(), row.getString(1), row.getString(2)).text(),
        like.kind().label());
  }

  private String numbers(ObjectName object) throws SQLException {
    return sql.first(
            "SELECT min(number), max(number) FROM version WHERE object = ?",
            row -> row.getInt(1) + " to " + row.getInt(2),
            owner(object))
        .orElse("");
  }

  /** The aliases of a name, {@code latest} among them; empty if there are no versions. */
  SortedMap<String, Integer> aliases(ObjectName object) throws SQLException {
    SortedMap<String, Integer> aliases = new TreeMap<>();
    Optional<Long> owner = id(object);
    if (owner.isPresent()) {
      sql.all(
          "SELECT alias, number FROM alias WHERE object = ?",
          row -> aliases.put(row.getString(1), row.getInt(2)),
          owner.get());
      sql.all(
          "SELECT max(number) FROM version WHERE object = ? HAVING count(*) > 0",
          row -> aliases.put(VersionRef.LATEST, row.getInt(1)),
          owner.get());
    }
    return aliases;
  }

  /** All versions of a name by their numbers. */
  List<StoredVersion> of(ObjectName object) throws SQLException {
    Optional<Long> owner = id(object);
    return owner.isEmpty()
        ? List.of()
        : list(object.kind(), "o.id = ?", Integer.MAX_VALUE, List.of(owner.get()));
  }

  /** The versions that a query asks for. */
  List<StoredVersion> list(StoreQuery query) throws SQLException {
    Condition condition = new Condition(query);
    List<StoredVersion> all = new ArrayList<>();
    for (ObjectKind kind : ObjectKind.values()) {
      int left = query.limit() - all.size();
      if (query.kind().orElse(kind) == kind) {
        all.addAll(list(kind, condition.text(), left, condition.arguments()));
      }
    }
    return all;
  }

  private List<StoredVersion> list(ObjectKind kind, String condition, int limit, List<?> arguments)
      throws SQLException {
    List<@Nullable Object> all = new ArrayList<>();
    all.add(kind.label());
    all.addAll(arguments);
    all.add(limit);
    String text = String.format(Locale.ROOT, SORTED, condition);
    return sql.all(text, row -> row(row).version(), all.toArray());
  }

  private Row row(ResultSet row) throws SQLException {
    long id = row.getLong(1);
    return new Row(id, seen.get(id, () -> version(row)));
  }

  private StoredVersion version(ResultSet row) throws SQLException {
    ObjectKind kind = ObjectKind.of(row.getString(2));
    String digest = row.getString(6);
    return new StoredVersion(
        new ObjectName(kind, row.getString(3), row.getString(4)),
        row.getInt(5),
        digest,
        row.getLong(7),
        Instant.ofEpochMilli(row.getLong(8)),
        RecordText.read(row.getString(9)),
        directories.apply(digest));
  }
}
