"""The index of all articles: what ranking looks at, for every article at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.policy.decoder import Decoder
from bot.policy.postings import Ids, Postings, Scores, Vocabulary, codes
from bot.policy.words import bare, key, words

_POINT = re.compile(r"\s*[a-zđ]{1,2}\)", re.IGNORECASE)
_LABEL = re.compile(r"\s*(\d+[a-z]?[.)]|[a-zđ]{1,2}\)|-)\s*", re.IGNORECASE)
_LEAD = 8  # words before "là" in "Vật phụ là …" that can be what the clause defines


@dataclass(frozen=True, slots=True)
class Article:
    """What the index needs of one article: `number` as printed ("12a"), `text` with a clause a line."""

    id: str
    document: str
    number: str
    heading: str
    text: str


class Index:
    """Columns of numbers over a fixed list of articles; safe to read from several threads."""

    def __init__(self, articles: Sequence[Article], decoder: Decoder | None = None) -> None:
        self.articles = articles
        self.decoder = decoder or Decoder(
            line for a in articles for line in (a.document, a.heading, *a.text.split("\n"))
        )
        self._keys, self._bares = Vocabulary(), Vocabulary()
        self._bare_of = [0]
        head = [(self._learn(a.document), self._learn(a.heading)) for a in articles]
        owner: list[int] = []
        lines: list[Ids] = []
        parents: list[Ids] = []
        defined: list[tuple[int, int]] = []
        is_word = self._learn("là")[0]
        for at, article in enumerate(articles):
            above = np.zeros(0, np.int64)
            for line in article.text.split("\n"):
                found = self._learn(_LABEL.sub("", line, count=1))
                owner.append(at)
                lines.append(found)
                if _POINT.match(line):
                    parents.append(above)
                else:
                    parents.append(np.zeros(0, np.int64))
                    above = found
                if (end := np.flatnonzero(found[: _LEAD + 1] == is_word)).size and end[0]:
                    defined.append((int(codes(found[: end[0]], int(end[0]))[0]), at))
        self._plain = np.array(self._bare_of, np.int64)
        counts = np.bincount(owner, minlength=len(articles)) if owner else np.zeros(0, np.int64)
        self.first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        self.owner = np.array(owner, np.int64)
        join = np.concatenate
        whole = [
            join([*h, *(lines[self.first[at] : self.first[at] + counts[at]])]) for at, h in enumerate(head)
        ]
        twice = [self._plain[join([h[1], text])] for h, text in zip(head, whole, strict=True)]
        below = [join([*head[o], p, line]) for o, p, line in zip(owner, parents, lines, strict=True)]
        self.below = Postings(below, (1, 2))
        self.alone = Postings([self._plain[line] for line in lines], (1, 2))
        self.article = Postings(twice, (1, 2))
        self.heading = Postings([h[1] for h in head], (1, 2), b=0.3)
        self.three = Postings(lines, (3,), b=0.3)
        names = sorted({a.document for a in articles})
        number = {name: at for at, name in enumerate(names)}
        self.documents = names
        self.document_of = np.array([number[a.document] for a in articles])
        self.document = Postings([self._learn(name) for name in names], (1, 2))
        self.names = [self._plain[self._learn(name)] for name in names]
        self.numbers = np.array([a.number for a in articles])
        self.known_words = len(self._bare_of) - 1
        self.length = np.log1p([len(text) for text in whole]).astype(np.float32)
        self.clauses = counts.astype(np.float32)
        order = np.argsort([code for code, _at in defined], kind="stable")
        self._leads = np.array([code for code, _at in defined], np.int64)[order]
        self._lead_of = np.array([at for _code, at in defined], np.int64)[order]

    def _learn(self, text: str) -> Ids:
        typed = words(text)
        found = self._keys.learn(map(key, typed))
        for at, word in zip(found, typed, strict=True):
            if at == len(self._bare_of):
                self._bare_of.append(int(self._bares.learn([bare(word)])[0]))
        return found

    def question(self, decoded: Iterable[str]) -> tuple[Ids, Ids]:
        """(marked, bare) numbers of the words of a decoded question."""
        marked = list(decoded)
        return self._keys.ids(marked), self._bares.ids(bare(self.decoder.shown(word)) for word in marked)

    def plain(self, text: str) -> Ids:
        return self._bares.ids(map(bare, words(text)))

    def best(self, clauses: Scores) -> Scores:
        """An article's best clause."""
        return np.maximum.reduceat(clauses, self.first)

    def total(self, clauses: Scores) -> Scores:
        return np.add.reduceat(clauses, self.first)

    def defined(self, question: Ids) -> tuple[Scores, Scores]:
        """For every article, how many words of the question it defines ("Lợi tức là …"): anywhere, at its start."""
        anywhere, start = np.zeros(len(self.articles), np.float32), np.zeros(len(self.articles), np.float32)
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

    def named(self, question: Ids) -> NDArray[np.bool_]:
        """Which documents the question names by their whole name (bare words)."""
        text = question.tolist()
        return np.array([_within(name.tolist(), text) for name in self.names], bool)


def _within(part: list[int], whole: list[int]) -> bool:
    size = len(part)
    return any(whole[at : at + size] == part for at in range(len(whole) - size + 1))
