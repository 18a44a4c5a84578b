"""What people type, made comparable: folding, Telex and VNI residue, abbreviations, stretched and glued words.

Comparing happens on folded text (no marks, lower case); the typed words stay beside it, because a mark
that was typed is evidence ("đã đọc à" asks, "đã đọc ạ" does not).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

YES = "👍"
NO = "👎"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_SIGNS = {
    **dict.fromkeys("👍👌✅☑✔🆗🫡", YES),
    **dict.fromkeys("👎❌🚫✖❎", NO),
    **dict.fromkeys("❓❔", "?"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
# How Zalo and older phones spell the same signs.
_SPELT_SIGNS = (("/-strong", YES), ("/-ok", YES), ("(y)", YES), ("/-weak", NO), ("/-no", NO), ("(n)", NO))


def clean(text: str) -> str:
    """The text in NFC with plain spaces and dashes, signs such as a thumbs-up as one word, case kept."""
    text = unicodedata.normalize("NFKC", _SKIN.sub("", _INVISIBLE.sub("", text)))
    text = "".join(_SIGNS.get(char, char) for char in text)
    for spelt, sign in _SPELT_SIGNS:
        if spelt[:-1] in text.lower():
            text = re.sub(re.escape(spelt) + r"(?![a-z])", f" {sign} ", text, flags=re.IGNORECASE)
    text = "".join(char for char in text if unicodedata.category(char) not in ("Mn", "Me", "Cf"))
    return re.sub(r"(\s)\s+", r"\1", text)  # a run of blanks is one: patterns must not try each of them


@lru_cache(maxsize=4096)
def _flat_char(char: str) -> str:
    # Đ, its look-alike Ð (U+00D0) and their small forms do not decompose: mapped by hand.
    if char in "đĐðÐ":
        return "d"
    base = unicodedata.normalize("NFD", char.lower())[:1]
    return base if base and unicodedata.category(base) != "Mn" else " "


def flat(cleaned: str) -> str:
    """Cleaned text without marks, lower case, character by character: positions stay the same."""
    return "".join(map(_flat_char, cleaned))


def fold(text: str) -> str:
    """The comparison key: no marks, lower case, only letters, digits, / - . % and signs, single spaces."""
    folded = text
    while True:  # a few compatibility characters need a second round; the law is fold(fold(x)) == fold(x)
        again = "".join(
            f" {c} " if c in "👍👎" else c if c.isalnum() or c in "/-.%" else " " for c in flat(clean(folded))
        )
        again = " ".join(again.split())
        if again == folded:
            return folded
        folded = again


# --- the Vietnamese syllable: onset + rhyme, without marks -------------------------------------------------
_ONSETS = "ngh ng nh ch gh gi kh ph qu th tr b c d g h k l m n p r s t v x".split()
_RHYMES = frozenset(
    """a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et eu enh ech i ia ich iec iem ien ieng
    iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet
    oi om on ong oong op ot oc oi u ua uan uang uat uau uay uc ue uech uenh ui uich um un ung uoc uoi uom uon
    uong uop uot uou up ut uu uy uya uyen uyet uynh uych uyt uyp uyn uyu uo y yem yen yeng yet yeu ooc""".split()
)
_TONE_ENDS = ("c", "ch", "p", "t")


def _split_syllable(word: str) -> tuple[str, str] | None:
    for onset in (*_ONSETS, ""):
        if word.startswith(onset):
            rhyme = word[len(onset) :]
            if onset == "gi" and (rhyme == "" or rhyme in ("n", "m")):
                rhyme = "i" + rhyme  # gì, gìn
            if rhyme in _RHYMES:
                return onset, rhyme
    return None


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Whether a folded word can be a Vietnamese syllable ("doc" yes; "book", "ddocj", "vb" no)."""
    return _split_syllable(word) is not None


