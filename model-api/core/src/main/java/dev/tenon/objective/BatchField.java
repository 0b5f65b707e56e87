package dev.tenon.objective;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;

/**
 * A field of the batch that an objective reads.
 *
 * @param name the field
 * @param kind what its first axis counts
 * @param dtype its element type
 */
public record BatchField(String name, FieldKind kind, DType dtype) {}
