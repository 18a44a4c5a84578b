"""From a question to the articles that may answer it, each with what speaks for it, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.policy.asking import Asked, read
from bot.policy.index import Index
from bot.policy.matching import Matches, match
from bot.policy.postings import Doubts, Ids, Scores
from bot.policy.trees import Floats, Model, chance, odds_of
from bot.policy.written import other_forms

Mask = NDArray[np.bool_]
_EACH = 25
"""How many candidates each way of looking names."""
_CLOSER = 36
"""How many of them all are looked at more closely."""
_INSIDE = 15
"""And how many are taken of rules that the question names."""
_VIEWS = ("below", "article", "heading", "document", "raw")
_NAMES_CANDIDATES = ("below", "article", "heading", "raw")
_OF_VIEW = ("share of best", "a word", "lead", "rank")
_COMPARED = ("defined", "run", "line", "lines", "heading run", "main in heading")
FEATURES = (
    *(f"{view} {what}" for view in _VIEWS for what in _OF_VIEW),
    *(f"{view} held" for view in ("below", "article", "heading")),
    *("heading asked", "defined", "defined of question", "defined when asked", "document named"),
    *("best of document", "share in document", "article cited", "neighbour", "neighbour of best"),
    *("run", "run of question", "line held", "line pairs held", "line asked", "lines held"),
    *("heading run", "heading run of question", "heading run of heading", "main in heading"),
    *(f"{what} lead" for what in _COMPARED),
    *("length", "clauses", "words", "place in document"),
)
SURE = (
    *("chance", "second chance", "lead", "sum of chances", "held", "held in heading", "heading asked"),
    *("held in article", "held by all", "words", "unknown words", "document named", "a document named"),
    *("below a word", "article a word", "third chance", "foreign", "run of question", "line held"),
    *("line pairs held", "defined when asked", "heading run of heading", "main in heading", "article cited"),
)
"""Of the first candidate and the question; after these come the chances of the first `_CHANCES` candidates and
FEATURES of the first `_BESIDE`: what the others say tells how sure the first is."""
_CHANCES, _BESIDE = 10, 3


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
    named: float
    """1 when it names a rule that is here, -1 when it speaks of another law."""


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
    asked: Asked
    rest: Ids
    """The words that say what is asked, without a rule's name; `plain` the same without marks."""
    plain: Ids
    plain_main: Ids
    named: Mask
    """By document, whether the question names it."""
    worth: float
    words: int
    unknown: float
    foreign: float


def look(index: Index, question: str, decoded: Sequence[str]) -> Look:
    """Scores every article in every way, by the words that are not there only to ask."""
    asked = read([index.decoder.shown(word) for word in decoded])
    all_marked, all_plain = index.marked(decoded), index.bare(decoded)
    named = index.named(all_plain)
    in_name = {at for start, end in named.values() for at in range(start, end)}
    kept = np.array(asked.words, np.int64)
    without = np.array([at for at in asked.words if at not in in_name] or asked.words, np.int64)
    main = np.array([at for at in asked.main if at not in in_name] or asked.main, np.int64)
    whole, rest = all_marked[kept], all_marked[without]
    plain, raw = all_plain[without], index.plain(question)
    article, article_held, _whole = index.article.scores(plain)
    others = _others(index, question, decoded, all_marked, all_plain, article)

    def doubts(places: NDArray[np.int64]) -> Doubts:
        at = {place: now for now, place in enumerate(places.tolist())}
        there = ((at[of], word, odds) for (of, word), odds in others.items() if of in at)
        return Doubts.of(all_marked[places], there)

    below, below_held, _whole = index.below.scores(whole, doubts(kept))
    heading, heading_held, worth = index.heading.scores(all_marked[main], doubts(main))
    changed = len(raw) != len(plain) or bool((raw != plain).any())
    views = {
        "below": index.best(below),
        "article": article,
        "heading": heading,
        "document": index.document.bm25(all_marked)[index.document_of],
        "raw": index.article.bm25(raw) if changed else article,
    }
    held = {"below": index.best(below_held), "article": article_held, "heading": heading_held}
    mask = np.zeros(index.document.size, bool)
    mask[list(named)] = True
    return Look(
        views,
        held,
        below,
        asked,
        rest,
        plain,
        all_plain[main],
        mask,
        worth,
        max(1, len(rest)),
        float(np.mean(all_marked > index.known_words)) if len(decoded) else 1.0,
        index.decoder.foreign(question),
    )


