/**
 * Token generation below the level of text: requests go into a {@link
 * dev.tenon.generation.GenerationSession}, pieces of one or more tokens come out.
 */
@NullMarked
package dev.tenon.generation;

import org.jspecify.annotations.NullMarked;
