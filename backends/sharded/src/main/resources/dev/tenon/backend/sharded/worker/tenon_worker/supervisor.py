"""The process between the JVM and the ranks: starts them, watches them, ends them."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from tenon_worker.frames import Part
from tenon_worker.ranks import RankGroup, RanksLost

# Everything else of the JVM's environment stays with the JVM: it may hold secrets.
_ALLOWED = {
    "PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER", "CC", "CXX", "TORCH_EXTENSIONS_DIR", "TRITON_CACHE_DIR",
}  # fmt: skip
_ALLOWED_PREFIXES = ("LC_", "OMP_", "MKL_", "GLOO_", "NCCL_")


class Supervisor:
    """Answers the JVM's requests, one at a time."""

    def __init__(self) -> None:
        self._incarnation = secrets.token_hex(8)
        self._ranks: RankGroup | None = None
        self._step = 0
        self._clear_environment()
        threading.Thread(target=self._end_with_the_jvm).start()  # no daemon: DJL's loop ends sooner

    @staticmethod
    def _clear_environment() -> None:
        for name in list(os.environ):
            if name not in _ALLOWED and not name.startswith(_ALLOWED_PREFIXES):
                del os.environ[name]

    def _end_with_the_jvm(self) -> None:
        """Standard input is a pipe that the JVM holds; it ends with the JVM, however that ends."""
        while os.read(0, 4096):
            pass
        self._end_ranks()
        shutil.rmtree(Path(__file__).resolve().parents[2], ignore_errors=True)  # nobody else is left to do it
        os._exit(0)

    @staticmethod
    def _beat(sign: Path) -> None:
        """Tells the JVM that this process runs, also while it waits for ranks."""
        while True:
            try:
                sign.touch()
            except OSError:
                return  # the directory is gone: closed
            time.sleep(1.0)

    def _end_ranks(self) -> None:
        ranks, self._ranks = self._ranks, None
        if ranks is not None:
            ranks.kill()

    def call(self, request: list[Part]) -> list[Part]:
        """The reply to a frame. A failure is an ordinary reply."""
        head = request[0].head
        try:
            replies = self._run(head, request[1:])
            self._step = max([x.head.get("step", 0) for x in replies], default=self._step)
            return [Part(self._head({})), *replies]
        except RanksLost as lost:
            self._end_ranks()
            return [Part(self._head({"lost": str(lost), "stderr": lost.stderr}))]
        except Exception as e:  # what the ranks do now is not known
            self._end_ranks()
            return [Part(self._head({"lost": f"{type(e).__name__}: {e}", "stderr": traceback.format_exc()}))]

    def _head(self, head: dict[str, Any]) -> dict[str, Any]:
        return {"incarnation": self._incarnation, "pid": os.getpid(), "step": self._step, **head}

    def _run(self, head: dict[str, Any], parts: list[Part]) -> list[Part]:
        verb = head["verb"]
        if verb == "start":
            self._end_ranks()
            self._ranks = RankGroup(head["world"], head["directory"], head["environment"])
            threading.Thread(target=self._beat, args=(Path(head["directory"]) / "beat",), daemon=True).start()
            return []
        if verb == "close":
            self._end_ranks()
            return []
        if self._ranks is None:
            raise RanksLost("no ranks run in this process", "")
        return self._ranks.exchange(verb, parts, head["deadline_s"], head["silence_s"])
