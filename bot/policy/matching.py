"""Reads the candidates' own words beside the question's: the longest run they share, the best line, the heading.

Exact, and only for the few articles that are candidates: what postings of longer runs over every text would cost
much memory to tell.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.policy.index import Index
from bot.policy.postings import Ids, Scores

_LONGEST = 48  # words of a question that are read here


@dataclass(frozen=True, slots=True)
class Matches:
    """One value a candidate; worth is summed rarity of words."""

    run: Scores
    """Worth of the longest run of words shared with a line."""
    run_share: Scores
    """The same, beside the worth of the question's words."""
    line_held: Scores
    """Share of the worth of the question's words that the best line holds."""
    line_pairs: Scores
    """The same for pairs of neighbouring words."""
    line_asked: Scores
    """Share of the best line's words that the question has."""
    lines_held: Scores
    """Share of the worth of the question's words that all lines together hold."""
    heading_run: Scores
    heading_run_share: Scores
    heading_run_own: Scores
    """The longest run shared with the heading: its worth, beside the question's, beside the heading's length."""
    main_in_heading: Scores
    """Share of the worth of the question's words that the heading holds."""

    def columns(self) -> list[NDArray[np.generic]]:
        """In the order of FEATURES."""
        return [getattr(self, name) for name in self.__slots__]


def match(index: Index, rows: NDArray[np.int64], rest: Ids, main: Ids) -> Matches:
    """The candidates `rows` beside the question's bare words: `rest` for lines, `main` for headings."""
    rest, main = rest[:_LONGEST], main[:_LONGEST]
    same = len(main) == len(rest)
    asked = rest if same else np.concatenate([rest, main])
    worth = index.article.worth(rest)
    # Lines of an article stand together, the heading first.
    first, count = _lines(index, rows)
    lines = ranges(first, count)
    line_size = index.line_ends[lines] - np.where(lines > 0, index.line_ends[np.maximum(lines, 1) - 1], 0)
    at, _sizes = line_words(index, rows)
    line = np.repeat(np.arange(len(lines)), line_size)
    words = index.plain_of[index.lines[at]]
    wanted = np.zeros(index.known_bares + 2, bool)
    wanted[asked] = True
    wanted[[0, -1]] = False
    hit = np.flatnonzero(wanted[words])
    words, at, line = words[hit], at[hit], line[hit]
    follows = np.zeros(len(hit), bool)
    follows[1:] = at[1:] == at[:-1] + 1
    runs = _runs(words, follows, rest, worth)
    run = _line_max(runs, line, len(lines))
    unique, place = np.unique(rest, return_index=True)
    total = max(float(worth[place].sum()), 1e-6)
    slot = np.searchsorted(unique, words)
    slot = np.minimum(slot, max(0, len(unique) - 1))
    known = unique[slot] == words
    held = _held(line[known], slot[known], worth[place], len(lines))
    pair_of = rest[:-1].astype(np.int64) * len(wanted) + rest[1:]
    pairs, pair_place = np.unique(pair_of, return_index=True)
    pair_worth = (worth[:-1] + worth[1:])[pair_place]
    said = words[:-1].astype(np.int64) * len(wanted) + words[1:]
    slots = np.minimum(np.searchsorted(pairs, said), max(0, len(pairs) - 1))
    both = follows[1:] & (pairs[slots] == said) if len(pairs) else np.zeros(len(said), bool)
    paired = _held(line[1:][both], slots[both], pair_worth, len(lines))
    head = np.cumsum(count) - count
    body = np.ones(len(lines), bool)
    body[head] = False
    by_line = np.bincount(line[known], minlength=len(lines)) / np.maximum(line_size - 1, 1)
    joined = _held(np.repeat(np.arange(len(rows)), count)[line[known]], slot[known], worth[place], len(rows))
    mains = worth if same else index.article.worth(main)
    top_line = ~body[line]
    spoken, goes_on, heads = words[top_line], follows[top_line], line[top_line]
    head_runs = runs[top_line] if same else _runs(spoken, goes_on, main, mains)
    head_run = _line_max(head_runs, heads, len(lines))[head]
    ones = np.ones(len(main), np.float32)
    length_run = _line_max(_runs(spoken, goes_on, main, ones), heads, len(lines))[head]
    main_unique, main_place = np.unique(main, return_index=True)
    main_total = max(float(mains[main_place].sum()), 1e-6)
    main_slot = np.minimum(np.searchsorted(main_unique, spoken), max(0, len(main_unique) - 1))
    in_main = main_unique[main_slot] == spoken
    of_main = _held(heads[in_main], main_slot[in_main], mains[main_place], len(lines))[head]

    def best(values: NDArray[Any]) -> Scores:
        return np.maximum.reduceat(np.where(body, values, 0), head).astype(np.float32)

    whole = max(float(worth.sum()), 1e-6)
    top = held + paired
    most = np.maximum.reduceat(np.where(body, top, 0), head)
    is_top = body & (top == np.repeat(most, count))
    return Matches(
        best(run),
        best(run) / np.float32(whole),
        best(held) / np.float32(total),
        best(paired) / np.float32(max(float(pair_worth.sum()), 1e-6)),
        np.maximum.reduceat(np.where(is_top, by_line, 0), head).astype(np.float32),
        (joined / total).astype(np.float32),
        head_run,
        head_run / np.float32(max(float(mains.sum()), 1e-6)),
        length_run / np.maximum(line_size[head] - 1, 1).astype(np.float32),
        (of_main / main_total).astype(np.float32),
    )


