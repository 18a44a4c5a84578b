"""What the two benchmarks that kill have in common: each store and channel in turn, the table, the file of results."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table

from tools import postgres
from tools.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
sys.path.insert(0, str(ROOT / "tests" / "faults"))  # the same rounds as `make test` runs, more of them

from killable import Killable  # noqa: E402 - found by the line above

STORES, CHANNELS = ("sqlite", "postgresql"), ("telegram", "zalo_oa")
Figures = dict[str, dict[str, int]]


class Run(Protocol):
    """The rounds of one store and channel."""

    async def run(self) -> Any:
        """Plays them; the result's `plain()` is a row of figures."""
        ...


def main(
    name: str,
    sizes: dict[str, int],
    rounds: Callable[[str, str, argparse.Namespace, Path, Killable, str], Run],
    holds: Callable[[Figures], bool],
) -> int:
    """Prints the table, writes `results/NAME.json` when all ran at least at these `sizes` (its options).

    `rounds(channel, store, options, folder, parent, database_url)` makes one store and channel's. Returns 0
    when what they found `holds`.
    """
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--only", default=",".join((*STORES, *CHANNELS)))
    for option, size in sizes.items():
        arguments.add_argument(f"--{option}", type=int, default=size)
    options = arguments.parse_args()
    only = options.only.split(",")
    stores = [store for store in STORES if store in only] or list(STORES)
    channels = [channel for channel in CHANNELS if channel in only] or list(CHANNELS)
    screen = Console(stderr=True, highlight=False)
    if "postgresql" in stores and (why := postgres.why_not()):
        screen.print(f"left out: {why}")
        stores.remove("postgresql")
    ours: Figures = {}
    with tempfile.TemporaryDirectory() as logs:
        parent = Killable(Path(logs) / "bot.log")
        server = Postgres.start(durable=True) if "postgresql" in stores else None
        try:
            for store in stores:
                for channel in channels:
                    url = server.database() if server is not None and store == "postgresql" else ""
                    with tempfile.TemporaryDirectory() as folder:
                        made = rounds(channel, store, options, Path(folder), parent, url)
                        found = ours[f"{store} {channel}"] = asyncio.run(made.run()).plain()
                    if server is not None and url:
                        server.drop(url)
                    screen.print(f"{store} {channel}: {found}")
        finally:
            parent.close()
            if server is not None:
                server.close()
    table = Table("", *(key.replace("_", " ") for key in next(iter(ours.values()))))
    for row, figures in ours.items():
        table.add_row(row, *(str(value) for value in figures.values()))
    Console(stderr=options.json, width=140).print(table)
    # The peers are libraries: what they keep through a kill is what their users write around them.
    result = {"ours": ours, "peers": {}, "ratios": {}}
    whole = all(getattr(options, option) >= size for option, size in sizes.items())
    if len(ours) == len(STORES) * len(CHANNELS) and whole:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    return 0 if holds(ours) else 1
