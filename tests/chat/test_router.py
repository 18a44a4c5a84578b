"""In which order a text is read, and what becomes of a dialog meanwhile."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.choices import Answer, Command, Drop, Resume, action, pack
from bot.chat.events import Address, ChoiceMade, Commanded, FileSent, Started, TextSent, Wondered
from bot.chat.replies import Say, To, Toast
from bot.chat.router import ANSWERS_WITHIN, Router
from bot.chat.talk import Retry

HERE = Address("telegram", "7", "7")
GROUP = Address("telegram", "-5", "7", group=True)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OFFER = "làm dở"


@action("paint")
@dataclass(frozen=True, slots=True)
class Paint:
    """A choice of these tests."""

    item: int


class Doors:
    """A gate whose doors can be closed."""

    def __init__(self) -> None:
        self.closed: set[str] = set()
        self.language = "vi"

    def arrived(self, tx, event) -> str:
        return self.language

    def allowed(self, tx, event, need) -> bool:
        return need not in self.closed

    def refuse(self, tx, event, need):
        return Say(f"refused {need}")


class Kept:
    """Dialogs in memory."""

    def __init__(self) -> None:
        self.of: dict[Address, Any] = {}

    def load(self, tx, address):
        return self.of.get(address)

    def save(self, tx, address, state) -> None:
        self.of[address] = state

    def end(self, tx, address) -> None:
        self.of.pop(address, None)


def script(talk) -> None:
    given = talk.given()
    colour = talk.ask("colour", Say("Màu?"), options={"red": "Đỏ", "blue": "Xanh"})
    count = talk.ask("count", Say("Bao nhiêu?"), parse=number)
    talk.once("effect", lambda: talk.tx.append(f"painted {colour} {count} {given}"))
    talk.say(Say("Xong."))


def number(text: str) -> int:
    if not text.isdigit():
        raise Retry("Xin một con số.")
    return int(text)


class House:
    """A router with one command, one choice, one dialog; the reader's words are fixed."""

    def __init__(self) -> None:
        self.gate, self.kept, self.tx = Doors(), Kept(), []
        self.at = NOW
        self.runs = iter(range(100, 999))
        self.router = self.build(1)

    def build(self, version: int, name: str = "paint") -> Router:
        router = Router(self.gate, self._read, self.kept, lambda: next(self.runs))
        router.command("help", lambda event, tx: Say("help"), "public")
        router.command("secret", lambda event, tx: Say("secret"), "officer")
        router.command("begin", lambda event, tx: router.begin(name, event, tx, {"of": 52}), "public")
        router.choice(
            Paint, lambda choice, event, tx: [Toast("noted"), Say(f"paint {choice.item}")], "member"
        )
        router.on(Wondered, lambda event, tx: Say("wondered"))
        router.on(Started, lambda event, tx: To("telegram", "9", Say("started")))
        router.dialog(name, script, version=version, title=lambda: "tô màu", need="member")
        return router

    def _read(self, event, tx):
        word = event.text.strip().lstrip("/").lower()
        if word in ("help", "secret", "begin"):
            return Commanded(event.address, event.at, word)
        if word == "menu":
            return Commanded(event.address, event.at, "help")
        if word == "1":
            return ChoiceMade(event.address, event.at, pack(Paint(1)), message_id=event.reply_to)
        return Wondered(event.address, event.at, event.text, "other")

    def says(self, text: str, address: Address = HERE, **by: float) -> list[str]:
        self.at += timedelta(**by)
        return self._hear(TextSent(address, self.at, text))

    def quotes(self, message_id: str, text: str) -> list[str]:
        return self._hear(TextSent(HERE, self.at, text, reply_to=message_id))

    def taps(self, payload: str, callback: str | None = None) -> list[str]:
        return self._hear(ChoiceMade(HERE, self.at, payload, callback_id=callback))

    def _hear(self, event) -> list[str]:
        self.said = self.router.handle(event, self.tx)
        return [(reply.reply if isinstance(reply, To) else reply).text for reply in self.said]

    @property
    def state(self):
        return self.kept.of.get(HERE)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def asked(house) -> House:
    """The dialog has asked for the number; its first answer is given."""
    assert house.says("begin") == ["Màu?"]
    assert house.says("đỏ") == ["Bao nhiêu?"]
    return house


