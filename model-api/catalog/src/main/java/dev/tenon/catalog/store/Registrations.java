package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.index.Sql;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The descriptions of a store, one for each kind, namespace and name. Safe for threads and
 * processes; each call is one transaction.
 */
public final class Registrations {
  private static final String KEY = " WHERE kind = ? AND namespace = ? AND name = ?";
  private static final String SELECT =
      "SELECT kind, namespace, name, file, text, given_name, registered, state, error FROM"
          + " registration";

  private final Parts parts;

  Registrations(Parts parts) {
    this.parts = parts;
  }

  /** Adds a description, or replaces the one with its kind, namespace and name. */
  public void put(Registration registration) {
    putAll(List.of(registration));
  }

  /** {@link #put} for all of them or, after a failure, none. */
  public void putAll(List<Registration> registrations) {
    parts.write(
        (sql, versions) -> {
          for (Registration each : registrations) {
            put(sql, each);
          }
          return registrations.size();
        });
  }

  private static void put(Sql sql, Registration registration) throws SQLException {
    sql.update(
        "INSERT OR REPLACE INTO registration VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
        registration.kind(),
        registration.namespace(),
        registration.name(),
        registration.file(),
        registration.text(),
        registration.givenName().orElse(null),
        registration.registered().toEpochMilli(),
        registration.state().label(),
        registration.error().orElse(null));
  }

  /** A description, if there is one. */
  public Optional<Registration> find(String kind, String namespace, String name) {
    return parts.read(
        (sql, versions) ->
            sql.first(SELECT + KEY, Registrations::registration, kind, namespace, name));
  }

  /** All descriptions by kind, namespace and name. */
  public List<Registration> list() {
    return parts.read(
        (sql, versions) ->
            sql.all(SELECT + " ORDER BY kind, namespace, name", Registrations::registration));
  }

  /**
   * Notes how far a description has come.
   *
   * @param error why it came no farther; empty forgets the last one
   * @throws UnknownNameException if it is not registered
   */
  public void status(
      String kind, String namespace, String name, RegistrationState state, Optional<String> error) {
    int changed =
        parts.write(
            (sql, versions) ->
                sql.update(
                    "UPDATE registration SET state = ?, error = ?" + KEY,
                    state.label(),
                    error.orElse(null),
                    kind,
                    namespace,
                    name));
    check(changed, kind, namespace, name);
  }

  /**
   * Forgets a description; versions stay.
   *
   * @throws UnknownNameException if it is not registered
   */
  public void remove(String kind, String namespace, String name) {
    int changed =
        parts.write(
            (sql, versions) -> sql.update("DELETE FROM registration" + KEY, kind, namespace, name));
    check(changed, kind, namespace, name);
  }

  private void check(int changed, String kind, String namespace, String name) {
    if (changed == 0) {
      List<String> names =
          list().stream().map(x -> x.kind() + " " + x.namespace() + "/" + x.name()).toList();
      throw new UnknownNameException(
          Problems.problem("description", kind + " " + namespace + "/" + name, "one of " + names));
    }
  }

  private static Registration registration(ResultSet row) throws SQLException {
    return new Registration(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        Optional.ofNullable(row.getString(6)),
        Instant.ofEpochMilli(row.getLong(7)),
        RegistrationState.of(row.getString(8)),
        Optional.ofNullable(row.getString(9)));
  }
}
