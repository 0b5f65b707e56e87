"""Rank processes as the supervisor sees them."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from tenon_worker import frames
from tenon_worker.frames import Part

_LINES = 20
_GRACE_S = 10.0  # after the first rank's error: how long the others may need for the same one
_POLL_S = 0.2


class RanksLost(Exception):
    """Ranks are gone or have to go; the message says which one and why."""

    def __init__(self, message: str, stderr: str) -> None:
        super().__init__(message)
        self.stderr = stderr


class _Rank:
    def __init__(self, rank: int, directory: Path, environment: dict[str, str]) -> None:
        self.rank = rank
        self.errors = directory / f"rank-{rank}.err"
        self.beat = time.monotonic()
        self.connection, theirs = socket.socketpair()
        self.life, beats = os.pipe()
        os.set_blocking(self.life, False)
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-s", "-m", "tenon_worker.rank", str(theirs.fileno()), str(beats), str(os.getpid())],
                pass_fds=(theirs.fileno(), beats),
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                cwd=directory,
                env={**os.environ, **environment},
            )
        theirs.close()
        os.close(beats)

    def listen(self) -> None:
        """Takes note of heartbeats, all that have come."""
        try:
            while os.read(self.life, 65536):
                self.beat = time.monotonic()
        except BlockingIOError:
            pass

    def tail(self) -> str:
        """The last lines of what it wrote to stderr."""
        with open(self.errors, "rb") as file:
            file.seek(max(0, os.path.getsize(self.errors) - 16384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-_LINES:])

    def end(self) -> str | None:
        """How it ended, if it did."""
        code = self.process.poll()
        if code is None:
            return None
        if code >= 0:
            return f"exit status {code}"
        return f"signal {signal.Signals(-code).name}"

    def ended(self) -> str:
        """The same of one that closed its connection, which it does as it ends."""
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            pass
        return self.end() or "its connection is closed"


class RankGroup:
    """The ranks of one run on this host."""

    def __init__(self, world: dict[str, Any], directory: str, environment: dict[str, str]) -> None:
        self._ranks: list[_Rank] = []
        home = str(Path(__file__).resolve().parent.parent)
        for local in range(world["local"]):
            rank = world["first"] + local
            places = {"RANK": rank, "LOCAL_RANK": local, "WORLD_SIZE": world["size"], "LOCAL_WORLD_SIZE": world["local"]}
            variables = {**environment, "PYTHONPATH": home, **{name: str(value) for name, value in places.items()}}
            self._ranks.append(_Rank(rank, Path(directory), variables))

    def exchange(self, verb: str, parts: list[Part], deadline_s: float, silence_s: float) -> list[Part]:
        """Gives each rank its part and waits for the replies.

        deadline_s: seconds for the whole call; silence_s: seconds without a heartbeat after which a rank counts as hung.
        """
        asked = self._ranks[: len(parts)]
        for rank, part in zip(asked, parts):
            rank.connection.settimeout(silence_s)  # a stopped rank takes nothing and gives half a reply
            try:
                frames.send(rank.connection, Part({**part.head, "verb": verb}, part.data))
            except TimeoutError:
                self._lost(rank, f"takes no request for {silence_s:g} s: stopped or hung")
            except OSError:
                self._lost(rank, rank.ended())
        return self._replies(asked, verb, time.monotonic() + deadline_s, deadline_s, silence_s)

    def _replies(
        self, asked: list[_Rank], verb: str, end: float, deadline_s: float, silence_s: float
    ) -> list[Part]:
        replies: dict[int, Part] = {}
        first_error: float | None = None
        with selectors.DefaultSelector() as selector:
            for rank in asked:
                selector.register(rank.connection, selectors.EVENT_READ, rank)
            while len(replies) < len(asked):
                for key, _ in selector.select(_POLL_S):
                    rank = key.data
                    reply = self._reply(rank)
                    replies[rank.rank] = reply
                    selector.unregister(rank.connection)
                    if "error" in reply.head and first_error is None:
                        first_error = time.monotonic()
                self._watch(asked, replies, verb, end, deadline_s, silence_s, first_error)
        return [replies[rank.rank] for rank in asked]

    def _reply(self, rank: _Rank) -> Part:
        try:
            reply = frames.receive(rank.connection)
        except TimeoutError:
            self._lost(rank, "stopped or hung in the middle of a reply")
        if reply is None:
            self._lost(rank, rank.ended())
        return reply

    def _watch(
        self,
        asked: list[_Rank],
        replies: dict[int, Part],
        verb: str,
        end: float,
        deadline_s: float,
        silence_s: float,
        first_error: float | None,
    ) -> None:
        now = time.monotonic()
        for rank in self._ranks:
            rank.listen()
            if rank.end() is not None:
                self._lost(rank, rank.end())
            if now - rank.beat > silence_s:
                self._lost(rank, f"no heartbeat for {silence_s:g} s: stopped or hung")
            if rank in asked and rank.rank not in replies and now > end:
                self._lost(rank, f"no reply to {verb} within {deadline_s:g} s")
        if first_error is not None and now > first_error + _GRACE_S and len(replies) < len(asked):
            failed = next(x for x in asked if "error" in replies.get(x.rank, Part({})).head)
            self._lost(failed, replies[failed.rank].head["error"]["message"])

    def _lost(self, rank: _Rank, reason: str | None) -> NoReturn:
        raise RanksLost(f"rank {rank.rank}: {reason}", rank.tail())

    def kill(self) -> None:
        """Ends all ranks at once."""
        for rank in self._ranks:
            rank.process.kill()
        for rank in self._ranks:
            rank.process.wait()
            rank.connection.close()
            os.close(rank.life)