_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_HATS = {"aa": "â", "ee": "ê", "oo": "ô", "aw": "ă", "ow": "ơ", "uw": "ư"}
_TELEX_WORD = re.compile(r"[a-z]{2,10}")
_VNI_WORD = re.compile(r"(?=[a-z0-9]*\d)[a-z][a-z0-9]{1,9}")
_VNI_VOWEL = re.compile(r"[aeiouy]\d{1,2}")


def _with_tone(word: str, tone: str) -> str | None:
    """The syllable with its tone mark placed the traditional way; None when it is no syllable."""
    bare = flat(word)
    parts = _split_syllable(bare)
    if parts is None or (tone in "frx" and tone and bare.endswith(_TONE_ENDS)):
        return None
    if not tone:
        return word
    start = len(bare) - len(parts[1])
    vowels = [i for i in range(start, len(word)) if bare[i] in "aeiouy"]
    hatted = [i for i in vowels if word[i] != bare[i]]
    if hatted:
        at = hatted[-1]
    elif len(vowels) == 1:
        at = vowels[0]
    else:
        at = vowels[-1] if bare[-1] not in "aeiouy" else vowels[-2]
    return unicodedata.normalize("NFC", word[: at + 1] + _TONES[tone] + word[at + 1 :])


def _telex(word: str) -> str | None:
    if not _TELEX_WORD.fullmatch(word):
        return None
    first = re.search("[aeiouyw]", word)
    if first is None:
        return None
    head, tail = word[: first.start()], word[first.start() :]
    if head == "dd":
        head = "đ"
    elif tail.endswith("d") and head == "d":  # "docjd", as some keyboards leave it
        head, tail = "đ", tail[:-1]
    tones = re.findall("[sfrxj]", tail)
    if len(set(tones)) > 1:
        return None
    tail = re.sub("[sfrxj]", "", tail)
    tail = tail.replace("uow", "uwow").replace("wow", "uwow").replace("uuw", "uw")
    for keys, letter in _HATS.items():
        tail = tail.replace(keys, letter)
    if late := re.fullmatch(r"([iuy]?)([aeo])([a-z]+)\2", tail):  # "vanga": the hat typed last
        tail = late[1] + _HATS[late[2] * 2] + late[3]
    tail = re.sub(r"^w|(?<=[^aou])w", "ư", tail)
    tail = re.sub(r"([aou])([a-z]+)w", lambda m: _HATS[m[1] + "w"] + m[2], tail)
    return _with_tone(head + tail, tones[0] if tones else "")


def _vni(word: str) -> str | None:
    if not _VNI_WORD.fullmatch(word):
        return None
    letters, digits = re.sub(r"\d", "", word), re.findall(r"\d", word)
    tones = [_VNI_TONES[d] for d in digits if d in _VNI_TONES]
    if len(digits) != len(set(digits)) or len(tones) > 1 or "0" in digits:
        return None
    for digit, hosts, keys in (("6", "aeo", ""), ("7", "uo", "w"), ("8", "a", "w")):
        if digit in digits:
            if not re.search(f"[{hosts}]", letters):
                return None
            letters = (
                letters.replace("uo", "ươ", 1)
                if digit == "7" and "uo" in letters
                else re.sub(f"[{hosts}]", lambda m, k=keys: _HATS[m[0] + (k or m[0])], letters, count=1)  # type: ignore[misc] # a default binds k
            )
    if "9" in digits:
        if not letters.startswith("d"):
            return None
        letters = "đ" + letters[1:]
    return _with_tone(letters, tones[0] if tones else "")


@lru_cache(maxsize=8192)
def repair(word: str) -> str | None:
    """The Vietnamese word behind Telex or VNI keystrokes ("ddocj", "d9o5c" -> "đọc"), or None.

    For words that are no Vietnamese word as they stand; only a valid syllable comes back.
    """
    return None if _VNI_VOWEL.fullmatch(word) else _vni(word) or _telex(word)


