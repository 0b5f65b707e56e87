"""What a rank asks of the library that shards."""

from __future__ import annotations

import math
from typing import Any, Protocol

import torch
from torch import Tensor

from tenon_worker.program import MicroBatch, Program

FIRST, SECOND = "exp_avg", "exp_avg_sq"


class Sharding(Protocol):
    """A program that trains over all ranks. Every method is called by all of them, in the same order."""

    def forward(self, micro: MicroBatch) -> dict[str, Tensor]:
        """The outputs of a micro-batch, with their graph if gradients are on."""

    def backward(self, scalar: Tensor, last: bool) -> None:
        """Adds the mean over ranks of a scalar's gradients; last: of this step."""

    def norm(self) -> float:
        """L2 norm of all gradients; not finite if one is not."""

    def step(self, rates: list[float]) -> None:
        """Clips and updates. rates: of each parameter group."""

    def discard(self) -> None:
        """Forgets the gradients."""

    def weight(self, name: str) -> Tensor:
        """A whole weight."""

    def gradient(self, name: str) -> Tensor:
        """A whole gradient, in the weight's shape."""

    def moment(self, name: str, which: str) -> Tensor:
        """A whole moment, in the weight's shape; 0 before the first step."""

    def restore(self, name: str, weight: Tensor, moments: dict[str, Tensor] | None) -> None:
        """Takes over a weight and, if it trains, its moments; a step must have been taken, so that they are there."""

    def restored(self, step: int) -> None:
        """After all were restored: the age of the moments."""

    def held(self) -> dict[str, list[Tensor]]:
        """What this rank holds: weights, gradients, optimizer."""


def load_whole(program: Program, device: torch.device) -> None:
    """Every weight as a whole, in memory of its own."""
    for parameter in program.parameters():
        program.load(parameter, device)
        parameter.data = parameter.data.clone()


def groups(program: Program, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Parameter groups for AdamW."""
    return [
        {"params": [program.parameter(name) for name in group["names"]], "lr": group["rate"], "weight_decay": group["decay"]}
        for group in spec["groups"]
    ]


def adamw(program: Program, spec: dict[str, Any]) -> torch.optim.AdamW:
    """The optimizer of every sharding."""
    return torch.optim.AdamW(groups(program, spec), betas=tuple(spec["betas"]), eps=spec["eps"])


def set_rates(optimizer: Any, rates: list[float]) -> None:
    """The rates of the next step."""
    for group, rate in zip(optimizer.param_groups, rates):
        group["lr"] = rate


def whole_norm(tensors: list[Tensor]) -> float:
    """L2 norm over all, infinite if it is no number."""
    norm = float(torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(x) for x in tensors])))
    return norm if math.isfinite(norm) else math.inf
