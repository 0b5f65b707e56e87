/** Texts and pairs of texts to classes, several classes at once, or numbers. */
@NullMarked
package dev.tenon.modelinterface.classification;

import org.jspecify.annotations.NullMarked;
