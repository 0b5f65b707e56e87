/** Files that a URL names: an archive, which is unpacked, or one file. */
@NullMarked
package dev.tenon.catalog.source.web;

import org.jspecify.annotations.NullMarked;
