"""A mark that was put back in doubt is not final: the other marked forms are asked for too."""

import numpy as np
import pytest

from bot.policy.index import Article, Index
from bot.policy.ranking import look

ARTICLES = [
    Article(
        "a", "Quy định mẫu một", "1", "Trao giải", "1. Tiền thưởng do chi bộ giữ.\n2. Mức thưởng ghi sổ."
    ),
    Article(
        "b", "Quy định mẫu một", "2", "Cuộc họp", "1. Chi bộ thường họp ở trụ sở.\n2. Ai thường vắng thì báo."
    ),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(ARTICLES)


def test_the_form_not_chosen_is_found_too(index):
    decoded = index.decoder("thuong")
    ((at, form, odds),) = index.decoder.doubts("thuong", decoded)
    assert at == 0 and {decoded[0], form} == {"thương3", "thương2"} and 0 < odds <= 1
    assert (look(index, "thuong", decoded).views["below"] > 0).all()


def test_words_that_decide_leave_no_doubt(index):
    decoded = index.decoder("chi bo thuong")
    assert decoded[-1] == "thương2"
    assert [at for at, _form, _odds in index.decoder.doubts("chi bo thuong", decoded) if at == 2] == []


def test_what_was_typed_with_its_mark_is_never_in_doubt(index):
    question = "Thưởng"
    decoded = index.decoder(question)
    assert index.decoder.doubts(question, decoded) == []
    assert np.flatnonzero(look(index, question, decoded).views["below"]).tolist() == [0]
