"""The process in which files are read: a hostile one can neither hang the bot nor take its memory.

`python -m bot.directives.gate.worker` imports what reading needs once, then forks a child for each file. The child
has limits on CPU time, memory and core dumps, and may write to no file at all. pypdf's own limits alone do not do:
they bound each stream, not the time that thousands of them take. The file comes through a pipe, the verdict goes back
as one line, and everything else dies with the child.
"""

import json
import os
import resource
import select
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict

from bot.directives.gate.models import Limits, Outcome, Verdict, Why, verdict

_GRACE = 5
"""Seconds on top of the file's own limit for starting and for a busy machine, in which CPU time runs slower."""


class Worker:
    """The way to the process, started when first needed; one file at a time, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def check(self, name: str, data: bytes, limits: Limits, allow: tuple[Why, ...]) -> Verdict:
        """The verdict of the child; TOO_COMPLEX when it did not come in time or the child died."""
        head = json.dumps(
            {"name": name, "size": len(data), "limits": asdict(limits), "allow": allow}
        ).encode()
        with self._lock:
            process = self._running()
            try:
                line = self._ask(process, struct.pack(">I", len(head)) + head, data, limits.seconds)
            except OSError:
                line = b""
            if not line.endswith(b"\n"):
                self._stop()
                return verdict(Why.TOO_COMPLEX)
            outcome, why = json.loads(line)
            if why == Why.TOO_COMPLEX:  # its process may be ending, and would take the next file along
                self._stop()
        return Verdict(Outcome(outcome), Why(why))

    @staticmethod
    def _ask(process: subprocess.Popen[bytes], head: bytes, data: bytes, seconds: int) -> bytes:
        assert process.stdin is not None and process.stdout is not None
        for piece in (head, data):
            view = memoryview(piece)
            while view:
                view = view[process.stdin.write(view) or 0 :]
        ready, _, _ = select.select([process.stdout], [], [], 2 * seconds + _GRACE)
        return process.stdout.readline() if ready else b""

    def _running(self) -> subprocess.Popen[bytes]:
        # After a fork of our own process the pipes belong to the parent: the child starts its own worker.
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
            self._owner = os.getpid()
        return self._process

    def _stop(self) -> None:
        if self._process is not None and self._owner == os.getpid():
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._process = None


def serve() -> None:
    """Reads requests from standard input until it closes; a child for each."""
    import logging

    import pypdf  # noqa: F401  imported once, so that children start with it

    from bot.directives.gate import check  # noqa: F401  the same

    logging.disable(logging.CRITICAL)
    while head := _take(4):
        asked = json.loads(_take(struct.unpack(">I", head)[0]))
        child = os.fork()
        if child == 0:
            _child(asked)
        _pid, status = os.waitpid(child, 0)
        if status != 0:
            # It may have left part of the file in the pipe: begin anew, with another process.
            os.write(1, _line(verdict(Why.TOO_COMPLEX)))
            return


def _child(asked: dict[str, object]) -> None:
    try:
        from bot.directives.gate.check import judge

        limits = Limits(**asked["limits"])  # type: ignore[arg-type]  # written by Worker.check
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
        _lower(resource.RLIMIT_AS, limits.memory_bytes)
        data = _take(int(str(asked["size"])))
        found = judge(str(asked["name"]), data, limits, [Why(why) for why in asked["allow"]])  # type: ignore[attr-defined]  # a list
        os.write(1, _line(found))
        os._exit(0)
    except BaseException:
        os._exit(1)


def _lower(what: int, limit: int) -> None:
    _soft, hard = resource.getrlimit(what)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with suppress(ValueError, OSError):  # a system that knows no such limit: those on size and time remain
        resource.setrlimit(what, (limit, limit))


def _take(count: int) -> bytes:
    pieces: list[bytes] = []
    while count > 0 and (piece := os.read(0, min(count, 1 << 20))):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _line(found: Verdict) -> bytes:
    return json.dumps([found.verdict, found.why]).encode() + b"\n"


if __name__ == "__main__":
    serve()
