/** Texts to vectors that are near where the texts are alike: contrastive learning. */
@NullMarked
package dev.tenon.modelinterface.embedding;

import org.jspecify.annotations.NullMarked;
