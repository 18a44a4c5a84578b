"""5,000 presses over 64 connections: `python -m benchmarks.ingest [--json] [--rounds 7] [--only ours,ptb-group]`.

With `--rows FILE` each run is kept as a line there and the result is of all whole rounds in it: so the rounds
can be spread over several quiet hours of a shared machine.

Ours is `sotay run` itself: secret, inbox, rights, sealed columns, audit, the reply through the outbox to a
platform on loopback; every press is the acknowledgement of a verified member. Peers store one row and make
the same two calls. All of a round run one after another, rounds turn the order; a ratio is the median of the
rounds' own ratios. Fails when ours lost or doubled anything, counted by the product's queries.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.front_door import processes, town
from benchmarks.front_door.platform import Load, Platform, Taken, press
from benchmarks.peers import rows
from bot.store.engine import reading
from bot.store.writer import write

RESULTS = Path(__file__).resolve().parent / "results"
PRESSES, WARM, CONNECTIONS, ROUNDS = 5000, 400, 64, 7
CALLS = 2
"""Calls of the platform that answer a press: the note on the button and the confirmation."""
VARIANTS = ("bare", "aiogram-each", "aiogram-group", "ptb-each", "ptb-group", "ours")
PEERS = VARIANTS[1:-1]
COLUMNS = {
    "stored": "stored before 200, /s",
    "answered": "fully answered, /s",
    "p50_ms": "p50 of the 200, ms",
    "p99_ms": "p99 of the 200, ms",
    "cpu_us": "CPU an update, µs",
    "memory_mb": "memory, MB",
    "ready_s": "ready, s",
}
Figures = dict[str, float]


class Wrong(Exception):
    """Something was lost or done twice."""


async def measure(variant: str, source: Path, directive: int, presses: int) -> Figures:
    """One run of one variant, from a fresh process to the last recorded reply."""
    platform = Platform()
    await platform.start()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        mine = variant == "ours"
        if mine:
            town.copy(source, folder)
            # Run in the evening it would wait for the morning: the author's card that keeps up is a notice.
            process = await processes.ours(folder, platform.port, quiet_hours="")
        else:
            folder.mkdir()
            name, _, how = variant.partition("-")
            process = await processes.peer(name, how, folder, platform.port)
        try:
            return await _press(variant, platform, process, folder, directive, presses)
        finally:
            await process.stop()


async def _press(
    variant: str, platform: Platform, process: processes.Process, folder: Path, directive: int, presses: int
) -> Figures:
    mine, calls = variant == "ours", 0 if variant == "bare" else CALLS
    data = town.data(directive) if mine else "ack:118839341878668"

    def updates(first: int, count: int) -> list[bytes]:
        return [press(number, town.FIRST_USER + number, data) for number in range(first, first + count)]

    async def settled(count: int, since: float) -> float:
        """When the last reply of so many presses was accepted and recorded."""
        last = await platform.taken_all(count * calls) if calls else time.perf_counter()
        if not mine:
            return max(last, since)
        while left():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.01)
        return time.perf_counter()

    with _counting(mine, folder) as left:
        platform.taken = Taken()
        await Load(updates(presses, WARM), CONNECTIONS).run(process.port)
        await settled(WARM, 0)
        if not mine:
            process.warm()
        await asyncio.sleep(1)
        platform.taken = taken = Taken()
        load, sent = Load(updates(0, presses), CONNECTIONS), time.perf_counter()
        before = process.cpu_s()
        stored_s = await load.run(process.port)
        answered_s = await settled(presses, time.perf_counter()) - sent
        cpu = process.cpu_s() - before
        memory = process.memory_mb()
    wrong = _wrong(variant, load, taken, folder, directive, presses)
    for _again in range(10):
        if wrong != ["outbox"]:
            break
        await asyncio.sleep(1)  # the author's card that keeps up may be on its way
        wrong = _wrong(variant, load, taken, folder, directive, presses)
    if wrong:
        raise Wrong(f"{variant}: {', '.join(wrong)}")
    times = sorted(load.seconds)
    return {
        "stored": presses / stored_s,
        "answered": presses / answered_s,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "cpu_us": cpu / presses * 1e6,
        "memory_mb": memory,
        "ready_s": process.ready_s,
    }


class _counting:
    """Within the block: a function that says how much of ours is not recorded yet."""

    def __init__(self, mine: bool, folder: Path) -> None:
        self._opened = town.opened(folder) if mine else None

    def __enter__(self) -> Any:
        if self._opened is None:
            return lambda: 0
        engine, vault = self._opened.__enter__()
        snapshot = reading(engine)
        return lambda: write(snapshot, vault, town.unrecorded)

    def __exit__(self, *error: Any) -> None:
        if self._opened is not None:
            self._opened.__exit__(*error)


def _wrong(variant: str, load: Load, taken: Taken, folder: Path, directive: int, presses: int) -> list[str]:
    """What does not agree with every press having been taken, stored and answered once."""
    wrong = [] if load.answers == {200: presses} else [f"answers {dict(load.answers)}"]
    if variant != "bare":
        for name, counted in (("toasts", taken.toasts), ("messages", taken.messages)):
            if len(counted) != presses or set(counted.values()) != {1}:
                wrong.append(f"{name} {len(counted)}, most {max(counted.values(), default=0)}")
    if variant == "ours":
        with town.opened(folder) as (engine, vault):
            wrong += write(engine, vault, lambda tx: town.wrong(tx, directive, presses + WARM))
    elif variant != "bare" and rows.stored(folder / "peer.db") != presses + WARM:
        wrong.append("rows")
    return wrong


def ratios(runs: dict[str, list[Figures]]) -> dict[str, Any]:
    """Ours over the best peer and over each named one: medians of the rounds' own ratios."""

    def paired(column: str, peer: str) -> float:
        pairs = zip(runs["ours"], runs[peer], strict=True)
        return round(statistics.median(own[column] / other[column] for own, other in pairs), 2)

    def best(column: str) -> str:
        return max(PEERS, key=lambda peer: statistics.median(run[column] for run in runs[peer]))

    stored, answered = best("stored"), best("answered")
    return {
        "stored_vs_best_peer": paired("stored", stored),
        "stored_vs_aiogram_commit_each": paired("stored", "aiogram-each"),
        "answered_vs_best_peer": paired("answered", answered),
        "p99_vs_best_peer": paired("p99_ms", stored),
        "memory_vs_aiogram": paired("memory_mb", "aiogram-group"),
        "best_peer_stored": stored,
        "best_peer_answered": answered,
    }


