"""BM25 over runs of words, kept as numbers: a word is a small id, a run of words one 32-bit code.

Everything a query adds up is computed when indexing, a column a code, the way of Lu, "BM25S" (2024); written on
NumPy here because ranking needs the plain coverage from the same columns, 100,000 clauses must not take minutes,
and the arrays must lie in a file as they are. Two codes in 2^32 may fall together; a question then meets one
wrong text among thousands, which no order depends on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Codes = NDArray[np.uint32]
Scores = NDArray[np.float32]
Columns = Mapping[str, NDArray[Any]]
_BASE, _MIX = np.uint64(1_000_003), np.uint64(0x9E3779B97F4A7C15)
_HALF, _ONE = np.uint64(32), np.uint64(1)
_K1 = 1.2
_NONE = -1
_COMMON = 20_000
"""Texts that may hold a word that still counts."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts one after another, each followed by a 0; `ends` are the places after the zeros."""

    words: Ids
    ends: NDArray[np.int64]

    @staticmethod
    def of(texts: Sequence[Sequence[Ids]]) -> "Texts":
        """Each text given as parts."""
        sizes = np.array([sum(map(len, parts)) + 1 for parts in texts], np.int64)
        ends = np.cumsum(sizes)
        words = np.zeros(int(sizes.sum()), np.int32)
        for end, size, parts in zip(ends.tolist(), sizes.tolist(), texts, strict=True):
            at = end - size
            for part in parts:
                words[at : at + len(part)] = part
                at += len(part)
        return Texts(words, ends)


def codes(words: Ids, length: int) -> Codes:
    """The code of every run of `length` words, by its start; 0 where it would hold word 0 (the separator)."""
    size = max(0, len(words) - length + 1)
    out = words[:size].astype(np.uint64)
    out += _BASE * np.uint64(length)
    for at in range(1, length):
        out *= _BASE
        out += words[at : at + size].astype(np.uint64)
    out *= _MIX
    out >>= _HALF
    np.maximum(out, _ONE, out=out)
    for at in () if words.all() else range(length):
        out[words[at : at + size] == 0] = 0
    return out.astype(np.uint32)


def _different(runs: NDArray[Any]) -> NDArray[Any]:
    """In order, without 0."""
    found = np.sort(runs)
    new: NDArray[np.bool_] = found != 0
    new[1:] &= found[1:] != found[:-1]
    return found[new]


@dataclass(frozen=True, slots=True)
class Doubts:
    """Words that may be meant in place of the question's: each between its neighbours, then a 0; odds of each."""

    words: Ids
    odds: Scores

    @staticmethod
    def of(words: Ids, others: Iterable[tuple[int, int, float]]) -> "Doubts":
        """`others`: a place in `words`, the word that may be meant there, how likely beside it (0 to 1)."""
        out: list[int] = []
        odds: list[float] = []
        for at, other, likely in others:
            out += [*words[max(0, at - 1) : at].tolist(), other, *words[at + 1 : at + 2].tolist(), 0]
            odds += [likely] * (len(out) - len(odds))
        return Doubts(np.array(out, np.int32), np.array(odds, np.float32))


class Postings:
    """For every text its BM25 (Robertson) and the summed rarity of the question's codes it holds."""

    def __init__(self, columns: Columns, name: str, vocabulary: int) -> None:
        """From the columns that `indexed` made under this name, of words up to the number `vocabulary`."""
        self.size = int(columns[f"{name}.size"][0])
        self.codes = [columns[f"{name}.codes.1"], columns[f"{name}.codes.2"]]
        self.starts = [columns[f"{name}.starts.1"], columns[f"{name}.starts.2"]]
        self.rows = [columns[f"{name}.rows.1"], columns[f"{name}.rows.2"]]
        self.weights = [columns[f"{name}.weights.1"], columns[f"{name}.weights.2"]]
        self.rare = [_rarity(np.diff(starts.astype(np.int64)), self.size) for starts in self.starts]
        self.total: Scores = columns[f"{name}.total"]
        self.unknown = float(np.log1p((self.size + 0.5) / 0.5))
        self._single = np.full(vocabulary + 2, _NONE)  # by word, the separator and an unknown one too
        self._single[1:-1] = self._column(codes(np.arange(1, vocabulary + 1, dtype=np.int32), 1), 0)

    def found(
        self, words: Ids, doubts: Doubts | None = None
    ) -> tuple[list[tuple[NDArray[np.int64], Scores, Scores]], float]:
        """For single words and pairs, the known columns, their rarity and odds (1 but for what may be meant).

        And the summed rarity of the question's own, known or not.
        """
        out, whole = [], 0.0
        for at, rarity in enumerate(self.rare):
            wanted = _different(words if at == 0 else codes(words, 2))
            place = self._places(wanted, at)
            place = np.sort(place[place != _NONE])  # by code: what is added up then always rounds alike
            rare = rarity[place]
            odds = np.ones(len(place), np.float32)
            whole += float(rare.sum()) + self.unknown * (len(wanted) - len(place))
            if doubts is not None and len(doubts.words):
                meant = doubts.words if at == 0 else codes(doubts.words, 2)
                other = self._places(meant, at)
                known = (other != _NONE) & ~(meant[:, None] == wanted).any(axis=1)
                other, likely = other[known], doubts.odds[: len(meant)][known]
                place, odds = np.append(place, other), np.append(odds, likely)
                rare = np.append(rare, rarity[other] * likely)
            out.append((place, rare, odds))
        return out, whole

    def _places(self, wanted: NDArray[Any], at: int) -> NDArray[np.int64]:
        """Each one's column: of words (0) or of codes of pairs (1)."""
        return self._single[wanted] if at == 0 else self._column(wanted, at)

    def _column(self, wanted: Codes, at: int) -> NDArray[np.int64]:
        known = self.codes[at]
        if not len(known):
            return np.full(len(wanted), _NONE)
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[place] == wanted, place, _NONE)

    def worth(self, words: Ids) -> Scores:
        """The rarity of each word, in order."""
        place = self._single[words]
        return np.where(place == _NONE, self.unknown, np.append(self.rare[0], 0)[place]).astype(np.float32)

    def scores(self, words: Ids, doubts: Doubts | None = None) -> tuple[Scores, Scores, float]:
        """BM25 and share of the question's rarity held, of every text; the question's rarity."""
        where, weights, sizes, rare, whole = self._columns(words, doubts)
        held = np.bincount(where, np.repeat(rare, sizes), self.size)
        return self._summed(where, weights), (held / (whole or 1.0)).astype(np.float32), whole

    def bm25(self, words: Ids) -> Scores:
        """The first of `scores` alone."""
        where, weights, *_rest = self._columns(words)
        return self._summed(where, weights)

    def _summed(self, where: NDArray[np.int64], weights: NDArray[np.float64]) -> Scores:
        return np.bincount(where, weights, self.size).astype(np.float32)

    def _columns(
        self, words: Ids, doubts: Doubts | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], list[int], list[float], float]:
        """The question's columns one after another: texts, weights; each one's size and rarity; the whole rarity."""
        columns, whole = self.found(words, doubts)
        rows: list[NDArray[Any]] = [np.zeros(0, np.uint32)]
        weights: list[NDArray[Any]] = [np.zeros(0, np.float16)]
        sizes, rare = [], []
        for at, (places, *of) in enumerate(columns):
            starts, of_rows, of_weights = self.starts[at], self.rows[at], self.weights[at]
            bounds = (each.tolist() for each in (starts[places], starts[places + 1], *of))
            for start, end, worth, odds in zip(*bounds, strict=True):
                if end - start <= _COMMON:  # in a large corpus its commonest words cost most and say least
                    rows.append(of_rows[start:end])
                    found = of_weights[start:end]
                    weights.append(found if odds == 1 else found * np.float32(odds))
                    sizes.append(end - start)
                    rare.append(worth)
        return (
            np.concatenate(rows, dtype=np.int64, casting="unsafe"),
            np.concatenate(weights, dtype=np.float64, casting="unsafe"),
            sizes,
            rare,
            whole,
        )


