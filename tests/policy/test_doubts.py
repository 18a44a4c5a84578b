"""A mark that was put back in doubt is not final: the other marked forms are asked for too."""

import numpy as np
import pytest

from bot.policy.index import Article, Index
from bot.policy.ranking import look

ARTICLES = [
    Article(
        "a", "Quy định mẫu một", "1", "Trao giải", "1. Tiền thưởng do chi bộ giữ.\n2. Mức thưởng ghi sổ."
    ),
    Article("b", "Quy định mẫu một", "2", "Cuộc họp", "1. Chi bộ thường họp ở trụ sở.\n2. Ai thường vắng thì báo."),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(ARTICLES)


@pytest.mark.parametrize("question", ["thuong", "chi bo thuong"])
def test_the_form_not_chosen_is_found_too_but_counts_less(index, question):
    decoded = index.decoder(question)
    doubts = index.decoder.doubts(question, decoded)
    forms = {decoded[-1], *(form for at, form, _odds in doubts if at == len(decoded) - 1)}
    assert {"thương3", "thương2"} <= forms
    assert all(0 < odds <= 1 for _at, _form, odds in doubts)
    below = look(index, question, decoded).views["below"]
    assert (below > 0).all()


def test_what_was_typed_with_its_mark_is_never_in_doubt(index):
    question = "Thưởng"
    decoded = index.decoder(question)
    assert index.decoder.doubts(question, decoded) == []
    assert np.flatnonzero(look(index, question, decoded).views["below"]).tolist() == [0]
