"""Policy look-up: `python -m benchmarks.policy [--json] [--data DIR]`.

1. The forty questions in all spellings, fresh and unseen wordings and other things, on the sample corpus.
2. A folder of labelled questions (DIR, or the variable POLICY_RETRIEVAL: corpus.jsonl, queries.jsonl,
   no_answer.jsonl), by 5-fold cross-validation, beside SQLite FTS5 as it comes and bm25s over articles.
3. 100,000 clauses: how long the index takes, its memory, its latency.

Times are CPU time of one process. Exit code 1 when a promise is not kept.
"""

import json
import os
import resource
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.policy_cases import FORTY, FRESH, cases, guarded, others, written
from bot.policy.evaluation import FORMS, evaluate
from bot.policy.guards import refused
from bot.policy.index import Article, Index
from bot.policy.library import Library, shipped_model
from bot.policy.models import Verdict
from bot.policy.ranking import rank
from bot.policy.reading import sample
from bot.policy.words import bares, runs

RESULTS = Path(__file__).resolve().parent / "results"
TODAY = date(2026, 11, 24)
CLAUSES = 100_000


def sample_figures(screen: Console) -> dict[str, Any]:
    """Shares of questions whose right entry comes first, and of other things not answered."""
    library = Library(*sample())
    out: dict[str, Any] = {}
    files = {name: written(name) for name in ("told", "stories", "unseen")}
    asked_of = {"forty": cases(FORTY), "fresh": cases(FRESH)}
    for name, questions in (asked_of | {name: asked for name, (asked, _others) in files.items()}).items():
        right: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        for topic, form, question in questions:
            found = library.ask(question, TODAY)
            first = found.pieces[0].topic if found.pieces else None
            asked[form] += 1
            right[form] += first == topic
            answered[form] += first == topic and found.verdict is Verdict.ANSWER
            if first != topic:
                screen.print(
                    f"{name} {topic} {question} -> {found.verdict} {first}", style="dim", markup=False
                )
        for form in asked:
            out[f"{name} {form} right first"] = round(right[form] / asked[form], 3)
            out[f"{name} {form} answered right"] = round(answered[form] / asked[form], 3)
    for name, texts in {"": others(), **{f"{name} ": of for name, (_asked, of) in files.items()}}.items():
        caught = [text for text in texts if library.ask(text, TODAY).verdict is Verdict.ANSWER]
        for text in caught:
            screen.print(f"answered, and should not be: {text}", style="dim", markup=False)
        out[f"{name}other things refused"] = round(1 - len(caught) / len(texts), 3)
    return out | guard_figures(screen)


def guard_figures(screen: Console) -> dict[str, Any]:
    """Shares of harmless questions let through, and of others refused, whatever the reason given."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for label, text in guarded():
        why = refused(text)
        asked[label] += 1
        right[label] += bool(why) == (label != "ok")
        if bool(why) != (label != "ok"):
            screen.print(f"guards {label}: {text} -> {why or 'let through'}", style="dim", markup=False)
    return {f"guards {label} right": round(right[label] / asked[label], 3) for label in asked}


def _recalls(found: Sequence[int], right: set[int]) -> tuple[float, float]:
    return tuple(len(right & set(found[:k])) / max(1, len(right)) for k in (1, 10))  # type: ignore[return-value] # two of them


def peers(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """FTS5 with its own tokenizer on the question as typed, and bm25s over whole articles in our folding."""
    import bm25s

    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    queries = [
        json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    place = {row["id"]: at for at, row in enumerate(corpus)}
    database = sqlite3.connect(":memory:")
    database.execute(
        "create virtual table t using fts5(law, heading, body, tokenize='unicode61 remove_diacritics 2')"
    )
    rows = [(at, row["law"], row["heading"], row["text"]) for at, row in enumerate(corpus)]
    database.executemany("insert into t(rowid, law, heading, body) values (?,?,?,?)", rows)

    def fts(question: str) -> list[int]:
        wanted = " OR ".join(f'"{word}"' for word in bares_kept(question))
        return [
            row[0]
            for row in database.execute(
                "select rowid from t where t match ? order by rank limit 10", [wanted]
            )
        ]

    tokens = [[*runs(bares(f"{r['law']} {r['heading']} {r['text']}"), 1, 2)] for r in corpus]
    retriever = bm25s.BM25()
    retriever.index(tokens, show_progress=False)

    def bm25(question: str) -> list[int]:
        asked = [*runs(bares(question), 1, 2)]
        found, _scores = retriever.retrieve([asked], k=10, show_progress=False)
        return [int(each) for each in found[0]]

    ways: dict[str, Callable[[str], list[int]]] = {"FTS5 raw": fts, "bm25s articles": bm25}
    out: dict[str, dict[str, dict[str, float]]] = {}
    for name, way in ways.items():
        out[name] = {}
        for form in FORMS:
            scores = [_recalls(way(q[form]), {place[each] for each in q["relevant"]}) for q in queries]
            first, ten = np.mean(scores, 0)
            out[name][form] = {"recall@1": round(float(first), 4), "recall@10": round(float(ten), 4)}
    return out


def _beside(found: dict[str, Any], screen: Console) -> None:
    """Ours and the peers', one line each."""
    table = Table("recall@1 / recall@10", *FORMS)
    for name, figures in found.items():
        shares = (figures[form] for form in FORMS)
        table.add_row(name, *(f"{each['recall@1']:.3f} / {each['recall@10']:.3f}" for each in shares))
    screen.print(table)


