"""A network's program as modules: one small module a stage, its parameters under HuggingFace's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tenon_worker.tensors import read, under


@dataclass
class MicroBatch:
    """The arguments of one pass, as the JVM lays them out."""

    b: dict[str, Tensor]
    plan: dict[str, Tensor]
    batch: dict[str, Tensor]
    dout: dict[str, Tensor]
    want_rows: list[str]
    want_next: list[str]
    want_sequences: list[str]
    hidden_states: bool
    dummy: bool

    @staticmethod
    def of(head: dict[str, Any], tensors: dict[str, Tensor], number: int, device: torch.device) -> MicroBatch:
        """The micro-batch of a number among the tensors of a request."""
        own = {name: x.to(device) for name, x in under(tensors, f"{number}.").items()}
        return MicroBatch(
            under(own, "b."),
            under(own, "plan."),
            under(own, "batch."),
            under(own, "dout."),
            head["rows"],
            head["next"],
            head["sequences"],
            head["hidden_states"],
            head["dummy"],
        )


class Stage(nn.Module):
    """A stage of a program. A dot in a name would mean a submodule, so it is a slash here."""

    def __init__(self, program: Any, parameters: dict[str, nn.Parameter]) -> None:
        super().__init__()
        self.program = [program]  # in a list: it is no submodule
        self.keys = list(parameters)
        for key, parameter in parameters.items():
            self.register_parameter(key.replace(".", "/"), parameter)

    def weights(self) -> dict[str, Tensor]:
        """What the stage's text reads as w."""
        return {key: getattr(self, key.replace(".", "/")) for key in self.keys}


class Embed(Stage):
    """Token ids to vectors."""

    def forward(self, c: dict[str, Tensor]) -> Tensor:
        """[B, T, H]"""
        program = self.program[0]
        return program.enter(program.embed(self.weights(), c))


class Block(Stage):
    """A layer."""

    extras: list[str] = []

    def forward(self, x: Tensor, c: dict[str, Tensor], layer: int) -> tuple[Tensor, ...]:
        """The result and the extras' values, whose names are kept: recomputation hands out tensors only."""
        y, extras = self.program[0].block(self.weights(), x, c, layer)
        self.extras = list(extras)
        return (y, *extras.values())


class Head(Stage):
    """Vectors to outputs."""

    def forward(
        self,
        x: Tensor,
        inputs: list[Tensor],
        extras: dict[str, list[Tensor]],
        c: dict[str, Tensor],
        micro: MicroBatch,
        chunk: int,
    ) -> dict[str, Tensor]:
        """Every output that is wanted, packed."""
        weights, late = self.weights(), {}
        want_next = micro.want_next
        if want_next and torch.is_grad_enabled() and micro.plan["next_rows"].size(0) > chunk:
            late = dict(zip(want_next, _InChunks.apply(self, c, micro, chunk, x, *weights.values())))
            want_next = []
        out = self.program[0].outputs(
            weights, x, inputs, extras, c, micro.plan, micro.want_rows, want_next,
            micro.want_sequences, micro.hidden_states, chunk,
        )  # fmt: skip
        return {**out, **late}


class _InChunks(torch.autograd.Function):
    """Next-token outputs of more rows than a chunk: the backward pass runs each chunk again, so that never two are there."""

    @staticmethod
    def forward(ctx: Any, head: Head, c: dict[str, Tensor], micro: MicroBatch, chunk: int, x: Tensor, *weights: Tensor) -> tuple[Tensor, ...]:
        ctx.head, ctx.c, ctx.micro, ctx.chunk = head, c, micro, chunk
        ctx.save_for_backward(x)
        out = head.program[0].next_outputs(dict(zip(head.keys, weights)), x, c, micro.plan, micro.want_next, chunk)
        return tuple(out[name] for name in micro.want_next)

    @staticmethod
    def backward(ctx: Any, *douts: Tensor) -> tuple[Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        names = ctx.micro.want_next
        weights = ctx.head.weights()  # as they are now: they may have been apart in between
        trained = [w for w in weights.values() if w.requires_grad]
        sums = [torch.zeros_like(w) for w in trained]
        dx = torch.zeros_like(x)
        with torch.enable_grad():
            ctx.head.program[0].next_backward(
                weights, x, ctx.c, ctx.micro.plan, names, ctx.chunk, dict(zip(names, douts)), dx, trained, sums
            )
        given = iter(sums)
        return (None, None, None, None, dx, *(next(given) if w.requires_grad else None for w in weights.values()))


class Program(nn.Module):
    """The stages in a row."""

    def __init__(self, program: Any, table: list[dict[str, Any]], layers: int, checkpointing: bool, chunk: int) -> None:
        super().__init__()
        self.program = [program]
        self.checkpointing = checkpointing
        self.chunk = chunk
        # Without values; load brings them, so that a library can shard one before the next one comes.
        # A tied weight is one parameter of several stages.
        made = {x["name"]: nn.Parameter(torch.empty(0), requires_grad=x["trained"]) for x in table}

        def of(stage: str, layer: int) -> dict[str, nn.Parameter]:
            return {x["key"]: made[x["name"]] for x in table if stage in x["stages"] and x["layer"] == layer}

        self.embed = Embed(program, of("EMBED", 0))
        self.blocks = nn.ModuleList(Block(program, of("BLOCK", layer)) for layer in range(layers))
        self.head = Head(program, of("HEAD", 0))
        self.table = {x["name"]: x for x in table}
        self._sources = {id(made[x["name"]]): x["source"] for x in table}

    def load(self, parameter: nn.Parameter, device: torch.device) -> None:
        """Gives a parameter its values, if it has none yet: pages of the checkpoint's file where they are F32 already."""
        source = self._sources.pop(id(parameter), None)
        if source is not None:
            parameter.data = read(source).to(device, torch.float32)

    def parameter(self, name: str) -> nn.Parameter:
        """A parameter by its HuggingFace name. Looked up each time: a library may have put another one in its place."""
        entry = self.table[name]
        stage = {"EMBED": self.embed, "HEAD": self.head}.get(entry["stages"][0]) or self.blocks[entry["layer"]]
        return getattr(stage, entry["key"].replace(".", "/"))

    def forward(self, micro: MicroBatch) -> dict[str, Tensor]:
        """The outputs of a micro-batch."""
        c = self.program[0].prepare(micro.b)
        x = self.embed(c)
        inputs: list[Tensor] = []
        extras: dict[str, list[Tensor]] = {}
        for layer, block in enumerate(self.blocks):
            if micro.hidden_states:
                inputs.append(x.flatten(0, 1))
            x, *values = self._block(block, x, c, layer)
            for name, value in zip(block.extras, values):
                extras.setdefault(name, []).append(value.flatten(0, 1))
        return self.head(x.flatten(0, 1), inputs, extras, c, micro, self.chunk)

    def _block(self, block: Block, x: Tensor, c: dict[str, Tensor], layer: int) -> tuple[Tensor, ...]:
        if not (self.checkpointing and torch.is_grad_enabled()):
            return block(x, c, layer)
        if not x.requires_grad:
            x = x.detach().requires_grad_()  # recomputation gives no gradients where no input asks for one
        # Reentrant: the other kind compares shapes, and ZeRO-3's parameters are empty in between.
        return checkpoint(block, x, c, layer, use_reentrant=True)
