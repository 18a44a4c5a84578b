"""The channels' rule as a setting: which marks may go to which public messenger."""

from collections.abc import Mapping

from bot.directives.gate.models import RELEASABLE, Why


def allowed(rules: Mapping[str, str]) -> frozenset[Why]:
    """What every channel in use lets through, from {channel: "draft,internal"}.

    A directive goes to whichever channel its recipient has, so what one of them may not carry none gets.
    Raises ValueError for a word that is no kind of mark or can never be allowed (a secrecy mark).
    """
    sets = []
    for channel, listed in rules.items():
        words = [word.strip() for word in listed.split(",") if word.strip()]
        wrong = [word for word in words if word not in RELEASABLE]
        if wrong:
            known = ", ".join(sorted(RELEASABLE))
            raise ValueError(f"gate rule of {channel}: {', '.join(wrong)} can not be allowed; known: {known}")
        sets.append(frozenset(map(Why, words)))
    return frozenset.intersection(*sets) if sets else frozenset()
