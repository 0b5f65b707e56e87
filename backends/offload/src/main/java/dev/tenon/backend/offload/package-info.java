/**
 * The backend {@code offload}: libtorch in this JVM, with weights, gradients and moments in RAM or
 * in files, and one stage of the network at a time where libtorch works.
 */
@NullMarked
package dev.tenon.backend.offload;

import org.jspecify.annotations.NullMarked;
