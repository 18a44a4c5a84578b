"""What may travel on which channel. Telegram's servers are abroad: there the least possible is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.i18n import _, number


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


@dataclass(frozen=True, slots=True)
class Travel:
    """The rule, with what this installation's committee allowed. Every list of names asks it first."""

    abroad: frozenset[Cargo] = frozenset()

    def carries(self, channel: str, cargo: Cargo) -> bool:
        """Whether a channel may carry this here."""
        return may_carry(channel, cargo, self.abroad)

    def names(self, channel: str) -> bool:
        """Whether other people's names may be listed on this channel; else counts, with `instead_of_names`."""
        return self.carries(channel, Cargo.NAMES)


def instead_of_names() -> str:
    """Said under counts, where the names themselves do not travel: how to get them."""
    return _(
        "Danh sách tên không đi qua kênh này (máy chủ ở nước ngoài). Đồng chí xem tên trên Zalo; khi cấp ủy cho phép "
        "bằng văn bản, cán bộ kỹ thuật mở được."
    )


def by_unit(counted: Mapping[tuple[str, str], int]) -> list[str]:
    """Lines of counts for (unit, note), a line a unit: what stands in the place of its names."""
    units: dict[str, list[tuple[str, int]]] = {}
    for (unit, note), count in counted.items():
        units.setdefault(unit, []).append((note, count))
    lines = []
    for unit, notes in sorted(units.items()):
        told = ", ".join(f"{note} {number(count)}" for note, count in sorted(notes) if note)
        total = number(sum(count for _note, count in notes))
        lines.append(f"• {unit}: {total}" + (f" ({told})" if told else ""))
    return lines


def hidden(text: str) -> str:
    """A text whose long numbers show their end alone: "0912345678" as "…678"."""
    return re.sub(r"\d{5,}(\d{3})", r"…\1", text)
