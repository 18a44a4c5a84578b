"""kill -9 of the sender: `python -m benchmarks.sender_faults [--json] [--kills 20] [--recipients 5000]`.

A directive to 5,000 on each store and channel; its bot is killed at twenty random moments of the sending. Fails
when somebody is left out, or when more messages came twice than were in flight or waited for their commit at the
kills; all three are printed. `--only zalo_oa,sqlite` for some of it.
"""

import sys

from benchmarks.front_door import killing
from benchmarks.front_door.killing import Figures

from sender_rounds import SenderRounds  # isort: skip - found by the lines above


def holds(ours: Figures) -> bool:
    """Whether nobody was left out, and every double is explained."""
    explained = all(each["doubles"] <= each["in_flight"] + each["uncommitted"] for each in ours.values())
    return explained and not any(each["lost"] for each in ours.values())


def main() -> int:
    """Prints the table, writes `results/sender_faults.json`; 1 when somebody was left out or doubled for no reason."""
    return killing.main(
        "sender_faults",
        {"kills": 20, "recipients": 5_000},
        lambda channel, store, options, *rest: SenderRounds(
            channel, store, options.kills, options.recipients, *rest
        ),
        holds,
    )


if __name__ == "__main__":
    sys.exit(main())
