/**
 * How files get here: one at a time, resumed and verified, and into a directory that is whole or
 * not there.
 */
@NullMarked
package dev.tenon.catalog.internal.fetch;

import org.jspecify.annotations.NullMarked;
