"""Words of rules and of questions, made comparable: one spelling a syllable, with marks or without.

A syllable's *key* is its letters with the tone at the end ("hoà" and "hòa" are both "hoa2"), so that the two
ways of placing a tone are one word. Its *bare* form has neither tone nor other marks ("hoa").
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.chat.text import flat

_WORD = re.compile(r"[^\W_]+")
_TONES = {"\u0300": "2", "\u0301": "1", "\u0309": "3", "\u0303": "4", "\u0323": "5"}


def words(text: str) -> list[str]:
    """The syllables and numbers of a text, in order, lower case, composed (NFC)."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=1 << 16)
def key(word: str) -> str:
    """One spelling for a syllable however its tone was placed: "hoà", "hòa" -> "hoa2"; for a number "05" -> "5"."""
    if word.isdigit():
        return word.lstrip("0") or "0"
    tone, letters = "", ""
    for char in unicodedata.normalize("NFD", word):
        if char in _TONES:
            tone = _TONES[char]
        else:
            letters += char
    return unicodedata.normalize("NFC", letters) + tone


@lru_cache(maxsize=1 << 16)
def bare(word: str) -> str:
    """The syllable without any mark: "đảng" -> "dang"."""
    return key(word) if word.isdigit() else flat(word)


def keys(text: str) -> list[str]:
    return [key(word) for word in words(text)]


def bares(text: str) -> list[str]:
    return [bare(word) for word in words(text)]


def runs(of: Sequence[str], *lengths: int) -> Iterable[str]:
    """The runs of neighbouring words of these lengths, each as one token."""
    for length in lengths:
        if length == 1:
            yield from of
        else:
            for start in range(len(of) - length + 1):
                yield "_".join(of[start : start + length])
