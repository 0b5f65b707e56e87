/** The nouns: what a model is, and what runs it. */
@NullMarked
package dev.tenon.model;

import org.jspecify.annotations.NullMarked;
