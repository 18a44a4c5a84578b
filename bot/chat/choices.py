"""Typed payloads of choices: a small dataclass to at most 64 bytes of text, and back.

A payload may be typed by anybody (on Zalo a press arrives as text), so it only says what is wished;
the verb it leads to checks rights and state.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar
from zlib import crc32

MAX_BYTES = 64
_FORM = re.compile(r"#[a-z]{1,10}(\.[A-Za-z0-9_-]+)*")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_actions: dict[str, type[Any]] = {}
_names: dict[type[Any], str] = {}
A = TypeVar("A")


def action(name: str) -> Callable[[type[A]], type[A]]:
    """Registers a frozen dataclass of `int` (not negative) and `str` fields under a short name.

    A field added later gets a default: buttons already in people's hands are without it.
    """

    def register(kind: type[A]) -> type[A]:
        if _actions.setdefault(name, kind) is not kind:
            raise ValueError(f"two actions are called {name}")
        _names[kind] = name
        return kind

    return register


def pack(value: object) -> str:
    """The payload of an action. Raises ValueError when it does not fit 64 bytes or has other letters."""
    items = list(fields(value))  # type: ignore[arg-type] # registered kinds are dataclasses
    while items and getattr(value, items[-1].name) == items[-1].default:
        items.pop()
    parts = ["#" + _names[type(value)]]
    for item in items:
        part = getattr(value, item.name)
        parts.append(_base36(part) if isinstance(part, int) else part)
    packed = ".".join(parts)
    if len(packed) > MAX_BYTES or not _FORM.fullmatch(packed) or packed.count(".") != len(parts) - 1:
        raise ValueError(f"no payload: {packed!r}")
    return packed


def unpack(payload: str) -> Any | None:
    """The action of a payload; None for anything that is none, forged or of another version."""
    if len(payload) > MAX_BYTES or not payload.startswith("#") or not _FORM.fullmatch(payload):
        return None
    name, *parts = payload[1:].split(".")
    kind = _actions.get(name)
    if kind is None:
        return None
    items = fields(kind)
    if len(parts) > len(items) or any(item.default is MISSING for item in items[len(parts) :]):
        return None
    try:
        values = [
            int(part, 36) if item.type in (int, "int") else part
            for item, part in zip(items, parts, strict=False)
        ]
    except ValueError:
        return None
    if any(isinstance(value, int) and not 0 <= value < 1 << 63 for value in values):
        return None
    return kind(*values)


def _base36(value: int) -> str:
    if not 0 <= value < 1 << 63:
        raise ValueError("payloads hold ids: no negative numbers, none over 63 bits")
    digits = ""
    while True:
        value, rest = divmod(value, 36)
        digits = _DIGITS[rest] + digits
        if not value:
            return digits


PLAIN = {"yes": frozenset(("co", "vang", "dong y", "nhat tri")), "no": frozenset(("khong", "ko"))}
"""What answers a question of yes or no, whatever its two buttons say. Never “dung”: it is “đúng” and “dừng”."""


def plain_answer(said: str) -> str | None:
    """ "yes" or "no" for a plain word of it, with or without courtesies; `said` is folded."""
    words = " ".join(word for word in said.split() if word.strip(".,!") not in ("a", "nhe", "nha", "da"))
    return next((answer for answer, plain in PLAIN.items() if words.strip(".,! ") in plain), None)


def yes_or_no(payloads: Sequence[str], said: str) -> int | None:
    """Which of two payloads that differ in "yes" and "no" alone a plain word picks; `said` is folded."""
    answer = "yes" if said == "ok" else plain_answer(said)
    ends = {payload.rpartition(".")[2]: at for at, payload in enumerate(payloads)}
    alike = {payload.rpartition(".")[0] for payload in payloads}
    return ends[answer] if answer and len(alike) == 1 and {*ends} == {*PLAIN} else None


def tag(question: str) -> str:
    """Some letters that tell a question's key from another."""
    return f"{crc32(question.encode()) & 0xFFFF:x}"


@action("q")
@dataclass(frozen=True, slots=True)
class Answer:
    """A choice of a dialog's question: which run of the dialog, its how-manieth step, the option, which question."""

    run: int
    step: int
    option: str
    question: str = ""
    """`tag` of the question's key: after "quay lại" another one may stand at the same step. "": not told."""

    def fits(self, step: int, question: str) -> bool:
        """Whether it answers this question at this step."""
        return self.step == step and self.question in ("", tag(question))


@action("go")
@dataclass(frozen=True, slots=True)
class Resume:
    """Goes on with a dialog that was left."""

    run: int


@action("drop")
@dataclass(frozen=True, slots=True)
class Drop:
    """Drops a dialog that was left."""

    run: int


@action("cmd")
@dataclass(frozen=True, slots=True)
class Command:
    """A command offered as a choice."""

    name: str
