/**
 * Archives from strangers. In goes a file or a stream and a budget, out come checked names and
 * bounded contents, or a directory that is whole; the first bad entry refuses all of it.
 */
@NullMarked
package dev.tenon.catalog.internal.archive;

import org.jspecify.annotations.NullMarked;
