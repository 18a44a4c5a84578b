"""How the rules at hand write a word that was typed without its marks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.policy.index import Index
from bot.policy.matching import line_words, ranges
from bot.policy.postings import Ids, Scores

_READ = 8
"""Articles that are read."""
_NEIGHBOUR = 2.0
"""A word beside the same word as in the question counts so much more, on either side."""
_LEAST = 0.5
"""The share of what is written that another form must have to be asked for: as much as the decoder's."""


class Form(NamedTuple):
    """Another marked form: its place in the question, its number, how likely it is meant (0 to 1)."""

    place: int
    word: int
    odds: float


def other_forms(index: Index, marked: Ids, bare: Ids, scores: Scores) -> list[Form]:
    """Forms that the articles best by `scores` (found without marks) write more often than the question's."""
    best = np.argpartition(-scores, _READ)[:_READ] if len(scores) > _READ else np.arange(len(scores))
    best = best[scores[best] > 0]
    if not len(best) or not len(bare):
        return []
    at, sizes = line_words(index, best)
    written = index.lines[at]
    plain = index.plain_of[written]
    worth = np.repeat(scores[best] / scores.max(), sizes)
    place, found = _same(plain, bare, index.known_bares)
    before, after = np.append(0, bare[:-1])[place], np.append(bare[1:], 0)[place]
    beside = (plain[np.maximum(found - 1, 0)] == before).astype(np.float32)
    beside += plain[np.minimum(found + 1, len(plain) - 1)] == after
    wide = index.known_words + 2
    forms, slot = np.unique(place * wide + written[found], return_inverse=True)
    often = np.bincount(slot, worth[found] * (1 + _NEIGHBOUR * beside), len(forms))
    of, word = forms // wide, forms % wide
    as_read = word == marked[of]
    own = np.zeros(len(bare))
    own[of[as_read]] = often[as_read]
    odds = often / (often + own[of])
    other = np.flatnonzero(~as_read & (odds > _LEAST))
    return [Form(int(of[each]), int(word[each]), float(odds[each])) for each in other.tolist()]


def _same(plain: Ids, bare: Ids, known: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of a place in the question and a place in the texts with the same bare word."""
    wanted = np.zeros(known + 2, bool)
    wanted[bare] = True
    wanted[[0, -1]] = False
    hit = np.flatnonzero(wanted[plain])
    hit = hit[np.argsort(plain[hit], kind="stable")]
    sorted_words = plain[hit]
    start, end = np.searchsorted(sorted_words, bare, "left"), np.searchsorted(sorted_words, bare, "right")
    return np.repeat(np.arange(len(bare)), end - start), hit[ranges(start, end - start)]
