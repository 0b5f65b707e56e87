/** One algorithm is one ModelInterface. */
@NullMarked
package dev.tenon.modelinterface;

import org.jspecify.annotations.NullMarked;