def bares_kept(text: str) -> list[str]:
    """The words as typed, for FTS5's own folding."""
    return [word for word in "".join(c if c.isalnum() else " " for c in text).split() if word]


def large(screen: Console) -> dict[str, float]:
    """An index of 100,000 clauses, made by mixing the sample's words, and questions to it."""
    sources, entries = sample()
    pool = [line for source in sources for article in source.articles for line in article.text.split("\n")]
    headings = [article.heading for source in sources for article in source.articles]
    random = np.random.default_rng(52)
    vocabulary = np.array([word for line in pool for word in line.split()])
    articles = []
    for at in range(CLAUSES // 5):
        lines = [
            " ".join(random.choice(vocabulary, 30)) + " " + pool[random.integers(len(pool))] for _ in range(5)
        ]
        document = f"Quy định mẫu {at // 40} về {headings[at // 40 % len(headings)]}"
        heading = f"{headings[at % len(headings)]} {vocabulary[random.integers(len(vocabulary))]}"
        articles.append(Article(str(at), document, str(at % 40 + 1), heading, "\n".join(lines)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, wall = time.process_time(), time.perf_counter()
    index = Index.of(articles)
    build, build_wall = time.process_time() - began, time.perf_counter() - wall
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    model, times = shipped_model(), []
    for entry in entries:
        for question in (entry.question, *entry.variants):
            began = time.process_time()
            rank(index, model, question, index.decoder(question))
            times.append((time.process_time() - began) * 1000)
    p50, p95 = np.percentile(times[5:], [50, 95])
    screen.print(f"index built in {build_wall:.0f} s of wall time", style="dim")
    return {
        "clauses": CLAUSES,
        "build_s": round(build, 1),
        "memory_mb": round(memory),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
    }


def main() -> int:
    """Prints the tables, writes `results/policy.json`."""
    screen = Console(stderr=True)
    figures: dict[str, Any] = {"sample": sample_figures(screen)}
    named = (
        sys.argv[sys.argv.index("--data") + 1]
        if "--data" in sys.argv
        else os.environ.get("POLICY_RETRIEVAL", "")
    )
    if named and Path(named).is_dir():
        ours = evaluate(Path(named), folds=5)
        figures["labelled"] = {"ours, 5 folds": ours, **peers(Path(named))}
        _beside(figures["labelled"], Console(stderr="--json" in sys.argv))
    else:
        screen.print("Labelled questions are not measured: give --data DIR or set POLICY_RETRIEVAL.")
    figures["large"] = large(screen)
    table = Table("part", "figure", "value")
    for part, values in figures.items():
        for name, value in values.items():
            table.add_row(part, name, json.dumps(value) if isinstance(value, dict) else str(value))
    Console(stderr="--json" in sys.argv).print(table)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "policy.json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(figures) + "\n")
    shares, size = figures["sample"], figures["large"]
    kept = (
        shares["forty text right first"] >= 0.95
        and shares["forty phone right first"] >= 0.90
        and shares["unseen text right first"] >= 0.95
        and shares["unseen phone right first"] >= 0.90
        and shares["other things refused"] >= 0.90
        and shares["guards ok right"] >= 0.95
        and size["build_s"] <= 60
        and size["memory_mb"] <= 500
        and size["p95_ms"] <= 25
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
