"""A mark that was put back in doubt is not final: the other marked forms are asked for too."""

import numpy as np
import pytest

from bot.policy.index import Article, Index
from bot.policy.ranking import look
from bot.policy.written import other_forms

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


SITTINGS = [
    *(
        Article(f"a{at}", "Quy định mẫu hai", str(at), "Hợp đồng", "1. Hợp đồng phải phù hợp.")
        for at in range(12)
    ),
    Article("b", "Quy định mẫu một", "2", "Quốc hội", "1. Số lần Quốc hội họp bất thường theo yêu cầu."),
    *(
        Article(f"c{at}", "Quy định mẫu một", str(at), "Quốc hội", "1. Số lần của Quốc hội theo yêu cầu.")
        for at in range(3, 10)
    ),
]


def test_the_form_that_the_articles_at_hand_write_is_asked_for_although_the_decoder_is_sure():
    index = Index.of(SITTINGS)
    question = "so lan hop cua quoc hoi"
    decoded = index.decoder(question)
    at = decoded.index("hơp5")  # the commoner word, with nothing beside it that tells
    assert "hop5" not in [form for _at, form, _odds in index.decoder.doubts(question, decoded)]
    marked, bare = index.marked(decoded), index.bare(decoded)
    forms = other_forms(index, marked, bare, index.article.bm25(bare))
    assert [(place, word) for place, word, _odds in forms] == [(at, int(index.marked(["hop5"])[0]))]
    assert all(0.5 < odds <= 1 for _place, _word, odds in forms)
    with_it = look(index, question, decoded).below
    kept = np.delete(np.arange(len(decoded)), at)
    alone = look(index, "so lan cua quoc hoi", [decoded[place] for place in kept]).below
    assert with_it[12] > alone[12]


def test_a_writer_who_sets_marks_is_asked_nothing_else():
    index = Index.of(SITTINGS)
    question = "Số lần hợp của Quốc hội"
    decoded = index.decoder(question)
    bare_only = look(index, "so lan hop cua quoc hoi", decoded).below
    assert look(index, question, decoded).below[12] < bare_only[12]


def test_a_single_letter_is_a_name_and_no_short_form_of_two_words():
    lines = ["1. Người được xóa án tích.", "2. Thời hạn xóa án tích."] * 4
    index = Index.of([Article("a", "Quy định mẫu một", "1", "Xóa án tích", "\n".join(lines))])
    assert index.decoder("ông X được") == ["ông", "x", "đươc5"]
