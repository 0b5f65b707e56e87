/** Descriptions of models in three YAML dialects. */
@NullMarked
package dev.tenon.catalog;

import org.jspecify.annotations.NullMarked;