ORDER = [
    # text, what is said first, whether the dialog still runs, whether it is offered again
    (pack(Paint(3)), "paint 3", True, False),  # a press that arrives as text is no answer
    (f" {pack(Paint(3))}", "Xin một con số.\nBao nhiêu?", True, False),
    ("#paint.forged!", "Xin một con số.\nBao nhiêu?", True, False),
    ("#52", "Xin một con số.\nBao nhiêu?", True, False),
    ("huỷ", "Đã dừng", False, False),
    ("HUY", "Đã dừng", False, False),
    ("/huy", "Đã dừng", False, False),
    ("hủy bỏ", "Đã dừng", False, False),
    ("thôi", "Đã dừng", False, False),
    ("quay lại", "Màu?", True, False),
    ("quay lai", "Màu?", True, False),
    ("/quaylai", "Màu?", True, False),
    ("huỷ nhé", "Đã dừng", False, False),
    ("thôi ạ", "Đã dừng", False, False),
    ("dừng", "Đã dừng", False, False),
    ("Đúng", "Xin một con số.\nBao nhiêu?", True, False),  # "đúng" is an answer, and no "dừng"
    ("dung", "Xin một con số.\nBao nhiêu?", True, False),
    ("/help", "help", True, True),
    ("/secret", "secret", True, True),
    ("help", "Xin một con số.\nBao nhiêu?", True, False),  # words are the dialog's before they are a command
    ("1", "Xong.", False, False),  # the dialog's question comes before the open choices
    ("mười hai", "Xin một con số.\nBao nhiêu?", True, False),
]


def test_a_command_in_words_is_heard_when_a_second_answer_does_not_do(asked):
    assert asked.says("help") == ["Xin một con số.\nBao nhiêu?"]
    first, offer = asked.says("help")
    assert first == "help"
    assert OFFER in offer


def test_the_menu_is_no_answer_even_where_any_words_would_do(asked):
    asked.router.dialog(
        "paint",
        lambda talk: (talk.given(), talk.ask("w", Say("Gì?"), parse=str))[0],
        version=2,
        title=lambda: "tô màu",
        need="member",
    )
    assert asked.says("begin")[-1] == "Gì?"
    first, offer = asked.says("menu")
    assert first == "help"
    assert OFFER in offer


def test_a_number_in_reply_to_an_older_message_is_no_answer_to_the_dialog(asked):
    said = asked.quotes("m7", "1")
    assert said[0] == "paint 1"
    assert OFFER in said[1]
    [offer] = asked.quotes("m7", "12")
    assert offer.startswith("Đồng chí đang làm dở: tô màu. Đồng chí tiếp tục chứ?")
    assert "chưa ghi" in offer  # neither an answer nor anything else: nothing is lost without a word


@pytest.mark.parametrize("text, first, runs, offered", ORDER)
def test_the_order_of_reading_while_a_dialog_asks(asked, text, first, runs, offered):
    said = asked.says(text)
    assert said[0].startswith(first)
    assert (asked.state is not None) == runs
    assert any(OFFER in words for words in said) == offered


@pytest.mark.parametrize(
    "text, first",
    [
        (pack(Paint(3)), "paint 3"),
        ("huỷ", "wondered"),
        ("quay lại", "wondered"),
        ("/help", "help"),
        ("help", "help"),
        ("1", "paint 1"),
        ("trời đẹp", "wondered"),
        (pack(Resume(5)), "Câu hỏi này đã xong"),
    ],
)
def test_the_order_of_reading_without_a_dialog(house, text, first):
    assert house.says(text)[0].startswith(first)


def test_a_command_sets_the_dialog_aside_until_the_person_says_so(asked):
    assert asked.says("/help")[0] == "help"
    offer = asked.said[-1]
    assert [choice.label for choice in offer.choices] == ["Tiếp tục", "Bỏ phần này"]
    assert asked.says("12") == asked.says("12")  # not taken as the answer; offered again
    assert OFFER in asked.says("12")[0]
    assert asked.tx == []
    assert asked.taps(offer.choices[0].payload) == ["Bao nhiêu?"]
    assert asked.says("12") == ["Xong."]
    assert asked.tx == ["painted red 12 {'of': 52}"]


