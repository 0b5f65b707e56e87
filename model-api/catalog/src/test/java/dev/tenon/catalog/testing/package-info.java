/** Servers that the catalog's tests start. */
@NullMarked
package dev.tenon.catalog.testing;

import org.jspecify.annotations.NullMarked;
