"""From a question to the articles that may answer it, each with what speaks for it, as numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.policy.index import Index
from bot.policy.postings import Ids, Scores
from bot.policy.trees import Floats, Model, chance
from bot.policy.words import bare, keys

Mask = NDArray[np.bool_]
_EACH = 25
"""How many candidates each way of looking names."""
_VIEWS = ("below", "alone", "article", "heading", "three", "document", "raw")
_NAMES_CANDIDATES = ("below", "alone", "article", "heading", "raw")
_ARTICLE = re.compile(r"\bdieu (\d+[a-z]?)\b")
_ASKING = frozenset(
    tuple(keys(phrase))
    for phrase in """đúng hay sai|là đúng hay sai|đúng không|có đúng không|phải không|có phải không|hay không
như thế nào|thế nào|là gì|bao nhiêu|bao lâu|khi nào|nào sau đây|sau đây|theo quy định của|theo quy định
cho tôi hỏi|tôi muốn hỏi|xin hỏi|cho hỏi|đồng chí cho biết|ra sao|làm sao|là bao nhiêu""".replace(
        "\n", "|"
    ).split("|")
)
_LONGEST = max(map(len, _ASKING))
FEATURES = (
    *(f"{view} {what}" for view in _VIEWS for what in ("share of best", "a word", "lead", "rank")),
    *(f"{view} held" for view in ("below", "alone", "article", "heading", "three")),
    *("sum of clauses", "heading asked", "defined", "defined first", "document named", "a document named"),
    *("best of document", "share in document", "article number", "length", "clauses", "words"),
)
SURE = (
    *("chance", "second chance", "lead", "sum of chances", "held", "held in heading", "heading asked"),
    *("held in article", "held by all", "words", "unknown words", "document named", "a document named"),
    *("below a word", "article a word", "third chance", "three held", "foreign"),
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles (by place in the index) and their features, one row each; `clause` is each one's best clause."""

    rows: NDArray[np.int64]
    features: Floats
    clause: NDArray[np.int64]
    held_by_all: float
    unknown: float
    foreign: float
    words: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """Articles, the best first, with their chances; how sure the first is the answer."""

    rows: NDArray[np.int64]
    chances: Floats
    clauses: NDArray[np.int64]
    sure: float


@dataclass(frozen=True, slots=True)
class Look:
    """All ways of looking at all articles for one question; `candidates` picks from it."""

    views: dict[str, Scores]
    held: dict[str, Scores]
    below: Scores
    total: Scores
    asked: float
    marked: Ids
    plain: Ids
    decoded: Sequence[str]
    foreign: float


def _without_asking(decoded: Sequence[str]) -> Sequence[str]:
    """The words that say what is asked about; all of them when nothing else is left."""
    out: list[str] = []
    at = 0
    while at < len(decoded):
        size = next((n for n in range(_LONGEST, 0, -1) if tuple(decoded[at : at + n]) in _ASKING), 0)
        if not size:
            out.append(decoded[at])
        at += size or 1
    return out or decoded


def look(index: Index, question: str, decoded: Sequence[str]) -> Look:
    """Scores every article in every way, by the words that are not there only to ask."""
    marked, plain = index.question(_without_asking(decoded))
    raw = index.plain(question)
    below, below_held = index.below.scores(marked)
    alone, alone_held = index.alone.scores(plain)
    three, three_held = index.three.scores(marked)
    article, article_held = index.article.scores(plain)
    heading, heading_held = index.heading.scores(marked)
    changed = len(raw) != len(plain) or bool((raw != plain).any())
    views = {
        "below": index.best(below),
        "alone": index.best(alone),
        "article": article,
        "heading": heading,
        "three": index.best(three),
        "document": index.document.scores(marked)[0][index.document_of],
        "raw": index.article.scores(raw)[0] if changed else article,
    }
    held = {
        "below": index.best(below_held),
        "alone": index.best(alone_held),
        "article": article_held,
        "heading": heading_held,
        "three": index.best(three_held),
    }
    asked = index.heading.columns(marked)[1]
    return Look(
        views, held, below, index.total(alone), asked, marked, plain, decoded, index.decoder.foreign(question)
    )


