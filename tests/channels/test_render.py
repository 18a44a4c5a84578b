"""What a reply becomes on a channel that can less."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.render import render, shorten, split, without_buttons
from bot.channels.telegram.capabilities import TELEGRAM, TELEGRAM_GROUP
from bot.channels.zalo_oa.capabilities import ZALO_OA, ZALO_OA_GROUP
from bot.chat.replies import Choice, Edit, File, Say, Toast

READ = Choice("Đã đọc, tiếp thu", "ack:1")
FULL = Choice("Xem toàn văn", "full:1")
ASK = Choice("Hỏi lại", "ask:1")
CARD = Say("Kế hoạch học tập quý IV.", "Kế hoạch 52-KH/ĐU", (READ, FULL, ASK))
PDF = File("f", "52-KH.pdf", "application/pdf", 1000)
NUMBERED = "1. Đã đọc, tiếp thu\n2. Xem toàn văn\n3. Hỏi lại\n"


@pytest.mark.parametrize("caps", [TELEGRAM, ZALO_OA])
def test_a_card_is_one_message_with_buttons(caps):
    rendered = render(CARD, caps)
    (part,) = rendered.parts
    assert rendered.choices_as == "buttons"
    assert part.plain == "Kế hoạch 52-KH/ĐU\nKế hoạch học tập quý IV."
    assert part.heading == "Kế hoạch 52-KH/ĐU"
    assert part.buttons == CARD.choices


def test_choices_become_a_numbered_list_where_there_are_no_buttons():
    rendered = render(CARD, ZALO_OA_GROUP)
    (part,) = rendered.parts
    assert rendered.choices_as == "numbers"
    assert part.buttons == ()
    assert NUMBERED in part.text


def test_more_choices_than_buttons_become_a_numbered_list():
    choices = tuple(Choice(f"Chi bộ {n}", f"b:{n}") for n in range(6))
    assert render(Say("Chọn chi bộ", choices=choices[:5]), ZALO_OA).choices_as == "buttons"
    rendered = render(Say("Chọn chi bộ", choices=choices), ZALO_OA)
    assert rendered.choices_as == "numbers"
    assert "6. Chi bộ 5" in rendered.parts[-1].text


def test_a_refused_message_is_numbered_again_with_its_heading():
    (part,) = render(CARD, ZALO_OA).parts
    (again,) = without_buttons(part, ZALO_OA)
    assert again.plain.startswith("Kế hoạch 52-KH/ĐU\nKế hoạch học tập")
    assert NUMBERED in again.plain


def test_the_numbered_list_stays_in_one_piece():
    caps = replace(ZALO_OA_GROUP, max_text=200)
    rendered = render(replace(CARD, text="Đồng chí đọc kỹ nội dung. " * 7), caps)
    assert len(rendered.parts) == 2
    assert rendered.parts[1].text.startswith(NUMBERED)
    assert all(len(part.plain) <= 200 for part in rendered.parts)


def test_buttons_go_under_the_last_of_several_parts():
    rendered = render(replace(CARD, text="Một câu dài. " * 300), ZALO_OA)
    assert len(rendered.parts) > 1
    assert [bool(part.buttons) for part in rendered.parts] == [False] * (len(rendered.parts) - 1) + [True]


def test_the_limit_counts_composed_letters():
    text = unicodedata.normalize("NFD", "ệ" * 2000)
    assert len(text) == 6000
    assert len(render(Say(text), ZALO_OA).parts) == 1


def test_titles_are_cut_after_a_word():
    label = "Đồng ý dự họp chi bộ thường kỳ tháng mười một năm hai nghìn không trăm hai mươi sáu"
    (part,) = render(Say("?", choices=(Choice(label, "x"),)), TELEGRAM).parts
    title = part.buttons[0].label
    assert title.endswith("…")
    assert len(title) <= 64
    assert label.startswith(title[:-1] + " ")


def test_a_contact_is_asked_only_where_the_platform_can():
    say = Say("Mời đồng chí chia sẻ số điện thoại.", ask_contact="Gửi số của tôi")
    assert render(say, TELEGRAM).parts[0].ask_contact == "Gửi số của tôi"
    assert render(say, TELEGRAM_GROUP).parts[0].ask_contact == ""
    assert render(say, ZALO_OA).parts[0].ask_contact == ""


def test_a_message_carries_one_keyboard_so_choices_beside_a_contact_are_numbered():
    rendered = render(replace(CARD, ask_contact="Gửi số của tôi"), TELEGRAM)
    assert rendered.choices_as == "numbers"
    assert rendered.parts[-1].ask_contact
    assert not rendered.parts[-1].buttons


def test_a_file_carries_a_short_text_as_caption():
    (part,) = render(replace(CARD, file=PDF), TELEGRAM).parts
    assert part.file == PDF
    assert part.buttons


@pytest.mark.parametrize(("caps", "text"), [(TELEGRAM, "Câu. " * 300), (ZALO_OA, "Ngắn.")])
def test_else_the_file_goes_first_and_the_choices_last(caps, text):
    first, last = render(replace(CARD, text=text, file=PDF), caps).parts
    assert (first.file, first.plain, first.buttons) == (PDF, "", ())
    assert last.file is None
    assert last.buttons


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (File("f", "bang.xlsx", "application/vnd.ms-excel", 10), "type"),
        (File("f", "khong-duoi", "application/pdf", 10), "type"),
        (replace(PDF, size=5_000_001), "size"),
        (replace(PDF, name="52.PDF"), ""),
    ],
)
def test_a_file_the_platform_does_not_take_is_told(file, why):
    rendered = render(replace(CARD, file=file), ZALO_OA)
    assert rendered.refused == why
    assert any(part.file for part in rendered.parts) == (not why)
    assert (file.name in rendered.parts[-1].plain) == bool(why)


def test_edits_happen_in_place_where_they_can():
    edit = Edit("77", Say("Đã ghi nhận.", choices=(READ,)), "progress")
    rendered = render(edit, TELEGRAM)
    assert rendered.edit_of == "77"
    assert rendered.parts[0].buttons
    closed = render(replace(edit, purpose="close"), TELEGRAM)
    assert closed.edit_of == "77"
    assert closed.parts[0].plain == ""


def test_edits_degrade_by_purpose():
    edit = Edit("77", Say("Sửa: họp lúc 19:30."), "correction")
    assert render(edit, ZALO_OA).parts[0].plain == "Sửa: họp lúc 19:30."
    assert render(edit, ZALO_OA).edit_of == ""
    assert render(replace(edit, purpose="progress"), ZALO_OA).parts == ()
    assert render(replace(edit, purpose="close"), ZALO_OA).parts == ()


def test_a_correction_too_long_for_one_message_becomes_new_ones():
    rendered = render(Edit("77", Say("Một câu. " * 900), "correction"), TELEGRAM)
    assert rendered.edit_of == ""
    assert len(rendered.parts) > 1


def test_a_toast_is_shortened_or_left_out():
    toast = render(Toast("chữ " * 100, "q1"), TELEGRAM).toast
    assert toast is not None
    assert len(toast.text) <= 200
    assert render(Toast("x", "q1"), ZALO_OA) == render(Toast("x"), TELEGRAM)


def test_nothing_to_say_is_nothing_to_send():
    assert render(Say(""), TELEGRAM).parts == ()
    assert [p.file for p in render(Say("", file=PDF), ZALO_OA).parts] == [PDF]
    assert render(Say("", choices=(READ,)), ZALO_OA).parts[0].plain


def test_parts_end_with_sentences():
    text = "Câu thứ nhất khá dài đấy. Câu thứ hai cũng vậy! Câu thứ ba?"
    assert split(text, 30) == ["Câu thứ nhất khá dài đấy.", "Câu thứ hai cũng vậy!", "Câu thứ ba?"]


def test_a_list_number_is_not_the_end_of_a_sentence():
    assert split("Nội dung gồm:\n1. Học tập nghị quyết", 20) == ["Nội dung gồm:", "1. Học tập nghị", "quyết"]
    assert split("Đến hết năm 2026. Sau đó tổng kết", 25) == ["Đến hết năm 2026.", "Sau đó tổng kết"]


words = st.text(alphabet=st.sampled_from('aăâđêệọ.!?…"”1\n \u0323\u0301\u200d👍🏽'), max_size=400)


@given(text=st.one_of(words, st.text(max_size=300)), limit=st.integers(5, 60))
def test_parts_lose_no_word_and_keep_the_limit(text, limit):
    pieces = split(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    if all(len(word) <= limit for word in text.split()):
        assert " ".join(pieces).split() == text.split()


labels = st.text(alphabet="abcđê ", min_size=1, max_size=150).filter(str.strip)


@given(
    text=words,
    heading=st.text(alphabet="Aê b\n", max_size=50),
    choices=st.lists(labels, max_size=9),
    limit=st.integers(200, 300),
    base=st.sampled_from([TELEGRAM, ZALO_OA, ZALO_OA_GROUP]),
    file=st.sampled_from([None, PDF]),
)
def test_every_reply_keeps_every_limit_and_its_words(text, heading, choices, limit, base, file):
    caps = replace(base, max_text=limit, max_caption=min(base.max_caption, limit))
    say = Say(text, heading, tuple(Choice(label, "p") for label in choices), file)
    rendered = render(say, caps)
    assert all(len(part.plain) <= limit for part in rendered.parts)
    shown = " ".join(part.plain for part in rendered.parts)
    wanted = unicodedata.normalize("NFC", f"{heading} {text}")
    assert "".join(shown.split()).startswith("".join(wanted.split()))
    buttons = [button for part in rendered.parts for button in part.buttons]
    assert all(len(button.label) <= caps.max_button_title for button in buttons)
    assert len(buttons) == (len(choices) if rendered.choices_as == "buttons" else 0)
    assert sum(part.file is not None for part in rendered.parts) == (file is not None)


@given(text=st.text(max_size=50), limit=st.integers(2, 60))
def test_shortened_titles_keep_the_limit(text, limit):
    assert len(shorten(text, limit)) <= limit
    assert shorten(text, 50) == text
