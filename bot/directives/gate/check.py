"""PLACEHOLDER so that imports work until the gate is written: overwrite this file."""

from typing import NamedTuple


class _V(NamedTuple):
    verdict: str
    why: str


def check(name: str, data: bytes) -> _V:
    return _V("pass", "")


def check_text(text: str) -> _V:
    return _V("pass", "")
