"""A rank: answers the supervisor's verbs, one at a time, together with the other ranks."""

from __future__ import annotations

import datetime
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from tenon_worker import lifetime

if __name__ == "__main__":
    lifetime.bind(int(sys.argv[3]), int(sys.argv[2]))  # before torch, whose import takes seconds

import torch  # noqa: E402
from torch import Tensor  # noqa: E402
from torch import distributed as dist  # noqa: E402

from tenon_worker import frames, tensors  # noqa: E402
from tenon_worker.archives import BadObjective, Objective, compile_archive  # noqa: E402
from tenon_worker.program import MicroBatch, Program  # noqa: E402
from tenon_worker.replicated import Replicated  # noqa: E402
from tenon_worker.sharding import FIRST, SECOND, Sharding  # noqa: E402

Reply = tuple[dict[str, Any], dict[str, Tensor]]


class Rank:
    """The verbs. Each takes a JSON object and tensors and gives both."""

    def __init__(self, directory: Path) -> None:
        self.rank = int(os.environ["RANK"])
        self.local = int(os.environ["LOCAL_RANK"])
        self.world = int(os.environ["WORLD_SIZE"])
        self.directory = directory
        self.step = 0
        self.device = torch.device("cpu")
        self.program: Program | None = None
        self.sharding: Sharding | Replicated | None = None
        self.texts: dict[str, Any] = {}  # compiled, by digest

    # ---- start

    def init(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Joins the other ranks, loads the weights, shards them."""
        torch.set_num_threads(head["threads"])
        torch._C._set_graph_executor_optimize(False)  # with it the first call gives other bits than later ones
        self._join(head)
        spec = head["spec"]
        module = compile_archive(given["program"].numpy().tobytes(), head["program_sha256"])
        self.program = Program(module, head["parameters"], head["layers"], spec["checkpointing"], head["chunk"])
        self.sharding = _sharding(head["engine"], self.program, spec, self.device)
        return {"torch": torch.__version__}, {}

    def _join(self, head: dict[str, Any]) -> None:
        if head["device"] == "cuda":
            self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
            torch.cuda.set_device(self.device)
        meeting = head["rendezvous"]
        timeout = datetime.timedelta(seconds=head["collective_s"])
        patience = datetime.timedelta(seconds=head["start_s"])  # other hosts start when they are started
        store = (
            dist.FileStore(meeting["file"], self.world)
            if "file" in meeting
            else dist.TCPStore(meeting["host"], meeting["port"], self.world, self.rank == 0, patience)
        )
        backend = "nccl" if head["device"] == "cuda" else "gloo"
        dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.world, timeout=timeout)

    # ---- passes

    def forward(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Outputs of this rank's micro-batches."""
        out = {}
        for number, micro in enumerate(self._micros(head, given)):
            with torch.no_grad():
                values = self.sharding.forward(micro)
            if not micro.dummy:
                out.update({f"{number}.{name}": x for name, x in values.items()})
        return {}, out

    def _micros(self, head: dict[str, Any], given: dict[str, Tensor]) -> list[MicroBatch]:
        return [MicroBatch.of(x, given, i, self.device) for i, x in enumerate(head["micro_batches"])]

    def evaluate(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Weight over all ranks; loss and statistics of this rank's micro-batches."""
        objective = self._objective(head["objective"], given)
        micros = self._micros(head, given)
        weight = self._weight(objective, micros)
        sums = []
        for micro in micros:
            with torch.no_grad():
                out = self.sharding.forward(micro)
                if not micro.dummy:
                    sums.append(objective.loss(out, micro.batch))
        return {"weight": weight, "sums": sums}, {}

    def backward(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Gradients of sum / weight; they wait for step, discard or write. With d sum / d outputs given there is no objective."""
        micros = self._micros(head, given)
        objective = self._objective(head["objective"], given) if "objective" in head else None
        weight = self._weight(objective, micros) if objective else 1.0
        if not 0 < weight < float("inf"):
            return {"weight": weight, "sums": []}, {}
        sums, measured = [], []
        for number, micro in enumerate(micros):
            sums += self._add(objective, weight, micro, number == len(micros) - 1)
            if head.get("measure"):
                measured.append(tensors.live_bytes(self.sharding.held()))
        return {"weight": weight, "sums": sums, "norm": self.sharding.norm(), "bytes": measured}, {}

    def _add(self, objective: Objective | None, weight: float, micro: MicroBatch, last: bool) -> list[dict[str, float]]:
        """Adds the gradients of a micro-batch and gives its sums, if it has any."""
        out = self.sharding.forward(micro)
        gradients, sums = micro.dout, []
        if objective and not micro.dummy:
            leaves = {name: x.detach() for name, x in out.items()}
            statistics, gradients = objective.gradient(leaves, micro.batch, 1 / weight)
            sums = [statistics]
        self.sharding.backward(self._scalar(out, gradients), last)
        return sums

    def _scalar(self, out: dict[str, Tensor], gradients: dict[str, Tensor]) -> Tensor:
        """A number with these gradients, times the ranks, over which the library takes the mean."""
        terms = [
            (x * (gradients[name] * self.world if name in gradients else torch.zeros_like(x))).sum()
            for name, x in out.items()
            if x.requires_grad
        ]
        return torch.stack(terms).sum()

    def _weight(self, objective: Objective, micros: list[MicroBatch]) -> float:
        own = sum(objective.weight(micro.batch) for micro in micros if not micro.dummy)
        whole = torch.tensor(own, dtype=torch.float64, device=self.device)
        dist.all_reduce(whole)
        return float(whole)

    def _objective(self, head: dict[str, Any], given: dict[str, Tensor]) -> Objective:
        return Objective(self._compiled(head["sha256"], given["objective"]), head["hp"])

    def _compiled(self, sha256: str, archive: Tensor) -> Any:
        if sha256 not in self.texts:
            if len(self.texts) >= 32:  # an application has a handful
                self.texts.pop(next(iter(self.texts)))
            self.texts[sha256] = compile_archive(archive.numpy().tobytes(), sha256)
        return self.texts[sha256]

    # ---- objectives on whole batches, on one rank

    def joint(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """An objective on host outputs of a whole batch: weight, sums, gradients of the sum."""
        objective = self._objective(head["objective"], given)
        batch, out = tensors.under(given, "batch."), tensors.under(given, "out.")
        weight = objective.weight(batch)
        sums, gradients = objective.gradient(out, batch, 1.0)
        return {"weight": weight, "sums": [sums]}, gradients

    def veto(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Whether an objective wants no update."""
        return {"veto": self._objective(head["objective"], given).veto(head["statistics"])}, {}

    # ---- next tokens, on one rank

    def choose(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """The next tokens, given logits [B, V] and what rows ask for."""
        text = self._compiled(head["sampling"]["sha256"], given["sampling"])
        choice = tensors.under(given, "choice.")
        with torch.no_grad():
            tokens, logprobs = text.choose(given["logits"], choice) if choice else text.pick(given["logits"])
        return {}, {"tokens": tokens, "logprobs": logprobs}

    def before_processors(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """The logits of some rows as processors get them."""
        text = self._compiled(head["sampling"]["sha256"], given["sampling"])
        with torch.no_grad():
            rows = text.before_processors(given["logits"], tensors.under(given, "choice."), given["rows"])
        return {}, {"logits": rows}

    # ---- steps

    def update(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Clips and takes a step."""
        self.sharding.step(head["rates"])
        self.step += 1
        return {}, {}

    def discard(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Forgets the gradients."""
        self.sharding.discard()
        return {}, {}

    # ---- whole tensors, one at a time

    def write(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """The first rank of a host writes whole tensors into a file, under their names: weight, gradient, exp_avg or exp_avg_sq of each."""
        names = head["names"]
        values = (self._value(head["of"], name) for name in names)
        if self.local == 0:  # on every host: its JVM reads them
            tensors.write(head["file"], [(name, self.program.table[name]["shape"]) for name in names], values)
        else:
            for _ in values:
                pass
        return {}, {}

    def _value(self, of: str, name: str) -> Tensor:
        if of == "weight":
            return self.sharding.weight(name)
        if of == "gradient":
            return self.sharding.gradient(name)
        return self.sharding.moment(name, of)

    def restore(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Weights and moments from files. Moments appear with a first step, so one is taken on the given micro-batch, at rate 0."""
        self._micros_without_gradient(head, given)
        with torch.no_grad():
            for entry in head["tensors"]:
                moments = None
                if "moments" in entry:
                    moments = {which: tensors.read(entry["moments"][which]) for which in (FIRST, SECOND)}
                self.sharding.restore(entry["name"], tensors.read(entry["weight"]), moments)
            self.sharding.restored(head["step"])
        self.step = head["step"]
        return {}, {}

    def _micros_without_gradient(self, head: dict[str, Any], given: dict[str, Tensor]) -> None:
        micros = self._micros(head, given)
        for number, micro in enumerate(micros):
            self.sharding.backward(self._scalar(self.sharding.forward(micro), {}), number == len(micros) - 1)
        self.sharding.norm()
        self.sharding.step([0.0] * head["groups"])

    # ---- several hosts

    def meet(self, head: dict[str, Any], given: dict[str, Tensor]) -> Reply:
        """Waits for all; whether all are well."""
        ok = torch.tensor(int(head["ok"]), device=self.device)
        dist.all_reduce(ok, dist.ReduceOp.MIN)
        return {"ok": bool(ok)}, {}

    def _refuse_others(self, digest: str) -> None:
        others = [rank for rank, x in enumerate(self._exchange(digest.encode())) if x.decode() != digest]
        if others:
            raise OtherRequest(f"request of ranks {others}: other batch or objective (expected: that of rank {self.rank})")

    def _of_all(self, head: dict[str, Any], out: dict[str, Tensor]) -> Reply:
        """The replies of all ranks, for the first of each host; nothing for the others."""
        replies = self._exchange(frames.encode([frames.Part(head, tensors.encode(out))]))
        if self.local > 0:
            return {}, {}
        parts = [frames.decode(reply)[0] for reply in replies]
        named = {f"{rank}/{name}": x for rank, part in enumerate(parts) for name, x in tensors.decode(part.data).items()}
        return {"ranks": [part.head for part in parts]}, named

    def _exchange(self, own: bytes) -> list[bytes]:
        """Bytes of all ranks, by rank."""
        sizes = [torch.zeros(1, dtype=torch.int64, device=self.device) for _ in range(self.world)]
        dist.all_gather(sizes, torch.tensor([len(own)], device=self.device))
        most = int(max(sizes))
        padded = torch.zeros(most, dtype=torch.uint8, device=self.device)
        padded[: len(own)] = torch.frombuffer(bytearray(own), dtype=torch.uint8)
        all_padded = [torch.empty_like(padded) for _ in range(self.world)]
        dist.all_gather(all_padded, padded)
        return [x[: int(size)].cpu().numpy().tobytes() for x, size in zip(all_padded, sizes)]

    # ---- the loop

    def answer(self, part: frames.Part, spill: tensors.Spill) -> frames.Part:
        """The reply to a request; an error is a reply too."""
        try:
            given = tensors.decode(spill.take(part.head, part.data))
            shared = part.head.get("digest")
            if shared is not None:
                self._refuse_others(shared)
            head, out = getattr(self, part.head["verb"])(part.head, given)
            if shared is not None:
                head, out = self._of_all(head, out)
            return frames.Part(*spill.give({**head, "step": self.step}, tensors.encode(out)))
        except Exception as e:  # whatever it is, the JVM is told
            traceback.print_exc()
            return frames.Part({"step": self.step, "error": _error(e)})


class OtherRequest(Exception):
    """Hosts that ask for different things."""


def _error(e: Exception) -> dict[str, str]:
    if isinstance(e, OtherRequest):
        return {"kind": "request", "message": str(e)}
    if isinstance(e, dist.DistError) or "gloo" in str(e):  # another rank is gone, here or on another host
        return {"kind": "lost", "message": f"{type(e).__name__}: {e}"}
    if isinstance(e, BadObjective):
        return {"kind": "objective", "message": str(e), "what": e.what, "value": e.value, "expected": e.expected}
    memory = isinstance(e, (MemoryError, torch.OutOfMemoryError)) or "not enough memory" in str(e)
    return {"kind": "memory" if memory else "internal", "message": f"{type(e).__name__}: {e}"}


def _sharding(engine: str, program: Program, spec: dict[str, Any], device: torch.device) -> Sharding | Replicated:
    if engine == "fsdp2":
        from tenon_worker.fsdp_sharding import FsdpSharding

        return FsdpSharding(program, spec, device)
    if not spec["training"] and spec["config"]["zero_optimization"]["stage"] < 3:
        return Replicated(program, device)
    from tenon_worker.deepspeed_sharding import DeepSpeedSharding

    return DeepSpeedSharding(program, spec, device)


def main() -> None:
    """Runs until the supervisor closes the connection."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    rank = Rank(Path.cwd())
    spill = tensors.Spill(rank.directory, rank.rank, int(os.environ["LOCAL_WORLD_SIZE"]))
    while (part := frames.receive(connection)) is not None:
        frames.send(connection, rank.answer(part, spill))
    os._exit(0)


if __name__ == "__main__":
    main()
