/** The rules for paths of files that strangers name. */
@NullMarked
package dev.tenon.catalog.internal.path;

import org.jspecify.annotations.NullMarked;
