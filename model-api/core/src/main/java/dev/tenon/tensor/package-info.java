/**
 * Host values. {@link dev.tenon.tensor.TensorData} is one tensor in memory; {@link
 * dev.tenon.tensor.NamedArray} is what the verbs of the SDK take and return: named, packed tensors
 * with the layout of their items. Everything here is immutable and safe to share between threads.
 */
@NullMarked
package dev.tenon.tensor;

import org.jspecify.annotations.NullMarked;
