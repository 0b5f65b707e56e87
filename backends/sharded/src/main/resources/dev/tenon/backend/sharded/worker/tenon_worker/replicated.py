"""A program that every rank holds as a whole: inference where weights are not sharded. Needs no library."""

from __future__ import annotations

import torch
from torch import Tensor

from tenon_worker.program import MicroBatch, Program
from tenon_worker.sharding import load_whole


class Replicated:
    """The part of a sharding that inference asks for."""

    def __init__(self, program: Program, device: torch.device) -> None:
        self._program = program
        load_whole(program, device)

    def forward(self, micro: MicroBatch) -> dict[str, Tensor]:
        return self._program(micro)

    def weight(self, name: str) -> Tensor:
        return self._program.parameter(name).data

    def held(self) -> dict[str, list[Tensor]]:
        return {"weights": list(self._program.parameters())}
