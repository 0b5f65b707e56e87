/**
 * The nouns. A {@link dev.tenon.model.ModelRegistry} creates a {@link dev.tenon.model.Model} whose
 * module is a {@link dev.tenon.model.Network}, a description; a {@link
 * dev.tenon.model.ModelBackend} turns it into a model whose module is an {@link
 * dev.tenon.model.Engine}, which runs. Nothing in this package knows an algorithm or a file format.
 */
@NullMarked
package dev.tenon.model;

import org.jspecify.annotations.NullMarked;
