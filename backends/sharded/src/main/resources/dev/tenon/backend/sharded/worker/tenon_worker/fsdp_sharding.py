"""FSDP2 of torch: the independent check of DeepSpeed, and the way without it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from tenon_worker.program import MicroBatch, Program
from tenon_worker.sharding import adamw, set_rates


def gradient_gain(device: torch.device) -> float:
    """What FSDP2 makes of a gradient that is 1 on every rank: the mean, 1, but with gloo and torch 2.7 the sum, without a word."""
    one = torch.nn.Linear(1, 1, bias=False, device=device)
    fully_shard(one)
    one(torch.ones(1, 1, device=device)).sum().backward()
    return float(one.weight.grad.full_tensor())  # type: ignore[union-attr]


class FsdpSharding:
    """A program whose parameters are sharded tensors: each block alone, embedding and head together."""

    def __init__(self, program: Program, spec: dict[str, Any], device: torch.device) -> None:
        self._program = program
        for block in program.blocks:
            self._shard(block, device)
        self._shard(program, device)
        self._gain = gradient_gain(device) if spec["training"] else 1.0
        self._clip = spec["clip"]
        self._optimizer = adamw(program, spec) if spec["training"] else None
        self._norm = 0.0

    def _shard(self, module: Any, device: torch.device) -> None:
        """Loads what is not there yet; of pages that lie in a file this rank's part is copied, and only that is read."""
        for parameter in module.parameters():
            self._program.load(parameter, device)
        fully_shard(module)

    def forward(self, micro: MicroBatch) -> dict[str, Tensor]:
        out = self._program(micro)
        if not torch.is_grad_enabled():
            self._program.reshard()  # else embedding and head stay whole, for a backward pass that does not come
        return out

    def backward(self, scalar: Tensor, last: bool) -> None:
        (scalar / self._gain).backward()

    def norm(self) -> float:
        squares = torch.zeros(())
        for gradient in self._gradients():
            squares = squares + torch.linalg.vector_norm(gradient).square().cpu()
        dist.all_reduce(squares)
        self._norm = float(squares.sqrt())
        return self._norm

    def _gradients(self) -> list[Tensor]:
        """This rank's parts."""
        return [p.grad.to_local() for p in self._program.parameters() if p.grad is not None]

    def step(self, rates: list[float]) -> None:
        assert self._optimizer is not None
        scale = self._clip / (self._norm + 1e-6)
        if self._clip > 0 and scale < 1:
            torch._foreach_mul_(self._gradients(), scale)
        self._zeros_where_none()
        set_rates(self._optimizer, rates)
        self._optimizer.step()
        self.discard()

    def _zeros_where_none(self) -> None:
        """An optimizer passes over what has no gradient; here everything that trains ages and decays together."""
        for parameter in self._program.parameters():
            if parameter.requires_grad and parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)

    def discard(self) -> None:
        for parameter in self._program.parameters():
            parameter.grad = None

    def weight(self, name: str) -> Tensor:
        return self._parameter(name).full_tensor()

    def _parameter(self, name: str) -> DTensor:
        return self._program.parameter(name).data  # type: ignore[return-value]

    def gradient(self, name: str) -> Tensor:
        gradient = self._program.parameter(name).grad
        return torch.zeros(self._program.table[name]["shape"]) if gradient is None else gradient.full_tensor()

    def moment(self, name: str, which: str) -> Tensor:
        assert self._optimizer is not None
        state = self._optimizer.state.get(self._program.parameter(name), {})
        return state[which].full_tensor() if which in state else torch.zeros(self._program.table[name]["shape"])

    def restore(self, name: str, weight: Tensor, moments: dict[str, Tensor] | None) -> None:
        self._assign(self._parameter(name), weight)
        for which, value in (moments or {}).items():
            assert self._optimizer is not None
            self._assign(self._optimizer.state[self._program.parameter(name)][which], value)

    @staticmethod
    def _assign(target: DTensor, value: Tensor) -> None:
        target.to_local().copy_(distribute_tensor(value, target.device_mesh, target.placements).to_local())

    def held(self) -> dict[str, list[Tensor]]:
        weights = list(self._program.parameters())
        state = self._optimizer.state if self._optimizer else {}
        moments = [x for values in state.values() for x in values.values()]
        return {"weights": weights, "gradients": self._gradients(), "optimizer": moments}

    def restored(self, step: int) -> None:
        assert self._optimizer is not None
        for state in self._optimizer.state.values():
            state["step"].fill_(step)