def _others(
    index: Index, question: str, decoded: Sequence[str], marked: Ids, bare: Ids, article: Scores
) -> dict[tuple[int, int], float]:
    """Where a mark was put back, the other forms that may be meant, by place and word, with their odds.

    None is final, so the clauses are asked for them as well. The words beside tell, and how those articles write
    the word that are found without marks: of "hop" in a question about sittings, "họp" and not "hợp".
    """
    if index.decoder.has_marks(question):
        return {}
    doubts = index.decoder.doubts(question, decoded)
    meant = index.marked(form for _at, form, _odds in doubts).tolist()
    out = {(at, word): odds for (at, _form, odds), word in zip(doubts, meant, strict=True)}
    typed = index.decoder.typed_marked(question)
    for at, word, odds in other_forms(index, marked, bare, article):
        if decoded[at] not in typed:
            out[at, word] = max(odds, out.get((at, word), 0.0))
    return out


def candidates(index: Index, seen: Look, hidden: Mask | None = None) -> Candidates:
    """The best of every way of looking, without the hidden articles."""
    shown = np.ones(index.size, bool) if hidden is None else ~hidden
    found = {view: scores * shown for view, scores in seen.views.items()}
    each = min(_EACH, int(shown.sum()))
    known = np.zeros(len(seen.named), bool)
    known[index.document_of[shown]] = True
    named_documents = seen.named & known
    named: set[int] = set()
    for view in _NAMES_CANDIDATES:
        score = found[view]
        best = np.argpartition(-score, each - 1)[:each] if each else np.zeros(0, np.int64)
        named.update(best[score[best] > 0].tolist())
    inside = np.flatnonzero(named_documents[index.document_of] & shown)
    if len(inside):
        named.update(inside[np.argsort(-found["below"][inside], kind="stable")[:_INSIDE]].tolist())
    rows = _strongest(found, np.array(sorted(named), np.int64))
    if seen.asked.article and len(inside):
        rows = np.union1d(rows, inside[index.numbers[inside] == seen.asked.article])
    held = {view: scores[rows] for view, scores in seen.held.items()}
    matches = match(index, rows, seen.plain, seen.plain_main)
    features = _features(index, seen, found, rows, held, matches, named_documents)
    return Candidates(
        rows,
        features,
        index.first[rows] + _best_clause(index, seen, rows),
        held_by_all=float(np.max(held["article"], initial=0)),
        unknown=seen.unknown,
        foreign=seen.foreign,
        words=seen.words,
        named=1.0 if len(inside) else -1.0 if seen.asked.cites else 0.0,
    )


