/**
 * The bridge to libtorch, shared by the backends that run in this JVM: scripts in, tensors in and out, every native object owned
 * by a scope and counted. No compatibility is promised.
 */
@NullMarked
package dev.tenon.backend.pytorch.internal;

import org.jspecify.annotations.NullMarked;