def _rarity(held: NDArray[Any], size: int) -> Scores:
    return np.log1p((size - held + 0.5) / (held + 0.5)).astype(np.float32)


def indexed(name: str, texts: Texts, b: float = 0.75) -> dict[str, NDArray[Any]]:
    """The columns of single words and pairs of these texts."""
    size = len(texts.ends)
    owner = np.repeat(np.arange(size, dtype=np.uint32), np.diff(texts.ends, prepend=0))
    out: dict[str, NDArray[Any]] = {f"{name}.size": np.array([size], np.int64)}
    counted: list[NDArray[np.uint8]] = []
    length = np.zeros(size)
    for runs in (1, 2):
        # Sorted in place and let go of early: what is in hand at once decides how much memory indexing takes.
        found = codes(texts.words, runs)
        places = found.astype(np.uint64)
        places <<= np.uint64(32)
        places += owner[: len(found)]
        places = places[found != 0]
        del found
        places.sort()
        new = np.ones(len(places), bool)
        np.not_equal(places[1:], places[:-1], out=new[1:])
        first = np.flatnonzero(new)
        times = np.diff(first, append=len(places))
        places = places[first]
        del first, new
        rows = (places & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        places >>= np.uint64(32)
        every = places.astype(np.uint32)
        del places
        starts = np.flatnonzero(np.diff(every, prepend=np.uint32(0)))
        out[f"{name}.codes.{runs}"] = every[starts]
        out[f"{name}.starts.{runs}"] = np.append(starts, len(every)).astype(np.uint32)
        out[f"{name}.rows.{runs}"] = rows
        del every
        counted.append(np.minimum(times, 255).astype(np.uint8))
        length += np.bincount(rows, times, size)
    usual = max(1.0, float(length.mean()) if size else 1.0)
    norm = (_K1 * (1 - b + b * length / usual)).astype(np.float32)
    total = np.zeros(size)
    for runs, count in zip((1, 2), counted, strict=True):
        rows = out[f"{name}.rows.{runs}"]
        held = np.diff(out[f"{name}.starts.{runs}"])
        rare = np.repeat(_rarity(held, size), held)
        total += np.bincount(rows, rare, size)
        times = count.astype(np.float32)
        rare *= times * np.float32(1 + _K1)
        times += norm[rows]
        rare /= times
        out[f"{name}.weights.{runs}"] = rare.astype(np.float16)
    out[f"{name}.total"] = total.astype(np.float32)
    return out


class Vocabulary:
    """Numbers for words; 0 separates, unknown words of questions get a number no text has."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._ids: dict[str, int] = {word: at for at, word in enumerate(known, 1)}

    def __len__(self) -> int:
        return len(self._ids)

    def words(self) -> list[str]:
        """In the order of their numbers."""
        return list(self._ids)

    def learn(self, words: Iterable[str]) -> Ids:
        ids = self._ids
        return np.array([ids.setdefault(word, len(ids) + 1) for word in words], np.int32)

    def ids(self, words: Iterable[str]) -> Ids:
        unknown = len(self._ids) + 1
        return np.array([self._ids.get(word, unknown) for word in words], np.int32)