def test_a_dialog_that_was_offered_can_be_dropped(asked):
    asked.says("/help")
    assert asked.taps(pack(Drop(asked.state.run))) == [
        "Đã bỏ phần làm dở. Đồng chí nhắn “menu” để xem các việc khác."
    ]
    assert asked.state is None
    assert asked.taps(pack(Resume(100)))[0].startswith("Câu hỏi này đã xong")


def test_a_question_sleeps_after_half_an_hour(asked):
    asked.at += ANSWERS_WITHIN
    before = asked.state
    assert asked.says("x") == ["Xin một con số.\nBao nhiêu?"]  # just within
    asked.kept.of[HERE] = before
    said = asked.says("12", seconds=1)
    assert OFFER in said[0]
    assert asked.tx == []
    assert asked.says("help", seconds=1) == ["help", asked.said[-1].text]
    assert OFFER in asked.said[-1].text


def test_cancel_and_back_reach_a_sleeping_dialog(asked):
    asked.at += timedelta(days=2)
    assert asked.says("quay lại") == ["Màu?"]
    asked.at += timedelta(days=2)
    assert asked.says("huỷ")[0].startswith("Đã dừng")
    assert asked.state is None


def test_the_button_of_the_present_question_answers_even_when_it_sleeps(house):
    house.says("begin")
    house.at += timedelta(days=1)
    assert house.taps(pack(Answer(house.state.run, 1, "blue"))) == ["Bao nhiêu?"]


def test_an_earlier_questions_button_asks_the_present_one_again(asked):
    before = asked.state
    assert asked.taps(pack(Answer(before.run, 1, "blue"))) == ["Bao nhiêu?"]
    assert asked.state.steps == before.steps
    assert asked.taps(pack(Answer(before.run + 1, 2, "blue")))[0].startswith("Câu hỏi này đã xong")
    assert asked.taps(pack(Answer(before.run, 99, "blue"))) == ["Bao nhiêu?"]


def test_a_forged_option_is_asked_again(house):
    house.says("begin")
    assert "chọn một mục" in house.taps(pack(Answer(house.state.run, 1, "green")))[0]
    assert house.tx == []


def test_back_at_an_effect_or_the_beginning_says_so(house):
    house.says("begin")
    assert house.says("quay lại") == ["Không lùi thêm được từ bước này.", "Màu?"]


def test_rights_are_asked_for_commands_choices_and_at_each_step_of_a_dialog(asked):
    asked.gate.closed = {"officer"}
    assert asked.says("/secret")[0] == "refused officer"
    asked.taps(pack(Resume(asked.state.run)))
    asked.gate.closed = {"member"}
    assert asked.taps(pack(Paint(1))) == ["refused member"]
    assert asked.says("12") == ["refused member"]
    assert asked.state is None
    assert asked.says("begin") == ["refused member"]
    assert asked.tx == []


@pytest.mark.parametrize("text", ["12", "help", "/help"])
def test_a_dialog_of_another_version_restarts_politely(asked, text):
    asked.router = asked.build(2)
    said = asked.says(text)
    assert "làm lại từ đầu" in said[0]
    assert said[-1] == "Màu?"
    assert (asked.state.version, asked.state.given) == (2, {"of": 52})
    assert asked.says("đỏ") == ["Bao nhiêu?"]


def test_who_leaves_a_dialog_of_another_version_leaves_it(asked):
    asked.router = asked.build(2)
    assert asked.says("huỷ")[0].startswith("Đã dừng")
    assert asked.state is None


def test_a_button_of_another_version_restarts_too(asked):
    asked.router = asked.build(2)
    assert "làm lại từ đầu" in asked.taps(pack(Resume(asked.state.run)))[0]


def test_a_dialog_that_is_no_more_is_ended(asked):
    asked.router = asked.build(1, "other")
    assert "không còn nữa" in asked.says("12")[0]
    assert asked.state is None


def test_a_pressed_button_gets_exactly_one_answer_first(house):
    assert house.taps(pack(Paint(1)), "cb") == ["noted", "paint 1"]
    assert house.said[0] == Toast("noted", "cb")
    assert house.taps("#nothing", "cb")[1].startswith("Nút này không còn dùng được")
    assert house.said[0] == Toast("", "cb")
    assert house.taps(pack(Paint(1))) == ["paint 1"]  # where no press waits, nothing but the words


