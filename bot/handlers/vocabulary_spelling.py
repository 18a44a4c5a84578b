"""One spelling for what is said in many: typed marks that decide a meaning, short forms that need a neighbour."""

import re
from collections.abc import Sequence

from bot.chat.text import Word, flat

# A mark that was typed is evidence: these words leave the crowd that folds to the same letters.
DISTINCT = {
    # another word of the card's own grammar, kept apart from its unmarked look-alike
    "đã": "da", "dạ": "vang", "ờ": "u", "hén": "nhe", "dừng": "dừng", "tối": "tối", "nhà": "nhà", "tổ": "tổ",
    "đang": "đang", "chờ": "chờ", "phấn": "phấn", "mày": "mày",
    # a word that is no part of any errand: the tilde keeps it from being taken for one
    "à": "a~", "á": "a~", "chứ": "chu~", "ảnh": "anh~", "ổng": "ong~", "bả": "ba~", "hà": "ha~", "tội": "toi~",
    "độc": "doc~", "đá": "da~", "rò": "ro~", "rổ": "ro~", "vàng": "vang~", "vãng": "vang~", "nhạt": "nhat~",
    "nhạc": "nhac~", "tín": "tin~", "chùa": "chua~", "cơ": "co~",
}  # fmt: skip
# How the small words of an acknowledgement may be marked. Typed with other marks they are other words: "đọc dở" is
# not "đọc đó", "bận" not "bạn", "chỉ" not "chị".
_MARKS = {
    flat(forms.split()[0]): frozenset(forms.split())
    for forms in (
        "ấn", "bác", "bấm bâm", "bạn bản bàn", "bà", "chị chí", "chú", "cô có", "cả cá", "đây đấy đầy", "đó", "đi",
        "hè", "hiểu", "là", "làm lắm", "mở", "mới", "này nãy", "nhé", "sạch", "thầy", "thế", "thì", "tớ", "trưởng",
        "về", "qua", "tui", "ừ", "kỹ kĩ", "rằng", "đã dã dạ đả", "vâng vầng vậng", "cụ", "thưa", "ông", "rồi",
        "nhận nhấn nhân",
    )
}  # fmt: skip
# Words that mean something else beside a neighbour.
_TOGETHER = (
    (r"o (?:ke|kay|kei)", "ok"),  # as speech recognition writes "ok"
    (r"(bao|may) h", r"\1 gio"),
    ("nhu nao", "nhu the nao"),
    (r"tối (qua|nay|mai|hom qua)", r"toi \1"),
    (r"hoi (sang|trua|chieu|toi|dem|nay|hom|som)", r"luc \1"),  # hồi: a time, not hỏi
)
_BEFORE_COMRADE = frozenset("thua vang ok chao cac nhe a cao on ro nhung may".split())
"""After these dc is đồng chí, elsewhere được."""


def spell(found: Sequence[Word], *, strict: bool = False) -> str:
    """The sentence in folded words, with the marks that decide kept as different words.

    `strict`: a small word typed with marks it cannot have gets a "^" and so is known to no pattern.
    """
    out = [DISTINCT.get(word.typed, word.folded) for word in found]
    if strict:
        for i, each in enumerate(found):
            typed = each.typed.replace("ð", "đ")
            marked = flat(typed) == each.folded != typed
            party = typed == "chỉ" and i + 1 < len(found) and found[i + 1].folded in ("thi", "dao")
            if (
                marked
                and typed not in _MARKS.get(each.folded, (typed,))
                and typed not in DISTINCT
                and not party
            ):
                out[i] = each.folded + "^"
    for i, word in enumerate(out):
        if word == "kh":
            out[i] = "khong"
        if word == "dc":
            before, after = out[i - 1] if i else "", " ".join(out[i + 1 : i + 2])
            short = i == 0 and after in ("", "a", "roi", "nhe", "nha", "👍", "?")
            address = i == 0 or before in _BEFORE_COMRADE
            out[i] = "dong chi" if address and not short else "duoc"
    sentence = " ".join(out)
    for apart, joined in _TOGETHER:
        sentence = re.sub(rf"(?<!\S)(?:{apart})(?!\S)", joined, sentence)
    sentence = re.sub(r"(?<!\S)(👍|👎|\?)(?: \1)+", r"\1", sentence)
    return "vang" if sentence == "da" and found[0].typed != "đã" else sentence
