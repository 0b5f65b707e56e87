"""Tensors in bytes and in files: safetensors everywhere, never a pickle."""

from __future__ import annotations

import gc
import hashlib
import json
import mmap
import struct
from pathlib import Path
from typing import Any, Iterable, Iterator

import torch
from safetensors.torch import load, save
from torch import Tensor
from torch.distributed.tensor import DTensor

_DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip


def decode(data: bytes) -> dict[str, Tensor]:
    """Tensors by name."""
    return load(data) if data else {}


def encode(tensors: dict[str, Tensor]) -> bytes:
    """The same as bytes."""
    return save({name: x.detach().cpu().contiguous() for name, x in tensors.items()}) if tensors else b""


def under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose name begins with a prefix, without it."""
    return {name[len(prefix) :]: x for name, x in tensors.items() if name.startswith(prefix)}


def read(source: dict[str, Any]) -> Tensor:
    """Values that lie in a file: {file, offset, dtype, shape}; read when they are copied, not before."""
    count = 1
    for size in source["shape"]:
        count *= size
    dtype = _DTYPES[source["dtype"]]
    if count == 0:
        return torch.empty(source["shape"], dtype=dtype)
    with open(source["file"], "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return torch.frombuffer(mapped, dtype=dtype, count=count, offset=source["offset"]).view(source["shape"])


def write(file: str, tensors: Iterable[tuple[str, list[int]]], values: Iterator[Tensor]) -> None:
    """A safetensors file of F32 tensors, one at a time; values come in the order of the names and shapes."""
    header: dict[str, Any] = {}
    end = 0
    for name, shape in tensors:
        begin, end = end, end + 4 * int(torch.Size(shape).numel())
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for value in values:
            out.write(value.detach().to("cpu", torch.float32).contiguous().view(-1).view(torch.uint8).numpy())


def live_bytes(held: dict[str, Iterable[Tensor]]) -> dict[str, int]:
    """Bytes of all storages that tensors of this process hold, each once: of the first kind that has it, else "other"."""
    kinds = {**held, "other": (x for x in gc.get_objects() if issubclass(type(x), Tensor))}
    seen: set[int] = set()
    bytes_of = {}
    for kind, tensors in kinds.items():
        bytes_of[kind] = 0
        for x in tensors:
            storage = _storage(x)
            if storage is not None and storage.nbytes() and storage.data_ptr() not in seen:
                seen.add(storage.data_ptr())
                bytes_of[kind] += storage.nbytes()
    return bytes_of


def _storage(x: Tensor) -> torch.UntypedStorage | None:
    try:
        return (x.to_local() if issubclass(type(x), DTensor) else x).untyped_storage()
    except NotImplementedError:  # autograd's undefined tensors have none
        return None


class Spill:
    """Data past the size of a frame travels as a file with its digest."""

    FRAME = 1 << 20  # bytes of all ranks of a host together

    def __init__(self, directory: Path, rank: int, ranks: int) -> None:
        self._directory = directory
        self._rank = rank
        self._limit = self.FRAME // ranks
        self._count = 0

    def take(self, head: dict[str, Any], data: bytes) -> bytes:
        """The data of a part that came in."""
        place = head.get("spilled")
        if place is None:
            return data
        content = Path(place["file"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != place["sha256"]:
            raise ValueError(f"sha256 of {place['file']}: other bytes (expected: {place['sha256']})")
        return content

    def give(self, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """A part that goes out; the receiver deletes the file."""
        if len(data) <= self._limit:
            return head, data
        self._count += 1
        file = self._directory / f"reply-{self._rank}-{self._count}.safetensors"
        file.write_bytes(data)
        return {**head, "spilled": {"file": str(file), "sha256": hashlib.sha256(data).hexdigest()}}, b""
