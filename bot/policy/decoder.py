"""What a question says once its shorthand, slips of the finger and missing marks are read as the rules spell them.

One beam over three readings of every word: as typed (with the marks it may lack), as a short form (known
ones, and those that the rules themselves suggest: "hso" for "hồ sơ", "trg" for "trong"), and as a slip of one
key. A model of neighbouring syllables, learnt from the rules alone, weighs them against each other.
"""

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.chat.text import is_syllable, repair
from bot.policy.packed import Packed
from bot.policy.shorthand import SHORT
from bot.policy.words import bare, key, words

_START = "<"
# Costs are negative logarithms: a reading that is e times rarer costs 1 more.
_SHORT, _SHORT_OF_A_WORD, _MINED, _SKELETON = 1.5, 5.0, 3.0, 3.5
_SLIP, _SLIP_OF_A_WORD = 3.0, 8.0
_UNKNOWN, _UNMARKED = 14.0, 6.0
_MAY_BE_MEANT = 2.0  # a syllable that the rules do not have may be no slip
_BEAM = 24
_NEVER = -(1 << 60)  # in place of an unknown word's number: with it no pair is known
_Option = tuple[tuple[str, ...], float, float, float, int, float]
# A reading of a word: words, least cost, cost after a word that it never follows, how much of the step to it counts,
# number of the first, its share.
_Path = tuple[Any, tuple[str, ...]] | None  # a linked list of readings, the last one first
_DOUBT = math.log(10)  # a form that costs more than this more is left out
_MANY_PAIRS = 400_000
_NEIGHBOURS = {
    **{"q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok"},
    **{"o": "ipl", "p": "ol", "a": "qsz", "s": "adw", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjy"},
    **{"j": "hku", "k": "jli", "l": "ko", "z": "xa", "x": "zcs", "c": "xvd", "v": "cbf", "b": "vng"},
    **{"n": "bmh", "m": "nj"},
}
for _typed, _meant in tuple(_NEIGHBOURS.items()):  # a slip goes both ways
    for _char in _meant:
        if _typed not in _NEIGHBOURS[_char]:
            _NEIGHBOURS[_char] += _typed
# Words of questions, which rules do not use; each counts as if a rule said it so often.
_ASKING = """là gì|những gì|cái gì|làm gì|gồm những gì|bao nhiêu|là bao nhiêu|bao nhiêu tuổi|bao nhiêu tiền|bao lâu
trong bao lâu|là bao lâu|mất bao lâu|khi nào|lúc nào|bao giờ|thế nào|như thế nào|ra sao|làm sao|vì sao|tại sao|ở đâu
ai|do ai|là ai|không|có được không|được không|có phải không|có đúng không|đúng không|có bị không|phải không|chưa
đúng hay sai|điều nào sau đây|nào sau đây|điều nào không đúng|điều nào sau đây không đúng về|không đúng về|không phải là
điều nào dưới đây không phải|nhận định nào sau đây đúng|nhận định nào sau đây sai|được hiểu như thế nào|được hiểu là gì
định nghĩa của|định nghĩa về|khái niệm|quy định điều gì|áp dụng cho ai|có nghĩa là gì
cơ quan nào|người nào|trường hợp nào|loại nào|mấy năm
cho hỏi|cho tôi hỏi|xin hỏi|tôi muốn hỏi|muốn biết|cần những gì|cần giấy tờ gì|thì sao|nếu không thì sao|mấy lần
bị phạt bao nhiêu|phạt như thế nào|quy định như thế nào|được quy định thế nào|có cần không|cũng|rồi|mà|nhỉ|ạ|à|với"""
_ASKED_AS_OFTEN = 30
_ONSETS = "ngh ng nh ch gh gi kh ph qu th tr b c d g h k l m n p r s t v x".split()


def _onset(word: str) -> str:
    return next((onset for onset in _ONSETS if word.startswith(onset)), "")


def _skeletons(word: str) -> set[str]:
    """How phones shorten one syllable: "trong" -> "trg", "được" -> "dc", "người" -> "ng"."""
    onset = _onset(word)
    if not onset or onset == word:
        return set()
    coda = re.search("[^aeiouy]*$", word)[0]  # type: ignore[index] # matches at least nothing
    return {onset + coda, onset + coda[-1:]} - {word}


def _sounds(word: str) -> str:
    """Letters that stand for others in young people's typing, put back: "fai" -> "phai", "wa" -> "qua"."""
    for typed, meant in (("f", "ph"), ("j", "gi"), ("w", "qu"), ("z", "d")):
        if word.startswith(typed):
            return meant + word[1:]
    return word


def learn(lines: Iterable[str]) -> tuple[dict[str, NDArray[Any]], dict[str, Sequence[str]]]:
    """What a decoder knows of these lines: its words as keys and as written, how often each, and each pair."""
    ids: dict[str, int] = {_START: 0}
    shown = [_START]
    told = array("i")

    def hear(typed: Sequence[str], times: int = 1) -> None:
        found = [0]
        for word in typed:
            at = ids.setdefault(key(word), len(ids))
            if at == len(shown):
                shown.append(word)
            found.append(at)
        told.extend(found * times)

    for line in lines:
        hear(words(line))
    for phrase in re.split(r"[|\n]", _ASKING):
        hear(words(phrase), _ASKED_AS_OFTEN)
    flat = np.frombuffer(told, np.int32)
    codes = flat[:-1].astype(np.int64) * len(ids) + flat[1:]
    pairs, often = np.unique(codes[flat[1:] != 0], return_counts=True)
    if len(pairs) > _MANY_PAIRS:  # in a large corpus what was said once tells little and is most of it
        pairs, often = pairs[often > 1], often[often > 1]
    columns = {
        "decoder.count": np.bincount(flat, minlength=len(ids)).astype(np.int32),
        "decoder.pairs": pairs,
        "decoder.often": often.astype(np.int32),
    }
    return columns, {"decoder.keys": [*ids], "decoder.shown": shown}


class Decoder:
    """Reads questions in the words of the lines that it learnt from."""

    def __init__(self, packed: Packed) -> None:
        known_words = list(packed.words["decoder.keys"])
        self._ids = {word: at for at, word in enumerate(known_words)}
        self._counts: list[int] = packed.columns["decoder.count"].tolist()
        self._count = dict(zip(known_words, self._counts, strict=True))
        self._shown = dict(zip(known_words, packed.words["decoder.shown"], strict=True))
        codes, often = packed.columns["decoder.pairs"], packed.columns["decoder.often"]
        self._pairs = dict(zip(codes.tolist(), often.tolist(), strict=True))
        self._total = sum(self._counts)
        self._sizes = len(known_words)
        # Of every word, and last of any other: its share, and its cost after a word that it never follows.
        self._alone = [(count + 0.1) / (self._total + 0.1 * self._sizes) for count in (*self._counts, 0)]
        self._unseen = [-math.log(0.1 * alone) for alone in self._alone]
        self._bares: Counter[str] = Counter()
        marked: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._bare_of = {known: bare(self._shown[known]) for known in known_words}
        for known, count in self._count.items():
            self._bares[self._bare_of[known]] += count
            marked[self._bare_of[known]].append((count, known))
        self._marked = {
            form: [known for count, known in sorted(found, reverse=True)[:6] if count > 1 or len(found) == 1]
            or [max(found)[1]]
            for form, found in marked.items()
        }
        self._mined: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        common = np.flatnonzero(often > 3)
        common = common[np.argsort(-often[common], kind="stable")][:3000]
        for code, count in zip(codes[common].tolist(), often[common].tolist(), strict=True):
            first, second = known_words[code // self._sizes], known_words[code % self._sizes]
            one, two = self._bare_of[first], self._bare_of[second]
            if one.isalpha() and two.isalpha() and min(len(one), len(two)) > 1 and first != _START:
                self._mined[one[0] + two].append((first, second))
                self._mined[_onset(one) + two].append((first, second))
                # "xóa án" has no second onset: a bare "x" is no short form of it but somebody's name.
                if _onset(two) and count * 2000 > self._total / 300:
                    self._mined[one[0] + two[0]].append((first, second))
                    self._mined[_onset(one) + _onset(two)].append((first, second))
        for form, _count in self._bares.most_common(600):
            for skeleton in _skeletons(form):
                if len(skeleton) > 1 and self._bares[skeleton] < 20:
                    self._mined[skeleton].append((self._marked[form][0],))
        self._short = {
            form: [
                tuple(self._restore(reading.split()))
                for reading in readings
                if all(word in self._marked for word in reading.split())
            ]
            for form, readings in SHORT.items()
        }
        self._candidates = lru_cache(maxsize=20_000)(self._options)

    def _cost(self, before: str, word: str) -> float:
        one, two = self._ids.get(before, -1), self._ids.get(word, -1)
        if one >= 0 <= two and (times := self._pairs.get(one * self._sizes + two)):
            return -math.log(0.9 * (times / self._counts[one]) + 0.1 * self._alone[two])
        return self._unseen[two]

    def _restore(self, bare_words: Sequence[str]) -> list[str]:
        """The marked words of a known phrase, each the likeliest after the one before."""
        out: list[str] = []
        for word in bare_words:
            before = out[-1] if out else _START
            out.append(min(self._marked.get(word, [word]), key=lambda known: self._cost(before, known)))
        return out

    def _slips(self, word: str) -> dict[str, float]:
        """Words of the rules one slip away, with what the slip costs: swapped or neighbouring keys first."""
        found: dict[str, float] = {}
        for at, char in enumerate(word):
            rest = word[at + 1 :]
            if rest:
                found.setdefault(word[:at] + rest[0] + char + rest[1:], 0.0)
            for other in _NEIGHBOURS.get(char, ""):
                found.setdefault(word[:at] + other + rest, 0.5)
            found.setdefault(word[:at] + rest, 1.5)
            for other in "aeiouyhngctm":
                found.setdefault(word[:at] + other + char + rest, 1.5)
        for other in "aeiouyhngctm":
            found.setdefault(word + other, 1.5)
        return {form: cost for form, cost in found.items() if form != word and self._bares[form] >= 5}

    def _read_word(self, typed: str, marks_expected: bool) -> list[tuple[tuple[str, ...], float]]:
        plain, known = bare(typed), key(typed)
        out: list[tuple[tuple[str, ...], float]] = []
        if plain != typed:
            if known in self._count and typed not in SHORT and plain not in ("dc", "dk"):
                return [((known,), 0.0)]
            if is_syllable(plain):  # typed with its mark: a word the rules do not have, hardly a slip
                return [((known,), 0.0), *(((form,), _UNMARKED) for form in self._marked.get(plain, ()))]
            out.append(((known,), 4.0))
        if plain.isdigit():
            return [((known,), 0.0)]
        count = self._bares[plain]
        for form in self._marked.get(plain, ()):
            out.append(((form,), 0.0 if form == known or not marks_expected else _UNMARKED))
        for phrase in self._short.get(plain, ()):
            rare = count < 50 or len(plain) <= 2
            out.append((phrase, _SHORT if rare else _SHORT_OF_A_WORD))
        if count < 20:
            out += [(phrase, _MINED) for phrase in self._mined.get(plain, ())[:8]]
            if (other := _sounds(plain)) != plain:
                out += [((form,), _MINED) for form in self._marked.get(other, ())]
            if (repaired := repair(typed)) is not None and key(repaired) in self._count:
                out.append(((key(repaired),), 1.0))
        if len(plain) >= 3 and (count < 5 or len(plain) >= 4):
            base = _SLIP if count < 5 else _SLIP_OF_A_WORD
            if not count and is_syllable(plain):
                base += _MAY_BE_MEANT
            for other, cost in self._slips(plain).items():
                out += [((form,), base + cost) for form in self._marked[other][:3]]
        if not count:
            for at in range(2, len(plain) - 1):  # two words, or two short forms, typed as one
                left, right = self._parts(plain[:at]), self._parts(plain[at:])
                out += [((*one, *two), _SLIP + 1.0) for one in left for two in right]
            out.append(((known,), _UNKNOWN))
        return out

    def _marks_expected(self, typed: Sequence[str]) -> bool:
        return sum(bare(word) != word for word in typed) > 0.4 * len(typed)

    def _options(self, typed: str, marks_expected: bool) -> list[_Option]:
        out = []
        for phrase, cost in self._read_word(typed, marks_expected):
            first = self._ids.get(phrase[0], -1)
            part = 1 / math.sqrt(len(phrase))
            least = cost + part * sum(self._cost(one, two) for one, two in pairwise(phrase))
            unseen = least + part * self._unseen[first]
            out.append((phrase, least, unseen, part, first if first >= 0 else _NEVER, self._alone[first]))
        return out

    def _parts(self, plain: str) -> list[tuple[str, ...]]:
        """What half of a word may be: a common word, as marked, or a short form."""
        known: list[tuple[str, ...]] = (
            [(form,) for form in self._marked[plain][:3]] if self._bares[plain] >= 5 else []
        )
        return known or self._short.get(plain, [])[:2]

    def __call__(self, question: str) -> list[str]:
        """The keys of the question's words, as the rules would spell them."""
        typed = words(question)
        marks = self._marks_expected(typed)
        beam: list[tuple[float, str, _Path]] = [(0.0, _START, None)]
        for word in typed:
            states = [
                (so_far, one * self._sizes, self._counts[one], path)
                for so_far, last, path in beam
                if (one := self._ids.get(last, -1)) >= 0
            ]
            likeliest, _last, of_likeliest = beam[0]
            after: dict[str, tuple[float, str, _Path]] = {}
            for phrase, least, unseen, part, code, alone in self._candidates(word, marks):
                best, of_best = likeliest + unseen, of_likeliest
                for so_far, row, often, path in states:
                    if so_far + least >= best:
                        break  # and so do all that are less likely
                    if times := self._pairs.get(row + code):  # what `_cost` says, in line
                        total = so_far + least - part * math.log(0.9 * (times / often) + 0.1 * alone)
                        if total < best:
                            best, of_best = total, path
                last = phrase[-1]
                if last not in after or best < after[last][0]:
                    after[last] = best, last, (of_best, phrase)
            beam = sorted(after.values(), key=itemgetter(0))[:_BEAM]
        _cost, _last, path = beam[0]
        out: list[str] = []
        while path is not None:
            path, phrase = path
            out[:0] = phrase
        return out

    def has_marks(self, question: str) -> bool:
        """Whether the writer sets marks, so that a word without any is meant so."""
        return self._marks_expected(words(question))

    def typed_marked(self, question: str) -> set[str]:
        """The keys of the words that were typed with their marks: of these nothing is in doubt."""
        return {key(word) for word in words(question) if bare(word) != word}

    def doubts(self, question: str, decoded: Sequence[str]) -> list[tuple[int, str, float]]:
        """Other marked forms of words typed without marks: place in `decoded`, form, how likely beside it (0 to 1)."""
        said = self.typed_marked(question)
        out: list[tuple[int, str, float]] = []
        for before, (at, word), after in zip(
            (_START, *decoded), enumerate(decoded), (*decoded[1:], None), strict=False
        ):
            forms = self._marked.get(self._bare_of.get(word, ""), ())
            if len(forms) < 2 or word in said:
                continue
            own = self._cost(before, word) + (0.0 if after is None else self._cost(word, after))
            for form in forms:
                if form == word:
                    continue
                more = self._cost(before, form) - own
                if more < _DOUBT and after is not None:
                    more += self._cost(form, after)
                if more < _DOUBT:
                    out.append((at, form, math.exp(min(0.0, -more))))
        return out

    def foreign(self, question: str) -> float:
        """The share of the question's words that neither the rules nor a short form explain."""
        typed = words(question)
        unknown = sum(not self._bares[bare(word)] and bare(word) not in SHORT for word in typed)
        return unknown / max(1, len(typed))

    def show(self, decoded: Sequence[str]) -> str:
        """Decoded keys as a person writes them."""
        return " ".join(map(self.shown, decoded))

    def shown(self, decoded: str) -> str:
        return self._shown.get(decoded, decoded)
