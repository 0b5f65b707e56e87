package dev.tenon.spec;

/** In which number format a model computes. */
public enum Precision {
  /** 32-bit floats throughout. */
  F32,
  /** bfloat16 computation; training keeps 32-bit masters. */
  BF16,
  /** float16 computation on GPUs, with dynamic loss scaling. */
  F16,
  /** 8-bit weights, inference only. */
  INT8,
  /** 4-bit weights, inference only. */
  INT4
}
