"""Marks in file names and in titles that are file names: `ke-hoach-MAT.pdf`, `toi mat.docx`."""

import re

from bot.directives.gate.models import Why
from bot.directives.gate.spelling import fold, loose
from bot.directives.gate.words import COMPOUND_AFTER, COMPOUND_BEFORE

_WORDS = re.compile(r"[^\W_]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_SECRET_WORD = re.compile(loose("mật"), re.IGNORECASE)
_PAPER_WORDS = frozenset(
    "hoach van lieu ban cao quyet dinh trinh so dau kh cv bc nq qd tb ttr hd kl ct bb tailieu vanban kehoach "
    "baocao congvan hoso du".split()
)
"""Last words of a paper's name, after which a final "mat" without marks is the level."""
_ABOUT = re.compile("gop y|y kien|thao luan|lay y|huong dan|quy dinh|quy trinh|mau ")


def _words(name: str) -> list[str]:
    return _WORDS.findall(_EXTENSION.sub("", name.replace("\\", "/").rsplit("/", 1)[-1].strip()))


def secret(name: str) -> bool:
    """Whether a file name carries a level of secrecy."""
    words = _words(name)
    small = [word.lower() for word in words]
    letters = [word for word in words if not word.isdigit()]
    capitals = all(word.upper() == word for word in letters)
    for at, word in enumerate(words):
        if re.fullmatch(loose("(?:tuyệt|tối)mật"), small[at]):
            return True
        if not _SECRET_WORD.fullmatch(word):
            continue
        before = small[at - 1] if at else ""
        after = small[at + 1] if at + 1 < len(small) else ""
        marked = small[at] != "mat"
        if re.fullmatch(loose("tuyệt|tối"), before) and (
            marked
            or re.fullmatch(loose("tuyệt"), before)
            or at == 1
            or at == len(words) - 1
            or after.isdigit()
        ):
            return True
        if before in COMPOUND_BEFORE or after in COMPOUND_AFTER:
            continue
        bracketed = re.search(rf"[(\[{{]\s*{re.escape(word)}\s*[)\]}}]", name) is not None
        if marked or bracketed or (word == "MAT" and not capitals):
            return True
        alone_or_first = at == 0 and (
            len(words) == 1 or after.isdigit() or fold(after) in _PAPER_WORDS | {"ke", "cong", "bao"}
        )
        if alone_or_first or (
            at == len(words) - 1 and (before[-1:].isdigit() or before in _PAPER_WORDS or before == "do")
        ):
            return True
    return False


def other(name: str) -> Why | None:
    """Another mark in a file name that keeps the file off public messengers."""
    text = " ".join(fold(word) for word in _words(name))
    if _ABOUT.search(text):
        return None
    if "luu hanh noi bo" in text:
        return Why.INTERNAL
    if re.search("^(?:ban )?du thao|du thao(?: lan \\w+| \\d+| v ?\\d+)?$", text):
        return Why.DRAFT
    if re.search("khong pho bien$|^khong pho bien", text):
        return Why.NOT_FOR_CIRCULATION
    return None
