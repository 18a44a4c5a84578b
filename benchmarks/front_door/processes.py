"""Starts a bot (ours or a peer) as a process of its own, and reads what it costs from /proc."""

import asyncio
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.front_door.platform import SECRET, TOKEN

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Process:
    """A running bot."""

    child: asyncio.subprocess.Process
    port: int
    ready_s: float
    drain: asyncio.Task[None]

    def cpu_s(self) -> float:
        """User and system seconds so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """The most memory it ever had (resident)."""
        for line in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmHWM")

    def warm(self) -> None:
        """A peer's heap is frozen now; ours did it itself at its start."""
        self.child.send_signal(signal.SIGUSR1)

    async def stop(self) -> None:
        """Ends it."""
        if self.child.returncode is None:
            self.child.terminate()
        await asyncio.wait_for(self.child.wait(), 30)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def peer(name: str, how: str, folder: Path, platform_port: int) -> Process:
    """A peer, as `benchmarks.peers.serve` writes it."""
    port = free_port()
    command = ("-m", "benchmarks.peers.serve", name, how, str(folder), str(port), str(platform_port))
    return await _start(command, port, folder, {})


async def client(name: str, count: int, folder: Path, platform_port: int, words: str) -> Process:
    """A peer that sends, as `benchmarks.peers.send` writes it."""
    command = ("-m", "benchmarks.peers.send", name, str(count), str(platform_port), words)
    return await _start(command, 0, folder, {})


async def ours(folder: Path, platform_port: int, **more: str) -> Process:
    """`sotay run` with nothing set but addresses and secrets, and `more` settings."""
    port = free_port()
    settings = {
        "SOTAY_DATA_DIR": str(folder),
        "SOTAY_LISTEN_PORT": str(port),
        "SOTAY_TELEGRAM_TOKEN": TOKEN,
        "SOTAY_TELEGRAM_MODE": "webhook",
        "SOTAY_TELEGRAM_SECRET": SECRET,
        "SOTAY_TELEGRAM_API": f"http://127.0.0.1:{platform_port}",
    } | {f"SOTAY_{name.upper()}": value for name, value in more.items()}
    return await _start(("-m", "bot", "run"), port, folder, settings)


async def _start(command: tuple[str, ...], port: int, folder: Path, settings: dict[str, str]) -> Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTAY_")}
    environment = kept | settings | {"PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env=environment,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert child.stdout is not None
    async for line in child.stdout:
        if b"ready" in line:
            break
        sys.stderr.buffer.write(line)
    else:
        raise RuntimeError(f"{command} did not start")
    return Process(child, port, time.perf_counter() - start, asyncio.create_task(_drain(child.stdout)))


async def _drain(stream: asyncio.StreamReader) -> None:
    async for line in stream:
        if b'"info"' not in line:
            sys.stderr.buffer.write(line)
