"""The index of all articles: what ranking looks at, for every article at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.policy import decoder as decoding
from bot.policy.decoder import Decoder
from bot.policy.packed import Packed
from bot.policy.postings import Ids, Postings, Scores, Texts, Vocabulary, codes, indexed
from bot.policy.words import bare, key, words

_POINT = re.compile(r"\s*[a-zđ]{1,2}\)", re.IGNORECASE)
_LABEL = re.compile(r"\s*(\d+[a-z]?[.)]|[a-zđ]{1,2}\)|-)\s*", re.IGNORECASE)
_LEAD = 8  # words before "là" in "Vật phụ là …" that can be what the clause defines
_PLACES = 20  # further from its document's start an article is as far as any
_NOTHING = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Article:
    """What the index needs of one article: `number` as printed ("12a"), `text` with a clause a line."""

    id: str
    document: str
    number: str
    heading: str
    text: str


def build(articles: Sequence[Article], heard: Iterable[str] | None = None) -> Packed:
    """The index as arrays. `heard`: lines whose words the decoder learns from; the articles' own without."""
    if heard is None:
        heard = (line for a in articles for line in (a.document, a.heading, *a.text.split("\n")))
    columns, told = decoding.learn(heard)
    known, bares, bare_of = Vocabulary(), Vocabulary(), [0]

    def learn(text: str) -> Ids:
        typed = words(text)
        found = known.learn(map(key, typed))
        for at, word in zip(found.tolist(), typed, strict=True):
            if at == len(bare_of):
                bare_of.append(int(bares.learn([bare(word)])[0]))
        return found

    names = sorted({a.document for a in articles})
    number = {name: at for at, name in enumerate(names)}
    name_words = [learn(name) for name in names]
    is_word = int(learn("là")[0])
    headings: list[Ids] = []
    lines: list[Ids] = []
    parents: list[Ids] = []
    owner: list[int] = []
    defined: list[tuple[int, int]] = []
    for at, article in enumerate(articles):
        headings.append(learn(article.heading))
        above = _NOTHING
        for line in article.text.split("\n"):
            found = learn(_LABEL.sub("", line, count=1))
            owner.append(at)
            lines.append(found)
            point = _POINT.match(line) is not None
            parents.append(above if point else _NOTHING)
            above = above if point else found
            if (end := np.flatnonzero(found[: _LEAD + 1] == is_word)).size and end[0]:
                defined.append((int(codes(found[: end[0]], int(end[0]))[0]), at))
    plain = np.array(bare_of, np.int32)
    document_of = np.array([number[a.document] for a in articles], np.int32)
    counts = np.bincount(owner, minlength=len(articles)) if owner else np.zeros(0, np.int64)
    first = np.cumsum(counts) - counts
    own = [lines[start : start + count] for start, count in zip(first, counts, strict=True)]
    titles = [name_words[at] for at in document_of.tolist()]
    kept = Texts.of([[line] for h, of in zip(headings, own, strict=True) for line in (h, *of)])
    columns |= {"lines": kept.words, "line.ends": kept.ends}
    below = [(titles[o], headings[o], p, line) for o, p, line in zip(owner, parents, lines, strict=True)]
    columns |= indexed("below", Texts.of(below))
    del below, parents
    whole = [(h, title, h, *of) for h, title, of in zip(headings, titles, own, strict=True)]
    texts = Texts.of(whole)
    del whole, own
    columns |= indexed("article", Texts(plain[texts.words], texts.ends))
    columns |= indexed("heading", Texts.of([[h] for h in headings]), b=0.3)
    columns |= indexed("document", Texts.of([[name] for name in name_words]))
    named = Texts.of([[plain[name]] for name in name_words])
    defined.sort()
    return Packed(
        {
            **columns,
            "plain": plain,
            "first": first,
            "clauses": counts.astype(np.float32),
            "length": np.log1p(np.diff(texts.ends, prepend=0)).astype(np.float32),
            "document_of": document_of,
            "names": named.words,
            "name.ends": named.ends,
            "leads": np.array([code for code, _at in defined], np.uint32),
            "lead.of": np.array([at for _code, at in defined], np.int32),
        },
        {**told, "keys": known.words(), "bares": bares.words(), "numbers": [a.number for a in articles]},
    )


class Index:
    """Columns of numbers over a fixed list of articles; safe to read from several threads."""

    def __init__(self, packed: Packed) -> None:
        columns: dict[str, NDArray[Any]] = dict(packed.columns)
        self.decoder = Decoder(packed)
        self._keys, self._bares = Vocabulary(packed.words["keys"]), Vocabulary(packed.words["bares"])
        self.below = Postings(columns, "below", len(self._keys))
        self.article = Postings(columns, "article", len(self._bares))
        self.heading = Postings(columns, "heading", len(self._keys))
        self.document = Postings(columns, "document", len(self._keys))
        self.lines, self.line_ends = columns["lines"], columns["line.ends"]
        self.plain_of, self.first = columns["plain"], columns["first"]
        self.clauses, self.length = columns["clauses"], columns["length"]
        self.document_of = columns["document_of"]
        self.numbers = np.array(packed.words["numbers"])
        self._leads, self._lead_of = columns["leads"], columns["lead.of"]
        self.size = len(self.first)
        begins = np.flatnonzero(np.diff(self.document_of, prepend=-1))
        self.place = np.arange(self.size) - np.repeat(begins, np.diff(begins, append=self.size))
        self.place = np.minimum(self.place, _PLACES).astype(np.float32)
        self.known_words, self.known_bares = len(self._keys), len(self._bares)
        ends = columns["name.ends"].tolist()
        self._names: dict[int, list[tuple[int, list[int]]]] = {}
        for at, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            name = columns["names"][start : end - 1].tolist()
            if name:
                self._names.setdefault(name[0], []).append((at, name))

    @staticmethod
    def of(articles: Sequence[Article]) -> "Index":
        """The index of these articles, in memory."""
        return Index(build(articles))

    def marked(self, decoded: Iterable[str]) -> Ids:
        """The numbers of decoded words."""
        return self._keys.ids(decoded)

    def bare(self, decoded: Iterable[str]) -> Ids:
        """The numbers of decoded words without marks."""
        return self._bares.ids(bare(self.decoder.shown(word)) for word in decoded)

    def plain(self, text: str) -> Ids:
        return self._bares.ids(map(bare, words(text)))

    def best(self, clauses: Scores) -> Scores:
        """An article's best clause."""
        return np.maximum.reduceat(clauses, self.first) if self.size else clauses

    def defined(self, question: Ids) -> tuple[Scores, Scores]:
        """For every article, how many words of the question it defines ("Lợi tức là …"): anywhere, at its start."""
        anywhere, start = np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
        for length in range(1, min(_LEAD, len(question)) + 1):
            found = codes(question, length)
            left = np.searchsorted(self._leads, found, "left")
            right = np.searchsorted(self._leads, found, "right")
            for at in np.flatnonzero(right > left):
                owners = self._lead_of[left[at] : right[at]]
                anywhere[owners] = length
                if at == 0:
                    start[owners] = length
        return anywhere, start

    def named(self, question: Ids) -> dict[int, tuple[int, int]]:
        """The documents that the question (bare words) names by their whole name, with where: start and end."""
        text = question.tolist()
        out: dict[int, tuple[int, int]] = {}
        for at, word in enumerate(text):
            for document, name in self._names.get(word, ()):
                if text[at : at + len(name)] == name:
                    out[document] = (at, at + len(name))
        return out
