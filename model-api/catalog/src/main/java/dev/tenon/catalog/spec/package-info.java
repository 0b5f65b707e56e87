/** Descriptions of models in three YAML dialects. */
@NullMarked
package dev.tenon.catalog.spec;

import org.jspecify.annotations.NullMarked;
