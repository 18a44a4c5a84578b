"""One spelling for what looks the same: Unicode forms, invisible signs, look-alike letters, old code pages."""

import re
import unicodedata
from functools import lru_cache

from bot.chat.old_codes import TCVN3, from_vni

# Zero-width and formatting characters, variation selectors, fillers, and strokes drawn over letters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U000e0000-\U000e0fff"
    "\u0305\u0332\u0333\u0334-\u0338\u20d0-\u20f0]"
)
# Letters of other scripts that a reader takes for Latin ones.
_LOOK_ALIKE = str.maketrans(
    "МАТОІЕУЅНКВРСХ" + "маткоіеуѕнрсхв" + "ΜΑΤΟΙΕΥΝΗΚΒΡΧΖ" + "ματοιευνκρχ" + "ᴍᴀᴛᴏɪᴇʏᴜᴅɴѵ" + "ӏƖ",
    "MATOIEYSHKBPCX" + "matkoieyshpcxb" + "MATOIEYNHKBPXZ" + "matoieuvkpx" + "MATOIEYUDNv" + "lI",
)

# ậ, ố, ệ as typing habits leave them behind: Telex, VNI digits, VIQR.
_TYPED = re.compile(
    r"\b(?:(m)(?:aajt|aatj|a65t|a56t|at65|a6t5|a5t6|a\^\.t)|(t)(?:oois|oosi|o61i|oi61|o6i1|o\^'i)"
    r"|(tuy)(?:eejt|eetj|e65t|et65|e6t5|e\^\.t)|(d)(?:dooj|9o65|do\^\.))(?!\w)",
    re.IGNORECASE,
)
_TYPED_MEANS = ("mật", "tối", "tuyệt", "độ")
_OLD_CODE = re.compile("[\u00a1-\u00ff]")
_UNICODE_VIETNAMESE = re.compile("[\u01a0\u01a1\u01af\u01b0\u1e00-\u1eff\u0110\u0111]")

_NO_LETTERS = re.compile(r"[\W\d_]+")

SCHEMES = ("plain", "tcvn3", "vni", "mojibake")


def clean(text: str) -> str:
    """NFC without invisible signs, with look-alike letters made Latin; case and spaces kept."""
    if text.isascii():
        if "^" not in text and not any(c.isdigit() for c in text) and "j" not in text.lower():
            return text.replace("\xa0", " ")
    else:
        text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text).translate(_LOOK_ALIKE))
    return _TYPED.sub(_typed, text)


def _typed(found: re.Match[str]) -> str:
    for group, means in zip(found.groups(), _TYPED_MEANS, strict=True):
        if group is not None:
            return means.upper() if found.group().isupper() else means
    return found.group()


def schemes(text: str) -> tuple[str, ...]:
    """The code pages in which the text may have been written."""
    if text.isascii():
        return SCHEMES[:1]
    text = unicodedata.normalize("NFC", text)
    if _UNICODE_VIETNAMESE.search(text) or not _OLD_CODE.search(text):
        return SCHEMES[:1]
    return SCHEMES


@lru_cache(maxsize=4096)
def spell(text: str, scheme: str) -> str:
    """The text read as written in one code page, cleaned."""
    if scheme != "plain":
        text = unicodedata.normalize("NFC", text)
    if scheme == "tcvn3":
        text = re.sub(r"\S+", _from_tcvn3, text)
    elif scheme == "vni":
        text = from_vni(text)
    elif scheme == "mojibake":
        text = _mojibake(text)
    return clean(text)


def _from_tcvn3(word: re.Match[str]) -> str:
    # Its capitals with tones are small letters in a font of capitals: the plain letters tell.
    plain = [c for c in word.group() if c.isascii() and c.isalpha()]
    text = word.group().translate(TCVN3)
    return text.upper() if plain and all(c.isupper() for c in plain) and len(text) > 1 else text


def _mojibake(text: str) -> str:
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text


def squeeze(text: str) -> str:
    """Only the letters, in small: what is left when spaces, dots and brackets are taken out."""
    return _NO_LETTERS.sub("", text.lower())


def fold(text: str) -> str:
    """Small letters without marks."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@lru_cache(maxsize=256)
def _letter(char: str) -> str:
    if char == "đ":
        return "[đdð]"
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not marks:
        return re.escape(char)
    forms = {char, base, *(unicodedata.normalize("NFC", base + mark) for mark in marks)}
    return "[" + "".join(sorted(forms)) + "]"


def loose(pattern: str) -> str:
    """A pattern in which every Vietnamese letter also matches with some or all of its marks missing.

    A different mark never matches: "mất" (lost) and "mặt" (face) are not "mật".
    """
    return "".join(_letter(c) if c == "đ" or unicodedata.normalize("NFD", c) != c else c for c in pattern)
