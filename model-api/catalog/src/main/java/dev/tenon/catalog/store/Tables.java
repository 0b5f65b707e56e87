package dev.tenon.catalog.store;

import dev.tenon.catalog.internal.index.Schema;
import java.util.List;

/** The index of a store. What is in {@code record} is the truth; task, tag and metric find it. */
final class Tables {
  static final Schema SCHEMA =
      new Schema(
          1,
          List.of(
              """
              CREATE TABLE object(
                id INTEGER PRIMARY KEY,
                kind TEXT NOT NULL,
                namespace TEXT NOT NULL,
                name TEXT NOT NULL,
                last INTEGER NOT NULL,
                UNIQUE(kind, namespace, name))\
              """,
              "CREATE TABLE tree(digest TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID",
              """
              CREATE TABLE file(
                digest TEXT NOT NULL REFERENCES tree ON DELETE CASCADE,
                path TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                PRIMARY KEY(digest, path)) WITHOUT ROWID\
              """,
              "CREATE INDEX file_sha256 ON file(sha256)",
              """
              CREATE TABLE version(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                object INTEGER NOT NULL REFERENCES object,
                number INTEGER NOT NULL,
                digest TEXT NOT NULL REFERENCES tree,
                created INTEGER NOT NULL,
                framework TEXT,
                record TEXT NOT NULL,
                linked INTEGER REFERENCES version,
                UNIQUE(object, number))\
              """,
              "CREATE INDEX version_digest ON version(digest)",
              "CREATE INDEX version_linked ON version(linked) WHERE linked IS NOT NULL",
              """
              CREATE TABLE task(
                task TEXT NOT NULL,
                version INTEGER NOT NULL REFERENCES version ON DELETE CASCADE,
                PRIMARY KEY(version, task)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE tag(
                tag TEXT NOT NULL,
                value TEXT NOT NULL,
                version INTEGER NOT NULL REFERENCES version ON DELETE CASCADE,
                PRIMARY KEY(version, tag)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE metric(
                metric TEXT NOT NULL,
                value REAL NOT NULL,
                version INTEGER NOT NULL REFERENCES version ON DELETE CASCADE,
                PRIMARY KEY(version, metric)) WITHOUT ROWID\
              """,
              """
              CREATE TABLE alias(
                object INTEGER NOT NULL,
                alias TEXT NOT NULL,
                number INTEGER NOT NULL,
                PRIMARY KEY(object, alias),
                FOREIGN KEY(object, number) REFERENCES version(object, number)) WITHOUT ROWID\
              """,
              "CREATE INDEX alias_number ON alias(object, number)",
              """
              CREATE TABLE lease(
                id INTEGER PRIMARY KEY,
                session TEXT NOT NULL,
                version INTEGER NOT NULL REFERENCES version)\
              """,
              "CREATE INDEX lease_version ON lease(version)",
              """
              CREATE TABLE registration(
                kind TEXT NOT NULL,
                namespace TEXT NOT NULL,
                name TEXT NOT NULL,
                file TEXT NOT NULL,
                text TEXT NOT NULL,
                given_name TEXT,
                registered INTEGER NOT NULL,
                state TEXT NOT NULL,
                error TEXT,
                PRIMARY KEY(kind, namespace, name)) WITHOUT ROWID\
              """));

  private Tables() {}
}
