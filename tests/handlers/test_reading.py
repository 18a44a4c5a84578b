"""What a text means, typed by members of every habit: the table, the situations, and the laws."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_table import ONE_CARD, ONE_CARD_FRESH, ONE_CARD_LATER
from reading_table_more import MORE, Table

from bot.clock import VIETNAM
from bot.handlers.reading import OpenMessage, Reading, Situation, read
from bot.handlers.understand import situation, understand

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=VIETNAM)
KH, TB = "52-KH/ĐU", "51-TB/ĐU"
MEANS = {
    "acknowledge",
    "full_text",
    "ask",
    "undo",
    "cancel",
    "back",
    "command",
    "question",
    "unclear",
    "other",
    "choice",
}


def rows() -> list[tuple[str, str]]:
    return [
        (want, text)
        for table in (ONE_CARD, ONE_CARD_FRESH, ONE_CARD_LATER)
        for want, texts in table.items()
        for text in texts.replace("\n", "").split("|")
    ]


def reads(
    text: str,
    opened: tuple[str, ...] = (KH,),
    done: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    role: str = "member",
) -> Reading:
    return read(text, situation(open_documents=opened, acknowledged=done, known=known, role=role, now=NOW))


@pytest.mark.parametrize(("want", "text"), rows())
def test_with_one_card_open(want: str, text: str) -> None:
    reading = reads(text)
    if want == "not acknowledge":
        assert reading.means != "acknowledge"
    else:
        assert (reading.command or reading.means) == want
        assert reading.means != "acknowledge" or (reading.sure and reading.document == KH and reading.payload)


@pytest.mark.parametrize(
    ("table", "text"),
    [(table, text) for table in MORE for text in table.texts.replace("\n", "").split("|")],
    ids=lambda value: value.category if isinstance(value, Table) else value,
)
def test_with_what_strangers_type(table: Table, text: str) -> None:
    reading = reads(text, table.opened, table.acknowledged, table.known, table.role)
    if table.want == "not acknowledge":
        assert reading.means != "acknowledge"
        return
    assert (reading.command or reading.means) == table.want
    assert reading.sure == (table.want != "unclear")
    if table.document:
        assert reading.document == table.document
    if table.want == "acknowledge":
        assert reading.document in table.opened


def without_marks(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda text: unicodedata.normalize("NFD", text), lambda text: text + ".", without_marks],
    ids=["capitals", "decomposed", "full stop", "without marks"],
)
def test_another_way_to_type_it_makes_no_acknowledgement_of_a_near_miss(change: Callable[[str], str]) -> None:
    only_marks_tell = {"đã độc", "rò rồi", "vàng", "đã xem ảnh", "đọc rồi chứ", "1 à", "ảnh đọc rồi"}
    only_marks_tell |= {"đọc dở rồi", "vâng bận", "chờ tôi ok", "tôi chỉ đã đọc", "tụi đã đọc", "ok thẻ"}
    for table in MORE:
        if table.want == "not acknowledge":
            for text in set(table.texts.replace("\n", "").split("|")) - only_marks_tell:
                assert reads(change(text), table.opened, table.acknowledged).means != "acknowledge", text


def test_the_table_is_as_long_as_promised() -> None:
    assert len(rows()) >= 300


@pytest.mark.parametrize(
    "text", ["ok", "rõ", "đã đọc", "👍", "vâng", "da doc a", "Đã đọc, tiếp thu", "tôi đã đọc cả hai"]
)
def test_with_two_cards_open_the_bot_asks_which(text: str) -> None:
    reading = reads(text, (KH, TB))
    assert (reading.means, reading.sure) == ("unclear", False)
    assert reading.candidates == (KH, TB)


@pytest.mark.parametrize(
    ("text", "means", "document"),
    [
        ("1", "acknowledge", KH),
        ("2", "full_text", KH),
        ("3", "ask", KH),
        ("đã đọc 51", "acknowledge", TB),
        ("da doc tb 51", "acknowledge", TB),
        ("đã đọc kế hoạch", "acknowledge", KH),
        ("đã đọc 53", "unclear", "53"),
        ("đã đọc 51 và 52", "unclear", TB),
        ("xem toàn văn", "full_text", KH),
        ("xem toàn văn 51", "full_text", TB),
        ("4", "unclear", "4"),
    ],
)
def test_two_cards_and_a_number(text: str, means: str, document: str) -> None:
    reading = reads(text, (KH, TB))
    assert (reading.means, reading.document) == (means, document)


@pytest.mark.parametrize("text", ["đồng ý tham dự", "xác nhận tham dự", "ok tham gia", "vang toi tham gia"])
def test_a_yes_to_coming_acknowledges_no_paper(text: str) -> None:
    assert not (reads(text).means == "acknowledge" and reads(text).sure)


@pytest.mark.parametrize("text", ["ok", "đã đọc", "1", "👍", "vâng", "2", "rõ"])
def test_with_nothing_open_nothing_is_acknowledged(text: str) -> None:
    assert reads(text, ()).means == "unclear"
    assert not reads(text, ()).sure


@pytest.mark.parametrize(
    "text",
    ["bấm nhầm", "tôi bấm nhầm", "hoàn tác", "rút lại xác nhận", "chưa đọc, bấm nhầm", "bam nham roi", "xác nhận nhầm",
     "huỷ xác nhận", "em lỡ tay bấm", "toi an nham", "cho tôi rút lại", "undo", "bấm lộn rồi", "cháu nó bấm",
     "BẤM NHẦM Ạ",
     "bấm nhầm 52", "tôi chưa đọc mà lỡ bấm", "/hoantac"],
)  # fmt: skip
def test_undo_while_it_may_be_undone(text: str) -> None:
    for opened in ((), (TB,)):
        reading = reads(text, opened, (KH,))
        assert reading.means == "undo"


def test_undo_is_sure_of_one_document_only() -> None:
    assert reads("bấm nhầm", (), (KH,)).document == KH
    assert not reads("bấm nhầm", (), (KH, TB)).sure
    assert reads("bấm nhầm 51", (), (KH, TB)).document == TB
    assert not reads("bấm nhầm", (), ()).sure


@pytest.mark.parametrize(
    ("text", "role", "document", "command"),
    [
        ("kh 52", "officer", "52-KH", "status"),
        ("52-kh/du", "officer", KH, "status"),
        ("tinh hinh kh 52", "officer", "52-KH", "status"),
        ("ai chưa đọc 52", "member", "52", "missing"),
        ("chưa xác nhận 52", "officer", "52", "missing"),
        ("/tinhhinh@SoTayBot 52-KH/ĐU", "officer", KH, "status"),
        ("nhac lai vb 52", "secretary", "52", "remind"),
        ("gửi văn bản", "secretary", None, "compose"),
        ("thông báo", "secretary", None, "compose"),
        ("bao cao cb 3", "officer", None, "status"),
    ],
)
def test_commands_name_the_document_as_far_as_typed(
    text: str, role: str, document: str | None, command: str
) -> None:
    reading = reads(text, (), role=role)
    assert (reading.command, reading.document) == (command, document)


def test_a_bare_number_is_completed_when_one_document_matches() -> None:
    assert reads("tinh hinh 52", (), known=(KH, TB), role="officer").document == KH
    assert reads("tinh hinh 52", (), known=(KH, "52-QĐ/ĐU"), role="officer").document == "52"
    assert reads("tinh hinh qd 52", (), known=(KH, "52-QĐ/ĐU"), role="officer").document == "52-QĐ/ĐU"


def test_slash_commands_keep_what_follows() -> None:
    assert reads("/tinhhinh 52-KH/ĐU chi bộ 3").rest == "52-KH/ĐU chi bộ 3"
    assert reads("/khongco 52").means == "unclear"
    assert reads("/TINHHINH").command == "status"
    assert reads("/tìnhhình").command == "status"


def menu(seconds: float, *labels: str) -> OpenMessage:
    return OpenMessage(
        "", False, labels, tuple(f"m:{i}" for i in range(len(labels))), NOW - timedelta(seconds=seconds)
    )


def card(seconds: float, about: str = KH) -> OpenMessage:
    labels = ("Đã đọc, tiếp thu", "Xem toàn văn", "Hỏi lại")
    return OpenMessage(about, True, labels, ("ack", "full", "ask"), NOW - timedelta(seconds=seconds))


def test_hours_are_picked_by_their_name_and_a_number_that_may_be_one_is_asked_back() -> None:
    hours = menu(60, "06:00", "06:30", "07:00", "07:30", "08:00", "08:30", "09:00")
    picked = {
        text: read(text, Situation(open=(hours,), now=NOW)).payload
        for text in ("2", "7h", "8", "7 rưỡi", "số 7")
    }
    assert picked == {"2": "m:1", "7h": "m:2", "8": "m:4", "7 rưỡi": "m:3", "số 7": "m:6"}
    reading = read("7", Situation(open=(hours,), now=NOW))
    assert (reading.means, reading.candidates) == ("unclear", ("m:6", "m:2"))


def test_what_was_just_asked_is_answered_before_a_card_above_it() -> None:
    labels, payloads = ("Thu hồi ngay", "Giữ nguyên"), ("#recall.1.yes", "#recall.1.no")
    asked, came = (
        Situation(open=(OpenMessage("", False, labels, payloads, NOW, unasked), card(300)), now=NOW)
        for unasked in (False, True)
    )
    assert [read(text, asked).payload for text in ("đồng ý", "ok", "không ạ", "ko")] == [
        "#recall.1.yes", "#recall.1.yes", "#recall.1.no", "#recall.1.no",
    ]  # fmt: skip
    assert read("ok", came).payload != "#recall.1.yes"


@pytest.mark.parametrize("text", ["1", "ok", "2", "số 1"])
def test_a_second_message_just_before_makes_the_bot_ask(text: str) -> None:
    reading = read(text, Situation(open=(menu(20, "Có", "Không"), card(300)), now=NOW))
    assert (reading.means, reading.sure) == ("unclear", False)
    assert len(reading.candidates) == 2


def test_after_a_minute_a_number_is_for_the_newest_and_words_are_for_the_card() -> None:
    at = Situation(open=(menu(61, "Sẽ dự", "Đến muộn", "Xin vắng"), card(300)), now=NOW)
    assert read("1", at) == Reading("choice", payload="m:0")
    assert read("se du a", at) == Reading("choice", payload="m:0")
    assert read("xin vang", at).payload == "m:2"
    assert read("đã đọc", at).payload == "ack"
    assert read("đã đọc", Situation(open=(menu(20, "Có"), card(300)), now=NOW)).payload == "ack"
    assert read("1", Situation(open=(card(5),), now=NOW)).payload == "ack"


def test_decomposed_and_look_alike_letters_read_the_same() -> None:
    assert reads(unicodedata.normalize("NFD", "Đã đọc ạ")).means == "acknowledge"
    assert reads("Ðã đọc").means == "acknowledge"
    assert reads("đã\u00a0đọc\u200b").means == "acknowledge"


def test_a_very_long_text_is_no_answer_to_a_card() -> None:
    assert reads("đã đọc " * 100_000).means != "acknowledge"


def test_understand_prints_exactly_the_promised_keys() -> None:
    row = understand("da doc", open_documents=[KH], acknowledged=[], known=[], role="member", now=NOW)
    read = {"text": "da doc", "means": "acknowledge", "sure": True, "command": None, "document": KH}
    assert row == read | {"at": None, "ambiguous": False}


@pytest.mark.parametrize(
    ("text", "at", "ambiguous"),
    [
        ("thứ 6 tuần này", "2026-11-27T17:00:00+07:00", False),
        ("truoc 17h mai", "2026-11-25T17:00:00+07:00", False),
        ("5h mai", "2026-11-25T17:00:00+07:00", True),
        ("5h sang mai", "2026-11-25T05:00:00+07:00", False),
        ("31/11", None, False),
        ("hôm qua", None, False),
    ],
)
def test_understand_reads_deadlines(text: str, at: str | None, ambiguous: bool) -> None:
    now = datetime(2026, 11, 24, 1, tzinfo=UTC)
    row = understand(text, open_documents=[], acknowledged=[], known=[], role="secretary", now=now)
    assert (row["at"], row["ambiguous"]) == (at, ambiguous)


ACKNOWLEDGEMENTS = [text for want, text in rows() if want == "acknowledge"] + [
    text
    for table in MORE
    if table.want == "acknowledge" and table.opened == (KH,)
    for text in table.texts.replace("\n", "").split("|")
]

texts = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            "đã chưa đọc 52 kh không ok rồi ạ ? ai xem sẽ 1 👍 huỷ văn bản nhắc 51 / tôi".split()
        ),
        max_size=8,
    ).map(" ".join),
)


@given(texts, st.sampled_from([(), (KH,), (KH, TB)]), st.sampled_from(["member", "secretary", "officer"]))
def test_any_text_is_read_and_acknowledges_open_cards_only(
    text: str, opened: tuple[str, ...], role: str
) -> None:
    reading = reads(text, opened, role=role)
    assert reading.means in MEANS
    assert (reading.means == "command") == (reading.command is not None)
    if reading.means == "acknowledge":
        assert reading.sure
        assert reading.document in opened


@given(
    st.sampled_from(
        ["chưa", "không", "sẽ", "chua", "ko", "ai", "nếu", "chờ tôi", "vợ tôi", "đang", "giả sử"]
    ),
    st.sampled_from(ACKNOWLEDGEMENTS),
)
def test_a_negation_before_any_acknowledgement_takes_it_back(negation: str, text: str) -> None:
    assert reads(f"{negation} {text}").means != "acknowledge"


@given(
    st.sampled_from(ACKNOWLEDGEMENTS),
    st.sampled_from([" chưa", "?", " không", " à", " hả", " đâu", " chứ", " thì sao", " nhưng chưa hiểu"]),
)
def test_a_question_after_any_acknowledgement_takes_it_back(text: str, tail: str) -> None:
    assert reads(text + tail).means != "acknowledge"
