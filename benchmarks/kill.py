"""kill -9 while acknowledgements pour in: `python -m benchmarks.kill [--json] [--rounds 20] [--only zalo_oa,sqlite]`.

2,000 acknowledgements (presses and words) over 32 connections on each store and channel, the bot killed
twenty times at random moments meanwhile; what got no 200 is posted again, as the platforms do. Fails when
anything that was answered 200 is missing in the database, or counted twice. Replies are promised at least
once: those in flight or not yet recorded at a kill come a second time, and are counted.
"""

import argparse
import asyncio
import json
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
sys.path.insert(0, str(ROOT / "tests" / "faults"))  # the same rounds as `make test` runs, more of them

from kill_rounds import Rounds  # noqa: E402 - found by the line above
from killable import Killable  # noqa: E402

ROUNDS = 20
STORES, CHANNELS = ("sqlite", "postgresql"), ("telegram", "zalo_oa")


def measure(
    store: str, channel: str, rounds: int, parent: Killable, server: Postgres | None
) -> dict[str, int]:
    """One store and channel."""
    url = "" if server is None else server.database()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(Rounds(channel, store, rounds, Path(folder), parent, url).run())
    if server is not None:
        server.drop(url)
    return found.plain()


def main() -> int:
    """Prints the table, writes `results/kill.json`; 1 when something was lost or doubled."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--only", default=",".join((*STORES, *CHANNELS)))
    options = arguments.parse_args()
    only = options.only.split(",")
    stores = [store for store in STORES if store in only] or list(STORES)
    channels = [channel for channel in CHANNELS if channel in only] or list(CHANNELS)
    screen = Console(stderr=True, highlight=False)
    if "postgresql" in stores and (why := postgres.why_not()):
        screen.print(f"left out: {why}")
        stores.remove("postgresql")
    ours: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as logs:
        parent = Killable(Path(logs) / "bot.log")
        server = Postgres.start(durable=True) if "postgresql" in stores else None
        try:
            for store in stores:
                for channel in channels:
                    own = server if store == "postgresql" else None
                    ours[f"{store} {channel}"] = found = measure(store, channel, options.rounds, parent, own)
                    screen.print(f"{store} {channel}: {found}")
        finally:
            parent.close()
            if server is not None:
                server.close()
    table = Table("", *(key.replace("_", " ") for key in next(iter(ours.values()))))
    for name, figures in ours.items():
        table.add_row(name, *(str(value) for value in figures.values()))
    Console(stderr=options.json, width=140).print(table)
    # The peers are libraries: what they keep through a kill is what their users write around them.
    result = {"ours": ours, "peers": {}, "ratios": {}}
    if len(ours) == len(STORES) * len(CHANNELS) and options.rounds >= ROUNDS:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "kill.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    wrong = any(each["lost"] or each["doubled"] or each["replies_lost"] for each in ours.values())
    return 1 if wrong or any(each["effects"] != each["answered_200"] for each in ours.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
