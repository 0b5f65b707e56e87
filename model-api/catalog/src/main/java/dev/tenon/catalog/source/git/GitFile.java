package dev.tenon.catalog.source.git;

import org.eclipse.jgit.lib.ObjectId;

/**
 * A file of a tree.
 *
 * @param path below the directory that is asked for, names with slashes between them
 * @param blob its content
 * @param bytes its size
 */
record GitFile(String path, ObjectId blob, long bytes) {}
