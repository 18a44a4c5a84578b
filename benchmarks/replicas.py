"""One and two processes on one PostgreSQL: `python -m benchmarks.replicas [--json] [--members 400] [--pairs 3]`.

Every member acknowledges five papers in words, one after another, each at the next process in turn; 64 do so
at once. Counted: replies that reached a chat before an earlier one's, updates stored out of order, effects,
and how many updates a second were stored before their 200 and fully answered (reply taken by a platform on
loopback). One and two alternate; the figures are medians. All on one machine: the database, the platform and
the client take their part of its processors, so a second process can gain little where there are few.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools import postgres
from tools.postgres import Postgres

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results"
sys.path.insert(0, str(ROOT / "tests" / "faults"))  # the same as `make test` runs, with more members

from killable import Killable  # noqa: E402 - found by the line above
from several import measure  # noqa: E402


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of speeds, sums of what must be none, the first run's of the rest."""
    found = dict(runs[0])
    for key in ("stored_per_s", "answered_per_s"):
        found[key] = statistics.median(run[key] for run in runs)
    found["order_violations"] = sum(run["order_violations"] for run in runs)
    return found


def main() -> int:
    """Prints the table, writes `results/replicas.json`; 1 when an order was broken or an effect is missing."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--members", type=int, default=400)
    arguments.add_argument("--pairs", type=int, default=3)
    options = arguments.parse_args()
    screen = Console(stderr=True, highlight=False)
    if why := postgres.why_not():
        screen.print(f"left out: {why}")
        return 0
    runs: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as logs:
        bots = [Killable(Path(logs) / f"{number}.log") for number in range(2)]
        server = Postgres.start(durable=True)
        try:
            for _ in range(options.pairs):
                for count, found_so_far in runs.items():
                    url = server.database()
                    with tempfile.TemporaryDirectory() as folder:
                        found = asyncio.run(
                            measure("telegram", options.members, Path(folder), bots[:count], url)
                        )
                    server.drop(url)
                    found_so_far.append(found.plain())
                    screen.print(f"{count}: {found}")
        finally:
            for bot in bots:
                bot.close()
            server.close()
    one, two = _middle(runs[1]), _middle(runs[2])
    table = Table("processes", *(key.replace("_", " ") for key in one if key != "processes"))
    for each in (one, two):
        table.add_row(*(str(value) for value in each.values()))
    Console(stderr=options.json, width=140).print(table)
    ratio = statistics.median(
        b["answered_per_s"] / a["answered_per_s"] for a, b in zip(runs[1], runs[2], strict=True)
    )
    result = {
        "ours": {"one": one, "two": two, "processors": os.cpu_count()},
        "peers": {},
        "ratios": {"two_vs_one_answered": round(ratio, 2)},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "replicas.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    good = all(not each["order_violations"] and each["effects"] == each["updates"] for each in (one, two))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
