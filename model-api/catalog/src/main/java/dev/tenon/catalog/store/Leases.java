package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.index.Sql;
import dev.tenon.error.EngineClosedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Versions that a process works with. Safe for threads. */
final class Leases {
  private final Parts parts;

  Leases(Parts parts) {
    this.parts = parts;
  }

  Lease take(StoredVersion version) {
    long id =
        parts.write(
            (sql, versions) ->
                sql.insert(
                    "INSERT INTO lease(session, version) VALUES(?, ?)",
                    parts.session().id(),
                    versions.again(version).id()));
    return new Taken(version, id);
  }

  private final class Taken implements Lease {
    private final StoredVersion version;
    private final long id;
    private final AtomicBoolean held = new AtomicBoolean(true);

    Taken(StoredVersion version, long id) {
      this.version = version;
      this.id = id;
    }

    @Override
    public StoredVersion version() {
      return version;
    }

    @Override
    public void close() {
      if (held.getAndSet(false)) {
        try {
          parts.write((sql, versions) -> sql.update("DELETE FROM lease WHERE id = ?", id));
        } catch (EngineClosedException e) {
          // A store that is closed has let go of all its leases.
          held.set(false);
        }
      }
    }

    @Override
    public String toString() {
      return "Lease[" + version.ref().text() + "]";
    }
  }

  /** Forgets the leases of sessions that are gone. */
  void forgetDead(Sql sql) throws SQLException, IOException {
    List<String> sessions = sql.all("SELECT DISTINCT session FROM lease", row -> row.getString(1));
    for (String session : sessions) {
      if (!parts.sessions().isAlive(session)) {
        sql.update("DELETE FROM lease WHERE session = ?", session);
      }
    }
  }

  /** Lets go of all leases of this store. */
  void releaseAll() {
    parts.write(
        (sql, versions) -> sql.update("DELETE FROM lease WHERE session = ?", parts.session().id()));
  }
}
