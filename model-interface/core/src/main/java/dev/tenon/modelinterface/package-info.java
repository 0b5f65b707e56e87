/**
 * One algorithm is one {@link dev.tenon.modelinterface.ModelInterface}: it is given a running
 * {@link dev.tenon.model.Model} and packed batches, and gives back metrics and packed values. It
 * never sees a backend. The packages below hold the algorithms, their data, their loop, and the
 * level of text.
 */
@NullMarked
package dev.tenon.modelinterface;

import org.jspecify.annotations.NullMarked;