def _strongest(found: dict[str, Scores], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those worth a closer look, in order."""
    if len(rows) <= _CLOSER:
        return rows
    strength = sum(
        found[view][rows] * (share / max(float(found[view].max()), 1e-6))
        for view, share in (("below", 1.0), ("article", 1.0), ("raw", 0.5))
    )
    return np.sort(rows[np.argsort(-np.asarray(strength), kind="stable")[:_CLOSER]])


def _best_clause(index: Index, seen: Look, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = index.first[rows].tolist()
    sizes = index.clauses[rows].astype(int).tolist()
    return np.array(
        [int(np.argmax(seen.below[at : at + size])) for at, size in zip(starts, sizes, strict=True)], np.int64
    )


def _features(
    index: Index,
    seen: Look,
    found: dict[str, Scores],
    rows: NDArray[np.int64],
    held: dict[str, Scores],
    matches: Matches,
    named: Mask,
) -> Floats:
    if not len(rows):
        return np.zeros((0, len(FEATURES)), np.float32)
    columns: list[NDArray[np.generic]] = []
    for view in _VIEWS:
        columns += _of_view(found[view][rows], seen.words)
    columns += held.values()
    columns += [held["heading"] * seen.worth / np.maximum(index.heading.total[rows], 1e-6)]
    anywhere, first = index.defined(seen.rest)
    columns += [anywhere[rows], anywhere[rows] / seen.words, first[rows] * seen.asked.defines]
    of = index.document_of[rows]
    here = named[of]
    elsewhere = bool(named.any())
    columns += [np.where(here, 1, -1) if elsewhere else np.zeros(len(rows))]
    of_document = np.zeros(len(named), np.float32)
    np.maximum.at(of_document, index.document_of, found["article"])
    best_there = of_document[of]
    columns += [best_there / max(float(of_document.max(initial=0)), 1e-6)]
    columns += [found["article"][rows] / np.maximum(best_there, 1e-6)]
    number = seen.asked.article
    same = index.numbers[rows] == number
    columns += [
        np.where(same & (here | (not elsewhere)), _CITED - 1 + here, -1) if number else np.zeros(len(rows))
    ]
    columns += _neighbours(index, found["below"], rows)
    columns += matches.columns()
    line = matches.line_held + matches.line_pairs
    compared = (anywhere[rows], matches.run_share, line, matches.lines_held)
    columns += [_lead(each) for each in (*compared, matches.heading_run_share, matches.main_in_heading)]
    columns += [index.length[rows], index.clauses[rows], np.full(len(rows), seen.words)]
    columns += [index.place[rows]]
    return np.column_stack(columns).astype(np.float32)


def _neighbours(index: Index, below: Scores, rows: NDArray[np.int64]) -> list[Scores]:
    """The better of the articles before and after, beside the best of all; how near the best article is."""
    best = max(float(below.max(initial=0)), 1e-6)
    near = np.zeros(len(rows), np.float32)
    for step in (-1, 1):
        other = np.clip(rows + step, 0, index.size - 1)
        alike = (index.document_of[other] == index.document_of[rows]) & (other != rows)
        near = np.maximum(near, np.where(alike, below[other], 0))
    top = rows[int(np.argmax(below[rows]))]
    apart = np.where(index.document_of[rows] == index.document_of[top], np.abs(rows - top), 50)
    return [near / np.float32(best), np.minimum(apart, 50).astype(np.float32)]


def _lead(scores: Scores) -> Scores:
    """How far above the best other, or below the best."""
    order = np.sort(scores)[::-1]
    second = order[1] if len(order) > 1 else np.float32(0)
    return (scores - np.where(scores == order[0], second, order[0])).astype(np.float32)


def _of_view(scores: Scores, words: int) -> list[Scores]:
    """Beside the best, by the question's length, beside the best other, and by rank."""
    top = np.float32(scores.max() or 1.0)
    place = np.empty(len(scores), np.float32)
    place[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return [scores / top, scores / np.float32(words**0.7), _lead(scores) / top, 1 / (3 + place)]


_CITED = 2  # the value of "article cited" where the rule is named as well
_WHOLE = 0.99
_DOUBT = 0.02  # that is left of what the forests doubt where the article is as good as named
_AT = {name: place for place, name in enumerate(FEATURES)}


def sure_features(found: Candidates, order: NDArray[np.int64], chances: Floats) -> Floats:
    """What tells whether the first of the order is the answer (one row, see SURE); zeros where there are fewer."""
    top = found.features[order[0]]
    p = [float(chances[order[at]]) if at < len(order) else 0.0 for at in range(3)]
    of_top = ("below held", "heading held", "heading asked", "article held")
    more = ("run of question", "line held", "line pairs held", "defined when asked", "heading run of heading")
    odds = np.zeros(_CHANCES, np.float32)
    odds[: len(order)] = chances[order[:_CHANCES]]
    beside = np.zeros((_BESIDE, len(FEATURES)), np.float32)
    beside[: len(order)] = found.features[order[:_BESIDE]]
    told = np.array(
        [
            *(p[0], p[1], p[0] - p[1], float(chances.sum())),
            *(top[_AT[name]] for name in of_top),
            *(found.held_by_all, found.words, found.unknown),
            *(top[_AT["document named"]], found.named),
            *(top[_AT["below a word"]], top[_AT["article a word"]], p[2], found.foreign),
            *(top[_AT[name]] for name in (*more, "main in heading", "article cited")),
        ],
        np.float32,
    )
    return np.concatenate([told, odds, beside.ravel()])


def chances_of(model: Model, found: Candidates) -> Floats:
    """The chance of every candidate, by all forests together.

    An article that is cited with its rule comes first; else the only one that defines just the words whose
    meaning is asked.
    """
    chances = chance(odds_of(model.rank, found.features))
    first = found.features[:, _AT["article cited"]] == _CITED
    if not first.any():
        meant = found.features[:, _AT["defined of question"]] > _WHOLE
        meant &= found.features[:, _AT["defined when asked"]] > 0
        first = meant if meant.sum() == 1 else first
    return np.where(first, 1 - _DOUBT * (1 - chances), chances).astype(np.float32)


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
    sure = float(chance(odds_of(model.sure, features))[0])
    return Ranked(found.rows[order], chances[order], found.clause[order], sure)
