"""kill -9 of the sender: `python -m benchmarks.sender_faults [--json] [--kills 20] [--recipients 5000]`.

A directive to 5,000 on each store and channel; its bot is killed at twenty random moments of the sending. Fails
when somebody is left out, or when more messages came twice than were in flight or waited for their commit at the
kills; all three are printed. `--only zalo_oa,sqlite` for some of it.
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

from killable import Killable  # noqa: E402 - found by the line above
from sender_rounds import SenderRounds  # noqa: E402

KILLS, RECIPIENTS = 20, 5_000
STORES, CHANNELS = ("sqlite", "postgresql"), ("telegram", "zalo_oa")


def measure(
    store: str, channel: str, kills: int, recipients: int, parent: Killable, server: Postgres | None
) -> dict[str, int]:
    """One store and channel."""
    url = "" if server is None else server.database()
    with tempfile.TemporaryDirectory() as folder:
        rounds = SenderRounds(channel, store, kills, recipients, Path(folder), parent, url)
        found = asyncio.run(rounds.run())
    if server is not None:
        server.drop(url)
    return found.plain()


def main() -> int:
    """Prints the table, writes `results/sender_faults.json`; 1 when somebody was left out or doubled for no reason."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--kills", type=int, default=KILLS)
    arguments.add_argument("--recipients", type=int, default=RECIPIENTS)
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
                    found = measure(store, channel, options.kills, options.recipients, parent, own)
                    ours[f"{store} {channel}"] = found
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
    if (
        len(ours) == len(STORES) * len(CHANNELS)
        and options.kills >= KILLS
        and options.recipients >= RECIPIENTS
    ):
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "sender_faults.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    explained = all(each["doubles"] <= each["in_flight"] + each["uncommitted"] for each in ours.values())
    return 0 if explained and not any(each["lost"] for each in ours.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
