"""Vietnamese as it was written before Unicode: TCVN3 (".Vn" fonts), VNI, and UTF-8 read as Windows-1252.

All three look like Western letters. What a text was written in is told by how many of its words are
Vietnamese syllables when it is read one way or the other.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

TCVN3 = str.maketrans(
    "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ¡¢§£¤¥¦",
    "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
)
_VNI_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_MARKS = {
    **_VNI_TONES,
    "ê": "\u0306",
    **dict(zip("éèúüë", ("\u0306" + t for t in _VNI_TONES.values()), strict=True)),
    "â": "\u0302",
    **dict(zip("áàåãä", ("\u0302" + t for t in _VNI_TONES.values()), strict=True)),
}
_VNI_LETTERS = str.maketrans("ñÑôÔöÖæÆóÓòÒîÎ", "đĐơƠưƯỉỈĩĨịỊỵỴ")
_VNI_PAIR = re.compile(f"([aeouyôö])([{''.join(_VNI_MARKS)}])", re.IGNORECASE)

PLAIN = "plain"
_UNICODE = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u0300-\u036f\u1e00-\u1eff]"
)
_HIGH = re.compile("[\u0080-\u00ff]|[ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")


def from_tcvn3(text: str) -> str:
    """TCVN3. Its capitals with tones are small letters in a font of capitals: the plain letters tell."""
    plain = [c for c in text if c.isascii() and c.isalpha()]
    read = text.translate(TCVN3)
    return read.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else read


def from_vni(text: str) -> str:
    """VNI Windows, where a mark follows its letter as a character of its own."""

    def pair(found: re.Match[str]) -> str:
        letter = found.group(1).translate(_VNI_LETTERS)
        return letter + _VNI_MARKS[found.group(2).lower()]

    # A pair first, then the letters that are single characters; a pair's own letter must not turn twice.
    parts: list[str] = []
    at = 0
    for found in _VNI_PAIR.finditer(text):
        parts += [text[at : found.start()].translate(_VNI_LETTERS), pair(found)]
        at = found.end()
    return unicodedata.normalize("NFC", "".join([*parts, text[at:].translate(_VNI_LETTERS)]))


def from_mojibake(text: str) -> str:
    """UTF-8 that somebody read as Windows-1252; unchanged when it is none."""
    try:
        # Bytes that 1252 leaves undefined are read as themselves by some programs.
        raw = b"".join(c.encode("latin-1") if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in text)
        return unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeError:
        return text


READ = {"tcvn3": from_tcvn3, "vni": from_vni, "mojibake": from_mojibake}
"""The ways to read old text, by name; PLAIN is none of them."""

# --- what a Vietnamese syllable is: an onset, a rime, a tone; stopped rimes take two tones only.
_ONSETS = "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x".split()
_RIMES = frozenset(
    """a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et
    ê êch êm ên êng ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan
    oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp
    ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uy uya uych
    uyên uyêt uynh uyt uyu uơ ư ưa ưc ưi ưm ưng ưt ươc ươi ươm ươn ương ươp ươt ươu ưu y yêm yên yêng yêt yêu ynh
    iêng iê uen uet""".split()
)
_STOPPED = ("c", "ch", "p", "t")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word (any case, NFC) is one Vietnamese syllable as far as its letters go."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in parts if c in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    if len(tones) > 1:
        return False
    for onset in ("", *_ONSETS):
        if bare.startswith(onset):
            rime = bare[len(onset) :]
            if onset == "gi" and rime == "":
                rime = "i"
            stopped = rime.endswith(_STOPPED)
            if rime in _RIMES and not (stopped and tones and tones[0] not in "\u0301\u0323"):
                return True
    return False


def syllables(text: str) -> tuple[int, int]:
    """Of the words with letters beyond ASCII: how many are Vietnamese syllables, and how many there are."""
    words = [word.strip("()[]{}.,:;-/\"'*") for word in text.split()]
    words = [
        part
        for word in words
        if not word.isascii()
        for part in re.split(r"[-/.,]", word)
        if not part.isascii()
    ]
    return sum(word.isalpha() and is_syllable(word) for word in words), len(words)


def may_be_old(text: str) -> bool:
    """Whether a text has no letter that only Unicode has, and some that old codes use."""
    return not text.isascii() and _UNICODE.search(text) is None and _HIGH.search(text) is not None


def detect(texts: Iterable[str]) -> tuple[str, bool]:
    """In which code some of these texts (one column, say) were written, and whether most were.

    A key of `READ`, or PLAIN. Counted are texts that make no sense as they stand and do when read in that code.
    """
    votes = dict.fromkeys(READ, 0)
    sense = 0
    for text in texts:
        if text.isascii():
            continue
        good, words = syllables(unicodedata.normalize("NFC", text))
        if good == words:
            sense += words > 0
        elif may_be_old(text):
            for name, read in READ.items():
                told, of = syllables(read(text))
                votes[name] += told == of or (of > 2 and told / of > max(0.7, good / words))
    best = max(votes, key=lambda name: votes[name])
    return (best, votes[best] * 3 >= sense) if votes[best] else (PLAIN, False)


def reads_better(text: str, code: str, *, mostly: bool = True) -> str:
    """The text read in a code where that makes more sense than the text as it stands.

    `mostly`: the texts around it are written in that code, so that equal sense is enough.
    """
    if not may_be_old(text):
        return text
    good, words = syllables(unicodedata.normalize("NFC", text))
    read = READ[code](text)
    told, of = syllables(read)
    if mostly:
        return read if told * max(words, 1) >= good * max(of, 1) else text
    return read if good < words and told == of else text


def fits(texts: list[str], code: str) -> bool:
    """Whether all these texts, which make sense as they stand, also make sense read in a code."""
    if not texts or not all(map(may_be_old, texts)):
        return False
    return all(told == of for told, of in (syllables(READ[code](text)) for text in texts))
