"""ZeRO 0 to 3 by DeepSpeed. Everything is F32 to DeepSpeed: a program in bf16 rounds inside its own text."""

from __future__ import annotations

import math
from typing import Any, Iterator

import deepspeed
import torch
from deepspeed.runtime.utils import combine_grad_norm_groups
from deepspeed.utils import (
    safe_get_full_grad,
    safe_get_full_optimizer_state,
    safe_set_full_fp32_param,
    safe_set_full_optimizer_state,
)
from torch import Tensor
from torch import distributed as dist

from tenon_worker.program import MicroBatch, Program
from tenon_worker.sharding import adamw, groups, load_whole, set_rates, whole_norm


class _Parts(deepspeed.zero.Init):
    """ZeRO-3's parameters, each made when its values are there; every rank copies its own part and reads no other."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config_dict_or_path=config, mem_efficient_linear=False, dtype=torch.float32)

    def load(self, program: Program, device: torch.device) -> None:
        for parameter in program.parameters():
            program.load(parameter, device)
            self._convert_to_zero_parameters([parameter])

    def _zero_init_param(self, param: Any) -> None:
        """Without DeepSpeed's broadcast: all ranks have the same file."""
        self._convert_to_deepspeed_param(param)
        param.partition()


def _optimizer(program: Program, spec: dict[str, Any]) -> torch.optim.Optimizer:
    if not spec["cpu_adam"]:
        return adamw(program, spec)
    from deepspeed.ops.adam import DeepSpeedCPUAdam  # compiled before the start, or there is none

    return DeepSpeedCPUAdam(groups(program, spec), betas=tuple(spec["betas"]), eps=spec["eps"], adamw_mode=True)


def _tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, dict)):
        for x in value.values() if isinstance(value, dict) else value:
            yield from _tensors(x)


class DeepSpeedSharding:
    """A program inside a DeepSpeed engine."""

    def __init__(self, program: Program, spec: dict[str, Any], device: torch.device) -> None:
        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False  # it would be compiled, for minutes
        deepspeed.init_distributed(dist.get_backend(), verbose=False)
        self._program = program
        self._stage = spec["config"]["zero_optimization"]["stage"]
        self._stepped = False
        if self._stage == 3:
            _Parts(spec["config"]).load(program, device)
        else:
            load_whole(program, device)
        self._engine, *_ = deepspeed.initialize(
            model=program,
            optimizer=_optimizer(program, spec) if spec["training"] else None,
            dist_init_required=False,
            config=spec["config"],
        )

    @property
    def _optimizer(self) -> Any:
        """The optimizer that holds the moments."""
        return self._engine.optimizer if self._stage == 0 else self._engine.optimizer.optimizer

    def forward(self, micro: MicroBatch) -> dict[str, Tensor]:
        return self._engine(micro)

    def backward(self, scalar: Tensor, last: bool) -> None:
        self._engine.set_gradient_accumulation_boundary(last)
        self._engine.backward(scalar)

    def norm(self) -> float:
        if self._stage == 0:
            return whole_norm([p.grad for p in self._program.parameters() if p.grad is not None])
        optimizer = self._engine.optimizer
        norm = (
            combine_grad_norm_groups(optimizer._get_norm_groups())
            if self._stage == 3
            else optimizer.scaled_global_norm()
        )
        value = float(norm)
        return value if math.isfinite(value) and value >= 0 else math.inf

    def step(self, rates: list[float]) -> None:
        set_rates(self._engine.optimizer, rates)
        self._engine.step()
        if not self._stepped and self._stage in (1, 2):
            # DeepSpeed links parameters to their moments after the first group's step, when other groups have none yet.
            self._engine.optimizer._hp_optimizer_states_linked = False
            self._engine.optimizer._lazy_init_hp_params_optimizer_state()
        self._stepped = True

    def discard(self) -> None:
        if self._stage == 0:
            self._engine.zero_grad()
            return
        self._engine.set_gradient_accumulation_boundary(True)
        # DeepSpeed drops a step whose norm is no number, with everything it keeps of the gradients.
        name, norm = (
            ("_get_norm_groups", lambda: [torch.tensor(math.inf)])
            if self._stage == 3
            else ("scaled_global_norm", lambda: torch.tensor(math.inf))
        )
        optimizer = self._engine.optimizer
        setattr(optimizer, name, norm)
        try:
            self._engine.step()
        finally:
            delattr(optimizer, name)

    def weight(self, name: str) -> Tensor:
        parameter = self._program.parameter(name)
        if not hasattr(parameter, "ds_id"):
            return parameter.data
        with deepspeed.zero.GatheredParameters([parameter]):
            return parameter.data.clone()

    def gradient(self, name: str) -> Tensor:
        return self._whole(name, safe_get_full_grad(self._program.parameter(name)))

    def moment(self, name: str, which: str) -> Tensor:
        if not self._stepped:
            return self._whole(name, None)
        parameter = self._program.parameter(name)
        if self._stage == 0:
            return self._whole(name, self._optimizer.state[parameter].get(which))
        return self._whole(name, safe_get_full_optimizer_state(parameter, which))

    def _whole(self, name: str, tensor: Tensor | None) -> Tensor:
        shape = self._program.table[name]["shape"]
        return torch.zeros(shape) if tensor is None else tensor.reshape(shape)

    def restore(self, name: str, weight: Tensor, moments: dict[str, Tensor] | None) -> None:
        parameter = self._program.parameter(name)
        self._set_moments(parameter, moments or {})
        if self._stage > 0 and moments is not None:
            safe_set_full_fp32_param(parameter, weight)
        if hasattr(parameter, "ds_id"):
            # The partition that passes read is another tensor than the optimizer's.
            with deepspeed.zero.GatheredParameters([parameter], modifier_rank=0):
                if dist.get_rank() == 0:
                    parameter.data.copy_(weight)
        else:
            parameter.data.copy_(weight)

    def _set_moments(self, parameter: Any, moments: dict[str, Tensor]) -> None:
        for which, value in moments.items():
            if self._stage == 0:
                self._optimizer.state[parameter][which].copy_(value)
            else:
                safe_set_full_optimizer_state(parameter, value, which)

    def held(self) -> dict[str, list[Tensor]]:
        parameters = list(self._program.parameters())
        held = {
            "weights": [p.ds_tensor if hasattr(p, "ds_id") else p.data for p in parameters],
            "gradients": [p.grad for p in parameters if p.grad is not None],
        }
        if self._engine.optimizer is None:
            return held
        held["optimizer"] = [*_tensors(list(self._optimizer.state.values()))]
        if self._stage > 0:
            held["gradients"] += _tensors(list(self._engine.optimizer.averaged_gradients.values()))
            # Stages 1 and 2 keep the sums of micro-batches before the last one here.
            held["gradients"] += _tensors(getattr(self._engine.optimizer, "all_grad_tensors", {}))
            masters = "fp32_partitioned_groups_flat" if self._stage == 3 else "single_partition_of_fp32_groups"
            held["optimizer"] += getattr(self._engine.optimizer, masters)
        return held

    def restored(self, step: int) -> None:
        for state in self._optimizer.state.values():
            state["step"] = torch.full_like(torch.as_tensor(state["step"], dtype=torch.float32), step)
