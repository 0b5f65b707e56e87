/** Shared internals of the SDK's own modules; no compatibility is promised. */
@NullMarked
package dev.tenon.internal;

import org.jspecify.annotations.NullMarked;
