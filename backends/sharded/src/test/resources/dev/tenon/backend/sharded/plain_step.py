"""The train step of a rank in a plain loop: no supervisor, no frames, no JVM. One step for each line on standard input; prints its seconds.

Arguments: directory with init.json, init.safetensors, step-RANK.json and step-RANK.safetensors, as a rank would get them.
"""

import json
import sys
import time
from pathlib import Path

from safetensors.torch import load_file

from tenon_worker.archives import Objective
from tenon_worker.rank import Rank

directory = Path(sys.argv[1])
rank = Rank(directory)
rank.init(json.loads((directory / "init.json").read_text()), load_file(directory / "init.safetensors"))
head = json.loads((directory / f"step-{rank.rank}.json").read_text())
given = load_file(directory / f"step-{rank.rank}.safetensors")
objective = Objective(rank._compiled(head["objective"]["sha256"], given["objective"]), head["objective"]["hp"])

print("ready", flush=True)
for _ in sys.stdin:
    begin = time.perf_counter()
    micros = rank._micros(head, given)
    weight = rank._weight(objective, micros)
    for number, micro in enumerate(micros):
        out = rank.sharding.forward(micro)
        _, gradients = objective.gradient({name: x.detach() for name, x in out.items()}, micro.batch, 1 / weight)
        rank.sharding.backward(rank._scalar(out, gradients), number == len(micros) - 1)
    rank.sharding.norm()
    rank.sharding.step([1e-5, 1e-5])
    print(time.perf_counter() - begin, flush=True)
