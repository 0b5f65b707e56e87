"""Frames between JVM, supervisor and ranks.

A frame is a list of parts; the first is the supervisor's, the others are the ranks', in their order. On the wire, little-endian:
u32 number of parts, then for each u32 bytes of its JSON, u64 bytes of its data, JSON (UTF-8), data.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from dataclasses import dataclass
from typing import Any

_COUNT = struct.Struct("<I")
_SIZES = struct.Struct("<IQ")


@dataclass
class Part:
    """A JSON object and bytes."""

    head: dict[str, Any]
    data: bytes = b""


def _json(head: dict[str, Any]) -> bytes:
    return json.dumps(_finite(head), allow_nan=False).encode()


def _finite(value: Any) -> Any:
    """JSON has no numbers that are none: they are texts, as Java spells them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {name: _finite(x) for name, x in value.items()}
    return [_finite(x) for x in value] if isinstance(value, list) else value


def encode(parts: list[Part]) -> bytes:
    """The bytes of a frame."""
    out = [_COUNT.pack(len(parts))]
    for part in parts:
        head = _json(part.head)
        out += [_SIZES.pack(len(head), len(part.data)), head, part.data]
    return b"".join(out)


def decode(frame: bytes) -> list[Part]:
    """The parts of a frame."""
    (count,) = _COUNT.unpack_from(frame)
    at = _COUNT.size
    parts = []
    for _ in range(count):
        head, data = _SIZES.unpack_from(frame, at)
        at += _SIZES.size
        parts.append(Part(json.loads(frame[at : at + head]), frame[at + head : at + head + data]))
        at += head + data
    return parts


def send(connection: socket.socket, part: Part) -> None:
    """Writes one part."""
    head = _json(part.head)
    connection.sendall(_SIZES.pack(len(head), len(part.data)) + head + part.data)


def receive(connection: socket.socket) -> Part | None:
    """Reads one part; None at the end of the stream, also where the other end died with unread bytes."""
    try:
        return _receive(connection)
    except ConnectionError:
        return None


def _receive(connection: socket.socket) -> Part | None:
    sizes = _read(connection, _SIZES.size)
    if sizes is None:
        return None
    head, data = _SIZES.unpack(sizes)
    both = _read(connection, head + data)
    return None if both is None else Part(json.loads(both[:head]), both[head:])


def _read(connection: socket.socket, size: int) -> bytes | None:
    out = bytearray(size)
    view = memoryview(out)
    while view:
        got = connection.recv_into(view)
        if got == 0:
            return None
        view = view[got:]
    return bytes(out)