def test_a_command_offered_as_a_choice_is_the_command(house):
    assert house.taps(pack(Command("help"))) == ["help"]
    assert house.taps(pack(Command("unknown")))[0].startswith("Nút này không còn dùng được")
    house.gate.closed = {"officer"}
    assert house.taps(pack(Command("secret"))) == ["refused officer"]


def test_in_a_group_no_dialog_takes_an_answer(asked):
    asked.kept.of[GROUP] = replace(asked.state)
    assert asked.says("12", GROUP) == ["wondered"]
    assert asked.tx == []


def test_two_people_have_a_dialog_each(house):
    other = Address("telegram", "8", "8")
    house.says("begin")
    house.says("begin", other)
    house.says("đỏ")
    assert house.says("xanh", other) == ["Bao nhiêu?"]
    house.says("1")
    house.says("2", other)
    assert house.tx == ["painted red 1 {'of': 52}", "painted blue 2 {'of': 52}"]


def test_words_are_said_in_the_readers_language(house):
    house.says("begin")
    house.gate.language = "en"
    assert not house.says("huỷ")[0].startswith("Đã dừng")
    house.gate.language = "vi"
    house.says("begin")
    assert house.says("huỷ")[0].startswith("Đã dừng")


def test_a_dialog_that_begins_throws_no_answers_away(asked):
    run, steps = asked.state.run, asked.state.steps
    for again in (lambda: asked.says("/begin"), lambda: asked.says("begin", days=1)):
        (offer,) = again()
        assert OFFER in offer
        assert (asked.state.run, asked.state.steps) == (run, steps)
    other = asked.router = asked.build(1)
    other.dialog("draft", script, version=1, title=lambda: "soạn", need="member")
    other.command("begin", lambda event, tx: other.begin("draft", event, tx), "public")
    first, offer = asked.says("/begin")
    assert "bỏ phần đang làm dở trước" in first
    assert "tô màu" in offer
    asked.taps(pack(Drop(run)))
    assert asked.says("/begin") == ["Màu?"]
    assert asked.state.name == "draft"


def test_what_was_done_with_the_answers_is_not_lost_and_the_rest_gives_way(house):
    def told_twice(talk) -> None:
        talk.given()
        talk.ask("colour", Say("Màu?"), options={"red": "Đỏ"})
        talk.once("effect", lambda: talk.tx.append("painted"))
        talk.ask("more", Say("Thêm gì?"), parse=str)

    house.router.dialog("paint", told_twice, version=1, title=lambda: "tô màu", need="member")
    house.says("begin")
    house.says("đỏ")
    run = house.state.run
    assert house.says("/begin") == ["Màu?"]
    assert house.state.run != run


def test_a_dialog_in_which_nothing_was_answered_gives_way(house):
    house.says("begin")
    run = house.state.run
    assert house.says("/begin") == ["Màu?"]
    assert house.state.run != run


def test_a_button_of_another_question_at_the_same_step_answers_nothing(house):
    def either(talk) -> None:
        talk.given()
        which = talk.ask("which", Say("Sửa gì?"), options={"summary": "Tóm tắt", "deadline": "Hạn"})
        talk.ask(which, Say(f"{which} mới?"), options={"-": f"Không có {which}"})

    house.router.dialog("paint", either, version=1, title=lambda: "sửa", need="member")
    house.says("begin")
    house.says("Tóm tắt")
    old = house.said[0].choices[0].payload
    house.says("quay lại")
    assert house.says("Hạn") == ["deadline mới?"]
    assert house.taps(old) == ["deadline mới?"]
    assert house.state is not None
    house.taps(house.said[0].choices[0].payload)
    assert house.state is None


def test_a_file_for_a_sleeping_dialog_is_asked_for_again(asked):
    asked.at += timedelta(hours=1)
    (offer,) = asked._hear(FileSent(HERE, asked.at, "f1", "52.pdf", 9))
    assert "Tệp vừa rồi tôi chưa nhận" in offer
    assert OFFER in offer
