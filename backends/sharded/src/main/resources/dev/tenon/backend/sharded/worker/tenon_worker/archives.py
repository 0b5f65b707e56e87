"""TorchScript archives that the JVM made: a network's program, an objective's text."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import torch
from torch import Tensor


def compile_archive(data: bytes, sha256: str) -> Any:
    """The module in an archive, its bytes being those that the JVM sent."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"sha256 of an archive: {found} (expected: {sha256})")
    return torch.jit.load(io.BytesIO(data))


class Objective:
    """An objective's text with its hyper-parameters."""

    def __init__(self, module: Any, hp: dict[str, float]) -> None:
        self._module = module
        self._hp = {name: float(value) for name, value in hp.items()}

    def weight(self, batch: dict[str, Tensor]) -> float:
        """The weight of a micro-batch."""
        return float(scalar("weight", self._module.weight(batch, self._hp)))

    def loss(self, out: dict[str, Tensor], batch: dict[str, Tensor]) -> dict[str, float]:
        """Loss and statistics, summed."""
        return numbers(self._module.loss(out, batch, self._hp))

    def gradient(
        self, out: dict[str, Tensor], batch: dict[str, Tensor], scale: float
    ) -> tuple[dict[str, float], dict[str, Tensor]]:
        """The same and scale * d loss / d out."""
        with torch.enable_grad():
            statistics, gradients = self._module.loss_and_grad(out, batch, self._hp, scale)
        return numbers(statistics), gradients

    def veto(self, statistics: dict[str, float]) -> bool:
        """Whether the update is to be skipped."""
        tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in statistics.items()}
        answer = self._module.veto(tensors, self._hp)
        if not isinstance(answer, bool):
            raise BadObjective("veto", type(answer).__name__, "bool")
        return answer


class BadObjective(Exception):
    """What a text returned is not what the contract asks for."""

    def __init__(self, what: str, value: object, expected: str) -> None:
        super().__init__(f"{what}: {value} (expected: {expected})")
        self.what, self.value, self.expected = what, str(value), expected


def scalar(name: str, tensor: Tensor) -> Tensor:
    """A tensor without dimensions."""
    if tensor.dim() != 0:
        raise BadObjective(name, f"shape {list(tensor.shape)}", "a scalar, shape []")
    return tensor


def numbers(statistics: dict[str, Tensor]) -> dict[str, float]:
    """The results of a loss."""
    if "loss" not in statistics:
        raise BadObjective("result of loss", list(statistics), '"loss" among its keys')
    if not statistics["loss"].is_floating_point():
        raise BadObjective("loss", statistics["loss"].dtype, "a float type")
    return {name: float(scalar(name, tensor)) for name, tensor in statistics.items()}
