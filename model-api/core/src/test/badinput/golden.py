"""Writes small files with the Python package safetensors, which the tests compare bit by bit.

usage: python3 golden.py ../resources/safetensors        (pip install safetensors==0.8.0 numpy)
"""

import pathlib
import sys

import numpy as np
from safetensors.numpy import save_file

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
every = {
    "z.f64": np.array([[0.5, -1e300, np.inf]], dtype=np.float64),
    "y.f32": np.array([[1.5, -2.0], [3.25, np.nan]], dtype=np.float32),
    "x.f16": np.array([0.1, 65504.0, -2.0**-24], dtype=np.float16),
    "w.i64": np.array([-(2**63), 2**63 - 1], dtype=np.int64),
    "v.i32": np.array([-(2**31), 7], dtype=np.int32),
    "u.i16": np.array([-32768, 5, 6], dtype=np.int16),
    "t.i8": np.array([-128, 127], dtype=np.int8),
    "s.u8": np.array([0, 255, 1], dtype=np.uint8),
    "r.bool": np.array([True, False, True]),
    "a.f32": np.array(2.0, dtype=np.float32),
    "b.f32": np.zeros((0, 3), dtype=np.float32),
}
save_file(every, out / "every-dtype.safetensors", metadata={"format": "pt"})
save_file({}, out / "no-tensors.safetensors", metadata={"format": "pt"})
