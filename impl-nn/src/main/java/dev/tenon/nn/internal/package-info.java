/** Shared with the backends, not part of the API. */
@NullMarked
package dev.tenon.nn.internal;

import org.jspecify.annotations.NullMarked;
