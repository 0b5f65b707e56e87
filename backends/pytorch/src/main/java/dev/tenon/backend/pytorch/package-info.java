/** Runs networks by libtorch in this JVM. */
@NullMarked
package dev.tenon.backend.pytorch;

import org.jspecify.annotations.NullMarked;
