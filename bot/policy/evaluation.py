"""Measures look-up on a folder of labelled questions: corpus.jsonl, queries.jsonl, no_answer.jsonl.

Everything trained comes from other questions than those measured: from another folder, from the other folds
(by `group`, so that near-equal questions stay together), or from the shipped model.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.policy.index import Article, Index
from bot.policy.library import shipped_model
from bot.policy.ranking import candidates, look, rank
from bot.policy.training import Labelled, fit, fold_of
from bot.policy.trees import Model

FORMS = ("text", "plain", "phone")


@dataclass(slots=True)
class Folder:
    """A folder's questions over the index of its corpus."""

    index: Index
    queries: list[dict[str, Any]]
    no_answer: list[dict[str, Any]]
    place: dict[str, int]

    @staticmethod
    def read(folder: Path) -> "Folder":
        """Reads the three files and builds the index. Raises FileNotFoundError, KeyError."""
        articles = [
            Article(row["id"], row["law"], row["article"], row["heading"], row["text"])
            for row in _rows(folder / "corpus.jsonl")
        ]
        place = {article.id: at for at, article in enumerate(articles)}
        no_answer = folder / "no_answer.jsonl"
        queries = _rows(folder / "queries.jsonl")
        return Folder(Index.of(articles), queries, _rows(no_answer) if no_answer.exists() else [], place)

    def right(self, query: dict[str, Any]) -> list[int]:
        """Places of the relevant articles."""
        return [self.place[each] for each in query["relevant"] if each in self.place]

    def labelled(self, query: dict[str, Any]) -> list[Labelled]:
        """The question in its three forms, each also with its documents taken out."""
        index, right = self.index, self.right(query)
        hidden = np.isin(index.document_of, index.document_of[right])
        out = []
        for form in FORMS:
            seen = look(index, query[form], index.decoder(query[form]))
            found = candidates(index, seen)
            without = candidates(index, seen, hidden)
            out.append(Labelled(query["group"], found, np.isin(found.rows, right), without))
        return out


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@dataclass(slots=True)
class _Tally:
    ranks: dict[str, list[dict[str, float]]] = field(default_factory=lambda: {form: [] for form in FORMS})
    answered: list[bool] = field(default_factory=list)
    precise: list[bool] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)
    absent_refused: list[bool] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)


def evaluate(folder: Path, train: Path | None = None, folds: int | None = None) -> dict[str, Any]:
    """The object that `sotay policy eval --json` prints. Latency is CPU time of one question, all steps."""
    data = Folder.read(folder)
    tally = _Tally()
    if folds:
        prepared = [data.labelled(query) for query in data.queries]
        for fold in range(folds):
            others = [
                each
                for query, forms in zip(data.queries, prepared, strict=True)
                if fold_of(query["group"], folds) != fold
                for each in forms
            ]
            own = [query for query in data.queries if fold_of(query["group"], folds) == fold]
            asked = [q for q in data.no_answer if fold_of(q.get("group", q["id"]), folds) == fold]
            _measure(data, fit(others), own, asked, tally)
    else:
        model = shipped_model()
        if train is not None:
            other = Folder.read(train)
            model = fit(each for query in other.queries for each in other.labelled(query))
        _measure(data, model, data.queries, data.no_answer, tally)
    return _report(tally)


def _measure(
    data: Folder,
    model: Model,
    queries: Sequence[dict[str, Any]],
    no_answer: Sequence[dict[str, Any]],
    tally: _Tally,
) -> None:
    index = data.index
    for query in queries:
        right = set(data.right(query))
        for form in FORMS:
            began = time.process_time()
            found = rank(index, model, query[form], index.decoder(query[form]))
            tally.ms.append((time.process_time() - began) * 1000)
            tally.ranks[form].append(_scores(found.rows.tolist(), right))
            if form == "text":
                sure = len(found.rows) > 0 and found.sure >= model.answer_at
                tally.answered.append(sure)
                if sure:
                    tally.precise.append(int(found.rows[0]) in right)
        hidden = np.isin(index.document_of, index.document_of[list(right)])
        without = rank(index, model, query["text"], index.decoder(query["text"]), hidden)
        tally.absent_refused.append(without.sure < model.answer_at)
    for query in no_answer:
        found = rank(index, model, query["text"], index.decoder(query["text"]))
        tally.refused.append(found.sure < model.answer_at)


def _scores(found: Sequence[int], right: set[int]) -> dict[str, float]:
    first = next((at for at, row in enumerate(found[:10], 1) if row in right), 0)
    out = {f"recall@{k}": len(right & set(found[:k])) / max(1, len(right)) for k in (1, 5, 10)}
    return out | {"mrr@10": 1 / first if first else 0.0}


def _mean(values: Sequence[float | bool]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _report(tally: _Tally) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for form, found in tally.ranks.items():
        names = ("recall@1", "recall@5", "recall@10", "mrr@10")
        out[form] = {name: _mean([each[name] for each in found]) for name in names}
    absent = _mean(tally.absent_refused)
    out["no_answer"] = {
        "answered": _mean(tally.answered),
        "precision": _mean(tally.precise),
        "refused": _mean(tally.refused),
    }
    out["absent_law"] = {
        "refused": absent,
        "wrong_law_answered": None if absent is None else round(1 - absent, 4),
    }
    p50, p95 = np.percentile(tally.ms, [50, 95]) if tally.ms else (0, 0)
    out["latency_ms"] = {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}
    return out