_DIGITS = {word: n + 1 for n, words in enumerate(
    ("mot", "hai", "ba", "bon tu", "nam lam nham", "sau", "bay", "tam", "chin")
) for word in words.split()}  # fmt: skip
_DIGIT = "|".join(_DIGITS)
_TENS = re.compile(rf"(?<![a-z0-9])(?<!thu )(?:({_DIGIT}) )?muoi(?: ({_DIGIT}))?(?![a-z0-9])")


def figures(cleaned: str) -> str:
    """The text with its spoken tens as figures ("năm mươi hai" -> "52"), as speech recognition may spell them."""
    out, last = "", 0
    for match in _TENS.finditer(flat(cleaned)):
        if match[1] is None and match[2] is None:
            continue  # "mười", or "mươi" in "mấy mươi"
        out += cleaned[last : match.start()] + str(_DIGITS.get(match[1], 1) * 10 + _DIGITS.get(match[2], 0))
        last = match.end()
    return out + cleaned[last:]


# --- words --------------------------------------------------------------------------------------------------
# Folded abbreviation -> folded reading (domain.md 5). Those whose reading needs a neighbour are in _in_context.
ABBREVIATIONS = {
    **dict.fromkeys("ko k kg khg hok hem hong hk khum kong khongg khog".split(), "khong"),
    **dict.fromkeys("d/c dcs".split(), "dong chi"),
    **dict.fromkeys("dk dx".split(), "duoc"),
    **dict.fromkeys("r rui roai".split(), "roi"),
    **dict.fromkeys("oke okie okay oki okela okla okey okei uki ocke okeh".split(), "ok"),
    **dict.fromkeys("uh uhm um uk ukm uhu".split(), "u"),
    **dict.fromkeys("vg vag".split(), "vang"),
    **dict.fromkeys("j zi".split(), "gi"),
    **dict.fromkeys("z zay v".split(), "vay"),
    **dict.fromkeys("hum".split(), "hom"),
    **dict.fromkeys("xg xog xoq".split(), "xong"),
    **dict.fromkeys("bcao bc".split(), "bao cao"),
    "bn": "bao nhieu",
    "ntn": "nhu the nao",
    "ch": "chua",
    "chx": "chua",
    "vb": "van ban",
    "vban": "van ban",
    "cv": "cong van",
    "dv": "dang vien",
    "cb": "chi bo",
    "bt": "bi thu",
    "pbt": "pho bi thu",
    "shd": "sinh hoat dang",
    "shcb": "sinh hoat chi bo",
    "shcd": "sinh hoat chuyen de",
    "sh": "sinh hoat",
    "dp": "dang phi",
    "xl": "xep loai",
    "kn": "ket nap",
    "lm": "lam",
    "vs": "voi",
    "cx": "cung",
    "mn": "moi nguoi",
    "mng": "moi nguoi",
    "ng": "nguoi",
    "sdt": "so dien thoai",
    "xn": "xac nhan",
    "tl": "tra loi",
    "ds": "danh sach",
    "hnay": "hom nay",
    "bh": "bao gio",
    "bgio": "bao gio",
    "e": "em",
    "m": "minh",
    "b": "ban",
    "c": "chi",
    "dr": "dung roi",
    "hd": "huong dan",
    "lldv": "ly lich dang vien",
    "ggt": "giay gioi thieu",
    "hh": "huy hieu",
    "tg": "thoi gian",
    "hs": "ho so",
    "nq": "nghi quyet",
    "qd": "quyet dinh",
    "t": "toi",
    "nc": "noi chuyen",
    "tks": "cam on",
    "thanks": "cam on",
    "thank": "cam on",
    "nhg": "nhung",
    "nma": "nhung ma",
    "ndung": "noi dung",
    "nd": "noi dung",
    "trc": "truoc",
    "cta": "chung ta",
    "stdvdt": "so tay dang vien",
    "stdv": "so tay dang vien",
    "yes": "vang",
    "yep": "vang",
    "roger": "ro",
    **{"ti": "ty", "ki": "ky", "li": "ly", "qui": "quy"},  # tỉ lệ, đọc kĩ: i and y are one sound
    "tep": "file",
    "fail": "file",
    "fai": "file",
}
_TOKEN = re.compile(
    r"\d+(?:[./:-]\d+)*%?(?![a-z0-9])|[a-z]/c(?![a-z0-9])|[a-z](?:\.[a-z])+(?![a-z0-9])|[a-z0-9]+|[👍👎?§]"
)
_GLUED = 40
"""Letters of the longest token that may be several words without spaces: a longer one is none of ours."""
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_LAUGHTER = re.compile(r"k{2,}|(?:h+[aei]+){2,}h?|(?:ke|kha)(?:ke|kha)+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: folded and spelt out, as typed (lower case, with its marks), and where in the cleaned text."""

    folded: str
    typed: str
    start: int
    end: int


def _glued(token: str, known: frozenset[str]) -> list[str] | None:
    """ "dadoc" -> ["da", "doc"], when known words alone make up the token; the fewest, longest first."""
    if len(token) > _GLUED:
        return None
    best: dict[int, list[str]] = {0: []}
    for end in range(2, len(token) + 1):
        for start in range(0, end - 1):
            piece = token[start:end]
            if (
                start in best
                and piece in known
                and (end not in best or len(best[start]) + 1 < len(best[end]))
            ):
                best[end] = [*best[start], piece]
    found = best.get(len(token))
    return found if found and len(found) > 1 else None


def _spell_out(token: str, known: frozenset[str]) -> tuple[list[str], str | None]:
    """The folded words one typed token stands for, and the marked word when keystrokes were repaired."""
    if token in ABBREVIATIONS:
        return ABBREVIATIONS[token].split(), None
    if _LAUGHTER.fullmatch(token):
        return ["haha"], None
    if re.fullmatch(r"[a-z](?:\.[a-z])+", token):
        return _spell_out(token.replace(".", ""), known)
    token = _STRETCHED.sub(r"\1", token)
    if token in ABBREVIATIONS:
        return ABBREVIATIONS[token].split(), None
    if token in known or is_syllable(token) or not re.search("[a-z]", token):
        return [token], None
    if (repaired := repair(token)) is not None:
        return [flat(repaired)], repaired
    single = re.sub(r"([a-z])\1", r"\1", token)
    if single in known or single in ABBREVIATIONS:
        return ABBREVIATIONS.get(single, single).split(), None
    if parts := re.fullmatch(r"([a-z]{2,})(\d+)|(\d+)([a-z]{2,})", token):
        return [w for part in parts.groups() if part for w in _spell_out(part, known)[0]], None
    return _glued(token, known) or [token], None


def words(text: str, known: Iterable[str] = ()) -> list[Word]:
    """The words of a text, spelt out. `known` are folded words that must stay (and may be found glued)."""
    cleaned = clean(text)
    return words_of(cleaned, flat(cleaned), frozenset(known))


def words_of(cleaned: str, flattened: str, known: frozenset[str]) -> list[Word]:
    """As `words`, for a text that is cleaned and flattened already (with § where something was cut out)."""
    found: list[Word] = []
    tokens = list(_TOKEN.finditer(flattened))
    # "y1" or "a5" is a paper size among plain words, and ý or ạ where other words carry figures for marks.
    figures = any(_VNI_WORD.fullmatch(t[0]) and len(t[0]) > 2 and _vni(t[0]) for t in tokens)
    for match in tokens:
        vowel = _vni(match[0]) if figures and _VNI_VOWEL.fullmatch(match[0]) else None
        spelt, repaired = ([flat(vowel)], vowel) if vowel else _spell_out(match[0], known)
        typed = repaired or cleaned[match.start() : match.end()].lower()
        found += [Word(word, typed, match.start(), match.end()) for word in spelt]
    return found


def inert(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
