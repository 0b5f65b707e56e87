/**
 * The versioned store of models and datasets. In go directories of files and what is known of them,
 * out come numbered versions that never change, found again by name, number or alias.
 *
 * <p>A home holds
 *
 * <pre>
 * store.db                 the index, an SQLite database: names, versions, aliases, descriptions
 * blobs/ab/abcd…           the content of each file once, by its SHA-256; read-only
 * trees/&lt;digest&gt;/…          the directory of a version: hard links to blobs, or copies where the
 *                          file system has none; read-only
 * staging/&lt;session&gt;/…      what a process is about to commit, or to delete
 * sessions/&lt;session&gt;.lock   locked by each open store; a lock that can be taken tells of a dead one
 * </pre>
 *
 * A version is there when its rows are: they are written last, in one transaction, after all of its
 * files were forced to disk. What a killed process leaves beside them is named by nothing and goes
 * with the next {@link dev.tenon.catalog.store.ModelStore#collect}.
 */
@NullMarked
package dev.tenon.catalog.store;

import org.jspecify.annotations.NullMarked;
