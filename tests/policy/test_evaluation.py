"""Measuring: the object is whole, by the shipped model, by folds and by another folder."""

import json

import pytest

from bot.policy.evaluation import evaluate
from bot.policy.reading import sample
from bot.policy.words import bares


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two sample documents with a question for each article."""
    path = tmp_path_factory.mktemp("labelled")
    sources = [source for source in sample()[0] if source.document.number in ("13-HD/MẪU", "16-QyĐ/MẪU")]
    corpus, queries = [], []
    for source in sources:
        for article in source.articles:
            key = f"{source.document.number} {article.number}"
            corpus.append(
                {
                    "id": key,
                    "law": source.document.title,
                    "article": article.number,
                    "heading": article.heading,
                    "text": article.text,
                }
            )
            plain = " ".join(bares(article.heading))
            text = f"{article.heading} thế nào?"
            queries.append(
                {"id": key, "group": key, "text": text, "plain": plain, "phone": plain, "relevant": [key]}
            )
    none = [{"id": "n1", "text": "Cách nấu phở bò"}, {"id": "n2", "text": "Giá vàng hôm nay"}]
    for name, rows in (("corpus", corpus), ("queries", queries), ("no_answer", none)):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (path / f"{name}.jsonl").write_text(lines + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("way", ["shipped", "folds", "train"])
def test_the_object_is_whole(folder, way):
    given = {"shipped": {}, "folds": {"folds": 2}, "train": {"train": folder}}[way]
    found = evaluate(folder, **given)
    assert set(found) == {"text", "plain", "phone", "no_answer", "absent_law", "latency_ms"}
    for form in ("text", "plain", "phone"):
        assert set(found[form]) == {"recall@1", "recall@5", "recall@10", "mrr@10"}
        assert found[form]["recall@10"] >= found[form]["recall@1"]
    assert set(found["no_answer"]) == {"answered", "precision", "refused"}
    assert found["absent_law"]["refused"] + found["absent_law"]["wrong_law_answered"] == pytest.approx(1)
    assert found["latency_ms"]["p95"] >= found["latency_ms"]["p50"] > 0


def test_the_shipped_model_finds_headings(folder):
    found = evaluate(folder)
    assert found["text"]["recall@1"] > 0.8
    assert found["no_answer"]["refused"] == 1.0
