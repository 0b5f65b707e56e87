"""A program that every rank holds as a whole: inference where weights are not sharded. Needs no library."""

from __future__ import annotations

from torch import Tensor

from tenon_worker.program import MicroBatch, Program


class Replicated:
    """The part of a sharding that inference asks for."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def forward(self, micro: MicroBatch) -> dict[str, Tensor]:
        return self._program(micro)

    def weight(self, name: str) -> Tensor:
        return self._program.parameter(name).data