Rounds = list[dict[str, Figures]]


def _read(kept: Path | None) -> Rounds:
    """The whole rounds that are kept, in order."""
    found: dict[int, dict[str, Figures]] = {}
    for line in kept.read_text("utf-8").splitlines() if kept and kept.exists() else ():
        row = json.loads(line)
        found.setdefault(row.pop("round"), {})[row.pop("variant")] = row
    return [each for _number, each in sorted(found.items()) if set(each) == set(VARIANTS)]


async def _all(names: list[str], numbers: range, presses: int, screen: Console, kept: Path | None) -> Rounds:
    rounds: Rounds = []
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "town"
        directive = 0
        if "ours" in names:
            screen.print(f"verifying {presses + WARM} members, freezing one directive …")
            directive = town.build(source, presses + WARM)
        for number in numbers:
            rounds.append({})
            turned = names[number % len(names) :] + names[: number % len(names)]
            for name in turned:
                run = await measure(name, source, directive, presses)
                rounds[-1][name] = run
                if kept is not None:
                    with kept.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"round": number + 1, "variant": name} | run) + "\n")
                screen.print(f"round {number + 1}: {name:14}", *(f"{run[key]:10.1f}" for key in COLUMNS))
    return rounds


def main() -> int:
    """Prints the table, writes `results/ingest.json`; 1 when something was lost or doubled."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--presses", type=int, default=PRESSES)
    arguments.add_argument("--only", default=",".join(VARIANTS))
    arguments.add_argument("--rows", type=Path)
    options = arguments.parse_args()
    names = [name for name in VARIANTS if name in options.only.split(",")]
    screen = Console(stderr=True, highlight=False)
    earlier = _read(options.rows)
    numbers = range(len(earlier), len(earlier) + options.rounds)
    try:
        rounds = earlier + asyncio.run(_all(names, numbers, options.presses, screen, options.rows))
    except Wrong as wrong:
        screen.print(f"WRONG {wrong}")
        return 1
    runs = {name: [each[name] for each in rounds] for name in names}
    middle = {
        name: {key: round(statistics.median(run[key] for run in each), 1) for key in COLUMNS}
        for name, each in runs.items()
    }
    table = Table("", *COLUMNS.values())
    for name, figures in middle.items():
        table.add_row(name, *(f"{figures[key]:,.1f}" for key in COLUMNS))
    Console(stderr=options.json, width=140).print(table)
    whole = set(names) == set(VARIANTS)
    result = {
        "ours": middle.get("ours"),
        "peers": {name: middle[name] for name in names if name != "ours"},
        "ratios": ratios(runs) if whole else {},
        "rounds": len(rounds),
        "presses": options.presses,
    }
    if whole and len(rounds) >= ROUNDS:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "ingest.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for name, value in result["ratios"].items():
        screen.print(f"{name}: {value}")
    if options.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
