"""BM25 over runs of words, kept as numbers: a word is a small id, a run of words one 64-bit code.

Everything a query adds up is computed when indexing, a column a code, the way of Lu, "BM25S" (2024); written on
NumPy here because ranking needs the plain coverage from the same columns and 100,000 clauses must not take minutes.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]
_BASE = np.int64(1_000_003)
_K1 = 1.2
_COMMON = 20_000
"""Texts that may hold a word that still counts."""


def codes(words: Ids, length: int) -> Ids:
    """The code of every run of `length` words, by its start; 0 where it would hold word 0 (the separator)."""
    size = max(0, len(words) - length + 1)
    out = np.full(size, length, np.int64)
    whole = np.ones(size, bool)
    with np.errstate(over="ignore"):
        for at in range(length):
            part = words[at : at + size]
            out = out * _BASE + part
            whole &= part != 0
    return np.where(whole, out, 0)


def bag(words: Ids, lengths: Sequence[int]) -> Ids:
    """The different codes of a text, without the separator's."""
    found = np.unique(np.concatenate([codes(words, length) for length in lengths]))
    return np.asarray(found[found != 0], np.int64)


class Postings:
    """For every bag of words its BM25 (Robertson) and the summed rarity of the query's codes it holds."""

    def __init__(self, texts: Sequence[Ids], lengths: Sequence[int], b: float = 0.75) -> None:
        self.size = len(texts)
        self.lengths = tuple(lengths)
        ends = np.array([len(text) + 1 for text in texts], np.int64)
        words = np.zeros(int(ends.sum()), np.int64)
        starts = np.cumsum(ends) - ends
        for start, text in zip(starts, texts, strict=True):
            words[start : start + len(text)] = text
        row_of = np.repeat(np.arange(self.size, dtype=np.int32), ends)
        found = [codes(words, length) for length in lengths]
        rows = np.concatenate([row_of[: len(part)] for part in found])
        flat = np.concatenate(found)
        del found, row_of, words
        kept = flat != 0
        flat, rows = flat[kept], rows[kept]
        self.codes = np.unique(flat)
        # Sorted in place and let go of early: what is in hand at once decides how much memory indexing takes.
        places = np.searchsorted(self.codes, flat)
        del flat, kept
        places *= max(1, self.size)
        places += rows
        del rows
        places.sort()
        first = np.flatnonzero(np.diff(places, prepend=-1))
        times = np.diff(first, append=len(places)).astype(np.float32)
        places = places[first]
        columns = (places // max(1, self.size)).astype(np.int32)
        rows = (places % max(1, self.size)).astype(np.int32)
        del places, first
        length = np.bincount(rows, weights=times, minlength=self.size)
        held = np.bincount(columns, minlength=len(self.codes))
        self.rarity = np.log1p((self.size - held + 0.5) / (held + 0.5)).astype(np.float32)
        usual = max(1.0, float(length.mean()) if self.size else 1.0)
        norm = (_K1 * (1 - b + b * length / usual)).astype(np.float32)
        self.weights = (self.rarity[columns] * times * (1 + _K1) / (times + norm[rows])).astype(np.float32)
        self.rows = rows
        self.starts = np.concatenate([[0], np.cumsum(held)])
        self.unknown = float(np.log1p((self.size + 0.5) / 0.5))
        self.total = np.bincount(rows, weights=self.rarity[columns], minlength=self.size).astype(np.float32)

    def columns(self, words: Ids) -> tuple[Ids, float]:
        """The columns of a question's codes, and the summed rarity of all its codes, known or not."""
        wanted = bag(words, self.lengths)
        if not len(self.codes):
            return np.zeros(0, np.int64), self.unknown * len(wanted)
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        known = at[self.codes[at] == wanted]
        whole = float(self.rarity[known].sum()) + self.unknown * (len(wanted) - len(known))
        return known, whole

    def scores(self, words: Ids) -> tuple[Scores, Scores]:
        """(BM25, share of the question's rarity held) of every text."""
        columns, whole = self.columns(words)
        if not len(columns):
            return np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
        sizes = self.starts[columns + 1] - self.starts[columns]
        if (rare := sizes <= _COMMON).any():  # in a large corpus its commonest words cost most and say least
            columns, sizes = columns[rare], sizes[rare]
        rows = np.concatenate([self.rows[self.starts[c] : self.starts[c + 1]] for c in columns])
        weights = np.concatenate([self.weights[self.starts[c] : self.starts[c + 1]] for c in columns])
        bm25 = np.bincount(rows, weights, self.size)
        held = np.bincount(rows, np.repeat(self.rarity[columns], sizes), self.size)
        return bm25.astype(np.float32), (held / (whole or 1.0)).astype(np.float32)


class Vocabulary:
    """Numbers for words; 0 separates, unknown words of questions get a number no text has."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def learn(self, words: Iterable[str]) -> Ids:
        ids = self._ids
        return np.array([ids.setdefault(word, len(ids) + 1) for word in words], np.int64)

    def ids(self, words: Iterable[str]) -> Ids:
        unknown = len(self._ids) + 1
        return np.array([self._ids.get(word, unknown) for word in words], np.int64)
