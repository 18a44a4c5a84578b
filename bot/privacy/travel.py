"""What may travel on which channel. Telegram's servers are abroad: there the least possible is sent."""

import re
from enum import StrEnum


class Cargo(StrEnum):
    """What a message or file may carry."""

    NAMES = "names"  # a list of other people's names
    NUMBERS = "numbers"  # one's own card and phone number, unmasked
    SLIPS = "slips"  # sheets of slips: names with codes


ABROAD = frozenset({"telegram"})
"""Channels whose servers are not in Vietnam."""


def read(setting: str) -> frozenset[Cargo]:
    """What a setting like "names, slips" allows. Raises ValueError for a word that is none."""
    return frozenset(Cargo(word.strip()) for word in setting.split(",") if word.strip())


def may_carry(channel: str, cargo: Cargo, allowed_abroad: frozenset[Cargo] = frozenset()) -> bool:
    """Whether a channel may carry this. The committee may allow more abroad, by a setting, in writing."""
    return channel not in ABROAD or cargo in allowed_abroad


def hidden(text: str) -> str:
    """A text whose long numbers show their end alone: "0912345678" as "…678"."""
    return re.sub(r"\d{5,}(\d{3})", r"…\1", text)
