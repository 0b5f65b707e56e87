/** Files of examples, and the packed batches that are cut from them in a fixed order. */
@NullMarked
package dev.tenon.modelinterface.data;

import org.jspecify.annotations.NullMarked;
