/**
 * The catalog: models as descriptions, whose files it fetches, whose versions it keeps and whose
 * training it runs. In go descriptions in YAML, out come versions that a registry of models
 * creates.
 */
@NullMarked
package dev.tenon.catalog;

import org.jspecify.annotations.NullMarked;
