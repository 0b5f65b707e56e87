/** YAML as a tree with places, read within limits. */
@NullMarked
package dev.tenon.catalog.internal.yaml;

import org.jspecify.annotations.NullMarked;
