/** SQLite behind transactions that either hold or never were. */
@NullMarked
package dev.tenon.catalog.internal.index;

import org.jspecify.annotations.NullMarked;
