/** A toy language model in plain Java: algorithms are tested without a native library. */
@NullMarked
package dev.tenon.modelinterface.toy;

import org.jspecify.annotations.NullMarked;