def _lines(index: Index, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each article's first line and how many it has, its heading among them."""
    return index.first[rows] + rows, index.clauses[rows].astype(np.int64) + 1


def line_words(index: Index, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places in `index.lines` of all words of these articles, and how many each has (separators too)."""
    first, count = _lines(index, rows)
    starts = np.where(first > 0, index.line_ends[np.maximum(first, 1) - 1], 0)
    sizes = index.line_ends[first + count - 1] - starts
    return ranges(starts, sizes), sizes


def ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of all ranges, one after another."""
    before = np.cumsum(sizes) - sizes
    return np.asarray(np.arange(int(sizes.sum())) + np.repeat(starts - before, sizes), np.int64)


def _runs(words: Ids, follows: NDArray[np.bool_], question: Ids, worth: Scores) -> Scores:
    """For every word, the worth of the longest shared run that ends there."""
    order = np.argsort(words, kind="stable")
    there = words[order]
    starts, ends = np.searchsorted(there, question, "left"), np.searchsorted(there, question, "right")
    best = np.zeros(len(words), np.float32)
    run = np.zeros(len(words) + 1, np.float32)  # by place after the run
    last = order[:0]
    for start, end, value in zip(starts.tolist(), ends.tolist(), worth, strict=True):
        if start == end:  # a word that none of them has
            run[last] = 0
            last = order[:0]
            continue
        at = order[start:end]
        now = run[at] * follows[at] + value
        best[at] = np.maximum(best[at], now)
        run[last] = 0
        last = at + 1
        run[last] = now
    return best


def _line_max(values: Scores, line: NDArray[np.int64], size: int) -> Scores:
    out = np.zeros(size, np.float32)
    if len(values):
        starts = np.flatnonzero(np.diff(line, prepend=-1))
        out[line[starts]] = np.maximum.reduceat(values, starts)
    return out


def _held(line: NDArray[np.int64], slot: NDArray[np.int64], worth: Scores, size: int) -> NDArray[np.float64]:
    """For every line, the worth of the different slots it has."""
    if not len(line):
        return np.zeros(size)
    seen = np.zeros(size * len(worth), bool)
    seen[line * len(worth) + slot] = True
    different = np.flatnonzero(seen)
    held = np.bincount(different // len(worth), worth[different % len(worth)], size)
    return np.asarray(held, np.float64)
