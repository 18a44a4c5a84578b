"""What a question is about, without the words that only ask and what it cites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.asking import read
from bot.policy.words import words


def about(question: str) -> str:
    typed = words(question)
    return " ".join(typed[at] for at in read(typed).main)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("Điều nào sau đây không đúng về quyền của đảng viên dự bị?", "quyền của đảng viên dự bị"),
        ("Định nghĩa của tuổi đảng", "tuổi đảng"),
        ("Chi bộ họp mỗi tháng một lần, đúng hay sai?", "chi bộ họp mỗi tháng một lần"),
        ("Cho tôi hỏi mức đóng đảng phí là bao nhiêu?", "mức đóng đảng phí"),
        ("Nhiệm vụ của chi ủy là gì? Trả lời: thu đảng phí", "nhiệm vụ của chi ủy"),
    ],
)
def test_asking_words_are_set_apart(asked, left):
    assert about(asked) == left


@pytest.mark.parametrize(
    ("asked", "article"),
    [
        ("Theo khoản 2 Điều 5 Quy chế mẫu, ai ký?", "5"),
        ("Điều 12a nói gì", "12a"),
        ("trừ trường hợp quy định tại điểm b khoản 1 Điều 3 thì sao", ""),
        ("Điều nào nói về nhà xe", ""),
    ],
)
def test_a_citation_is_told_from_an_exception(asked, article):
    assert read(words(asked)).article == article


@given(st.lists(st.sampled_from("là gì không đúng hay sai điều 5 theo đảng phí năm 2026 trả lời".split())))
def test_something_is_always_left_and_places_are_in_order(typed):
    found = read(typed)
    assert set(found.main) <= set(found.words) or not found.main
    assert list(found.words) == sorted(set(found.words))
    assert bool(found.words) == bool(typed)
