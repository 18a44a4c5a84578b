"""kill -9 while acknowledgements pour in: `python -m benchmarks.kill [--json] [--rounds 20] [--only zalo_oa,sqlite]`.

2,000 acknowledgements (presses and words) over 32 connections on each store and channel, the bot killed
twenty times at random moments meanwhile; what got no 200 is posted again, as the platforms do. Fails when
anything that was answered 200 is missing in the database, or counted twice. Replies are promised at least
once: those in flight or not yet recorded at a kill come a second time, and are counted.
"""

import sys

from benchmarks.front_door import killing
from benchmarks.front_door.killing import Figures

from kill_rounds import Rounds  # isort: skip - found by the lines above


def holds(ours: Figures) -> bool:
    """Whether nothing was lost or doubled, and every 200 has its effect."""
    wrong = any(each["lost"] or each["doubled"] or each["replies_lost"] for each in ours.values())
    return not wrong and all(each["effects"] == each["answered_200"] for each in ours.values())


def main() -> int:
    """Prints the table, writes `results/kill.json`; 1 when something was lost or doubled."""
    return killing.main(
        "kill",
        {"rounds": 20},
        lambda channel, store, options, *rest: Rounds(channel, store, options.rounds, *rest),
        holds,
    )


if __name__ == "__main__":
    sys.exit(main())
