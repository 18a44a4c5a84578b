"""Payloads: what was packed comes back, within 64 bytes; anything else is None and never a crash."""

import string
from dataclasses import dataclass, fields

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.chat import choices
from bot.chat.choices import MAX_BYTES, Answer, Command, Drop, Resume, action, pack, unpack, yes_or_no


@action("try")
@dataclass(frozen=True, slots=True)
class Trial:
    """An action of these tests with fields of every kind."""

    number: int
    word: str
    last: int


ids = st.integers(0, (1 << 63) - 1)
words = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=20)
actions = st.one_of(
    st.builds(Trial, ids, words, ids),
    st.builds(Answer, ids, st.integers(0, 99), words),
    st.builds(Resume, ids),
    st.builds(Drop, ids),
    st.builds(Command, words),
)


@given(actions)
@example(Answer((1 << 63) - 1, 99, "yes"))
def test_packing_round_trips_within_64_bytes(value):
    packed = pack(value)
    assert len(packed.encode()) <= MAX_BYTES
    assert packed.isascii()
    assert packed.startswith("#")
    assert unpack(packed) == value


@given(ids, st.text(max_size=90), ids)
@example(1, "a.b", 2)
@example(1, "", 2)
@example(1, "đã đọc", 2)
@example(1, "x" * 64, 2)
@example(1, "a\n", 2)
def test_what_is_packed_can_be_read_and_the_rest_is_refused(number, word, last):
    value = Trial(number, word, last)
    try:
        packed = pack(value)
    except ValueError:
        return
    assert len(packed.encode()) <= MAX_BYTES
    assert unpack(packed) == value


@pytest.mark.parametrize("value", [Resume(-1), Resume(1 << 63), Answer(-5, 0, "a")])
def test_numbers_no_id_can_have_are_refused(value):
    with pytest.raises(ValueError):
        pack(value)


@given(st.one_of(st.text(), st.text().map("#".__add__), st.from_regex(r"#(q|go|try|cmd)(\.[^\s]*)*")))
def test_arbitrary_text_never_crashes(text):
    found = unpack(text)
    assert found is None or type(found) in choices._names


@given(actions, st.data())
def test_a_changed_payload_is_none_or_another_wish_of_the_right_types(value, data):
    packed = pack(value)
    at = data.draw(st.integers(0, len(packed) - 1))
    changed = packed[:at] + data.draw(st.characters()) + packed[at + 1 :]
    assume(changed != packed)
    found = unpack(changed)
    if found is None:
        return
    for item in fields(found):
        part = getattr(found, item.name)
        assert type(part).__name__ == item.type or type(part) is item.type
        assert not isinstance(part, int) or 0 <= part < 1 << 63


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "#",
        "#q",
        "#q.1",
        "#q.1.2",
        "#q.1.2.a.b.c",
        "#q.1.2.",
        "#q..2.a",
        "#q.-1.2.a",
        "#q.1.2.đồng ý",
        "#q.1.2.a\n",
        " #q.1.2.a",
        "#Q.1.2.a",
        "#nothing.1",
        "#go.!",
        "#go.1e+5",
        "#go.3w5e11264sgsg0",
        "#go." + "z" * 60,
        "#go.１",
        "q.1.2.a",
        "# go.1",
        "#go.1; DROP TABLE members",
    ],
)
def test_forged_payloads_are_none(forged):
    assert unpack(forged) is None


def test_two_actions_may_not_share_a_name():
    with pytest.raises(ValueError, match="called try"):

        @action("try")
        @dataclass(frozen=True)
        class Other:
            x: int


def test_a_plain_yes_or_no_picks_between_two_that_differ_in_it_alone():
    both = ("#recall.1.yes", "#recall.1.no")
    assert [yes_or_no(both, said) for said in ("dong y", "ok", "khong", "de xem")] == [0, 0, 1, None]
    assert yes_or_no(("#recall.1.yes",), "ok") is None
    assert yes_or_no(("#recall.1.yes", "#drop.1.no"), "ok") is None
    assert yes_or_no(("#judge.1.yes", "#judge.1.no", "#look.1"), "ok") is None
