"""The secrecy gate on a hundred files: `python -m benchmarks.gate [--json]`.

35 marked in their text, name or properties; 15 scans and pictures; 50 innocent with the traps. No peer: no other
bot of this kind looks into files. Exit code 1 when fewer than 35 are refused, 15 not passed, 48 innocents passed.
"""

import json
import statistics
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.gate_cases import INNOCENT, MARKED, PICTURES, Case
from bot.directives.gate.check import check
from bot.directives.gate.models import Outcome

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    """Runs the cases, prints a table and what was wrong, writes `results/gate.json`."""
    screen = Console(stderr=True)
    check("warm.txt", b"warm")  # starts the process that reads
    times: list[float] = []
    wrong: list[tuple[str, str, str]] = []

    def right(cases: list[Case], allowed: set[Outcome]) -> int:
        count = 0
        for what, name, make in cases:
            data = make()
            start = time.perf_counter()
            found = check(name, data)
            times.append((time.perf_counter() - start) * 1000)
            if found.verdict in allowed:
                count += 1
            else:
                wrong.append((what, name, f"{found.verdict} {found.why}"))
        return count

    figures: dict[str, float] = {
        "marked": len(MARKED),
        "marked_refused": right(MARKED, {Outcome.REFUSE}),
        "scans": len(PICTURES),
        "scans_not_passed": right(PICTURES, {Outcome.REFUSE, Outcome.NEEDS_DECLARATION}),
        "innocents": len(INNOCENT),
        "innocents_passed": right(INNOCENT, {Outcome.PASS}),
    }
    times.sort()
    figures["ms_p50"] = round(statistics.median(times), 1)
    figures["ms_p95"] = round(times[int(len(times) * 0.95) - 1], 1)
    table = Table("what", "figure")
    for name, value in figures.items():
        table.add_row(name, str(value))
    Console(stderr="--json" in sys.argv).print(table)
    for line in wrong:
        screen.print("wrong:", *line, markup=False)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "gate.json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(figures) + "\n")
    enough = (
        figures["marked_refused"] >= 35
        and figures["scans_not_passed"] >= 15
        and figures["innocents_passed"] >= 48
    )
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