def candidates(index: Index, seen: Look, hidden: Mask | None = None) -> Candidates:
    """The best of every way of looking, without the hidden articles."""
    shown = np.ones(len(index.articles), bool) if hidden is None else ~hidden
    marked, plain, decoded, below = seen.marked, seen.plain, seen.decoded, seen.below
    found = {view: scores * shown for view, scores in seen.views.items()}
    size = int(shown.sum())
    each = min(_EACH, size)
    named: set[int] = set()
    for view in _NAMES_CANDIDATES:
        score = found[view]
        best = np.argpartition(-score, each - 1)[:each] if each else np.zeros(0, np.int64)
        named.update(best[score[best] > 0].tolist())
    rows = np.array(sorted(named), np.int64)
    words = max(1, len(decoded))
    columns: list[NDArray[np.generic]] = []
    for view in _VIEWS:
        columns += _of_view(found[view][rows], words)
    held = {view: scores[rows] for view, scores in seen.held.items()}
    columns += held.values()
    total = seen.total[rows]
    columns += [total / max(float(total.max(initial=0)), 1e-6)]
    columns += [held["heading"] * seen.asked / np.maximum(index.heading.total[rows], 1e-6)]
    anywhere, first = index.defined(marked)
    columns += [anywhere[rows], first[rows]]
    names = index.named(plain)
    columns += [names[index.document_of[rows]], np.full(len(rows), names.any())]
    of_document = np.zeros(len(index.documents), np.float32)
    np.maximum.at(of_document, index.document_of, found["article"])
    best_there = of_document[index.document_of[rows]]
    columns += [best_there / max(float(of_document.max(initial=0)), 1e-6)]
    columns += [found["article"][rows] / np.maximum(best_there, 1e-6)]
    number = _ARTICLE.search(" ".join(bare(index.decoder.shown(word)) for word in decoded))
    columns += [np.where(index.numbers[rows] == number[1], 1, -1) if number else np.zeros(len(rows))]
    columns += [index.length[rows], index.clauses[rows], np.full(len(rows), words)]
    matrix = (
        np.column_stack(columns).astype(np.float32) if len(rows) else np.zeros((0, len(FEATURES)), np.float32)
    )
    clause = np.array(
        [
            int(index.first[row])
            + int(np.argmax(below[index.first[row] : index.first[row] + int(index.clauses[row])]))
            for row in rows
        ],
        np.int64,
    )
    return Candidates(
        rows,
        matrix,
        clause,
        held_by_all=float(np.max(held["article"], initial=0)),
        unknown=float(np.mean([word > index.known_words for word in marked.tolist()]))
        if len(marked)
        else 1.0,
        foreign=seen.foreign,
        words=words,
    )


def _of_view(scores: Scores, words: int) -> list[Scores]:
    """Beside the best, by the question's length, beside the best other, and by rank."""
    if not len(scores):
        return [scores] * 4
    top = float(scores.max()) or 1.0
    order = np.sort(scores)[::-1]
    second = order[1] if len(order) > 1 else np.float32(0)
    lead = (scores - np.where(scores == order[0], second, order[0])) / top
    place = np.empty(len(scores), np.float32)
    place[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return [
        scores / np.float32(top),
        scores / np.float32(words**0.7),
        lead.astype(np.float32),
        1 / (3 + place),
    ]


_AT = {name: place for place, name in enumerate(FEATURES)}


def sure_features(found: Candidates, order: NDArray[np.int64], chances: Floats) -> Floats:
    """What tells whether the first of the order is the answer (one row, see SURE)."""
    top = found.features[order[0]]
    p = [float(chances[order[at]]) if at < len(order) else 0.0 for at in range(3)]
    return np.array(
        [
            *(p[0], p[1], p[0] - p[1], float(chances.sum())),
            *(
                top[_AT["below held"]],
                top[_AT["heading held"]],
                top[_AT["heading asked"]],
                top[_AT["article held"]],
            ),
            *(found.held_by_all, found.words, found.unknown),
            *(top[_AT["document named"]], top[_AT["a document named"]]),
            *(
                top[_AT["below a word"]],
                top[_AT["article a word"]],
                p[2],
                top[_AT["three held"]],
                found.foreign,
            ),
        ],
        np.float32,
    )


def chances_of(model: Model, found: Candidates) -> Floats:
    """The chance of every candidate, by all forests together."""
    odds = sum((forest.odds(found.features) for forest in model.rank), np.zeros(len(found.rows), np.float32))
    return chance(odds / len(model.rank))


def rank(
    index: Index, model: Model, question: str, decoded: Sequence[str], hidden: Mask | None = None
) -> Ranked:
    """Candidates in the model's order."""
    found = candidates(index, look(index, question, decoded), hidden)
    if not len(found.rows):
        return Ranked(found.rows, np.zeros(0, np.float32), found.clause, 0.0)
    chances = chances_of(model, found)
    order = np.argsort(-chances, kind="stable")
    features = sure_features(found, order, chances)[None, :]
    odds = sum(float(forest.odds(features)[0]) for forest in model.sure) / len(model.sure)
    return Ranked(found.rows[order], chances[order], found.clause[order], float(chance(np.array([odds]))[0]))
