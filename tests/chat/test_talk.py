"""Dialogs that replay: what was answered, read and done stays; what was said is said once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.choices import Answer, tag, unpack
from bot.chat.errors import Refused
from bot.chat.events import Address, JobDone
from bot.chat.replies import Say, To
from bot.chat.talk import HELP_AFTER, DialogState, Retry, Step, Talk, advance

HERE = Address("telegram", "7", "7")
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RESTARTED = "làm lại từ đầu"


@dataclass
class World:
    """What a script touches: the test's `tx`. Counts what really happened."""

    effects: list[str] = field(default_factory=list)
    reads: Iterator[int] = field(default_factory=lambda: iter(range(100, 999)))
    replays: int = 0


class Chat:
    """A person and a script; keeps the state as the store does. `killed` forgets all but what is stored."""

    def __init__(
        self, script: Callable[[Talk[World]], None], killed: bool = False, given: Any = None
    ) -> None:
        self.script = script
        self.killed = killed
        self.world = World()
        self.heard: list[str] = []
        self.state: DialogState | None = DialogState(5, "x", 1, START, (Step("note", "given", given),))
        self._go(None)

    def _go(self, answer: str | None) -> list[Any]:
        assert self.state is not None
        state = through_json(self.state) if self.killed else self.state
        self.state, out = advance(self.script, self.world, HERE, state, START, answer)
        self.last = out
        self.heard += [(reply.reply if isinstance(reply, To) else reply).text for reply in out]
        return out

    def says(self, answer: str) -> str:
        """Answers; returns what was said last."""
        out = self._go(answer)
        return out[-1].text if out else ""

    def asked_again(self) -> list[str]:
        """The question once more, as after a restart or "tiếp tục"."""
        return [reply.text for reply in self._go(None)]

    def back(self) -> str:
        assert self.state is not None
        self.state = self.state.back()
        return self._go(None)[-1].text


def through_json(state: DialogState) -> DialogState:
    steps = json.loads(json.dumps([[step.kind, step.key, step.value] for step in state.steps]))
    return replace(state, steps=tuple(Step(*step) for step in steps))


def number(text: str) -> int:
    if not text.isdigit():
        raise Retry("Xin một con số.")
    return int(text)


def journey(talk: Talk[World]) -> None:
    """A dialog with everything in it: options, parse, notes that decide, effects, a loop, a refusal."""
    talk.given()
    talk.tx.replays += 1
    colour = talk.ask("colour", Say("Màu?"), options={"red": "Đỏ", "blue": "Xanh"})
    lot = talk.note("lot", lambda: next(talk.tx.reads))
    talk.say(Say(f"Số của đồng chí: {lot}"))
    total = 0
    for _ in range(2 if colour == "red" else 3):
        total += talk.ask("count", Say("Bao nhiêu?"), parse=number)
    done = talk.once("book", lambda: talk.tx.effects.append(f"book {colour} {total} {lot}") or total)
    talk.say(Say(f"Đã ghi {done}"))
    try:
        talk.once("pay", lambda: pay(talk.tx, total))
    except Refused as refusal:
        talk.say(Say(f"Bị từ chối: {refusal.code}"))
        why = talk.ask("why", Say("Vì sao?"), parse=str.strip)
        talk.once("tell", lambda: talk.tx.effects.append(f"tell {why}"))
    talk.say(Say("Xong."))


def pay(world: World, total: int) -> str:
    world.effects.append("pay tried")
    if total % 2:
        raise Refused("odd")
    return "paid"


answers = st.lists(
    st.sampled_from(["1", "2", "Đỏ", "xanh", "do", "3", "4", "🙂", "", "không biết", "red"]), max_size=12
)


def run(typed: list[str], *, killed: bool) -> Chat:
    chat = Chat(journey, killed)
    for answer in typed:
        if chat.state is None:
            break
        chat.says(answer)
    return chat


@given(answers)
def test_killing_between_any_two_answers_changes_nothing(typed):
    plain, killed = run(typed, killed=False), run(typed, killed=True)
    assert killed.heard == plain.heard
    assert killed.world.effects == plain.world.effects
    assert killed.state == plain.state


@given(answers, st.integers(1, 3))
def test_replaying_any_prefix_asks_the_same_and_does_nothing_more(typed, times):
    chat = run(typed, killed=True)
    if chat.state is None:
        return
    before, effects, question = chat.state, list(chat.world.effects), chat.heard[-1].split("\n")
    for _ in range(times):
        again = chat.asked_again()
        assert len(again) == 1  # the question and nothing that was said before
        assert again[0].split("\n")[-1] in question
    assert chat.world.effects == effects
    assert replace(chat.state, tries=before.tries) == before


@given(answers)
def test_effects_happen_once_whatever_is_answered_and_asked_again(typed):
    chat = Chat(journey, killed=True)
    for answer in typed:
        if chat.state is None:
            break
        chat.asked_again()
        chat.says(answer)
    names = [effect.split()[0] for effect in chat.world.effects]
    assert len(set(names)) == len(names) or names.count("pay") == 1
    said = [text for text in chat.heard if text.startswith(("Số của", "Đã ghi", "Bị từ chối", "Xong"))]
    assert len(said) == len(set(said))


def test_a_whole_run():
    chat = Chat(journey, killed=True)
    assert chat.heard == ["Màu?"]
    assert chat.says("đỏ") == "Bao nhiêu?"
    assert chat.heard[-2] == "Số của đồng chí: 100"
    assert chat.says("3") == "Bao nhiêu?"
    assert chat.says("4") == "Vì sao?"
    assert chat.heard[-3:] == ["Đã ghi 7", "Bị từ chối: odd", "Vì sao?"]
    assert chat.says(" quên ") == "Xong."
    assert chat.state is None
    assert chat.world.effects == ["book red 7 100", "pay tried", "tell quên"]
    assert chat.world.replays == 5


def test_a_note_is_read_once():
    chat = Chat(journey, killed=True)
    chat.says("1")
    chat.says("2")
    chat.asked_again()
    assert next(chat.world.reads) == 101


def test_a_refusal_is_raised_again_at_every_replay():
    caught: list[str] = []

    def script(talk: Talk[World]) -> None:
        talk.given()
        try:
            talk.once("pay", lambda: pay(talk.tx, 1))
        except Refused as refusal:
            caught.append(refusal.code)
        talk.ask("a", Say("A?"), parse=str)
        talk.ask("b", Say("B?"), parse=str)

    chat = Chat(script, killed=True)
    chat.says("1")
    chat.asked_again()
    assert caught == ["odd"] * 3
    assert chat.world.effects == ["pay tried"]


def test_back_drops_the_last_answer_and_the_notes_after_it():
    chat = Chat(journey, killed=True)
    chat.says("1")
    assert chat.back() == "Màu?"
    assert [step.key for step in chat.state.steps] == ["given"]
    chat.says("2")
    assert chat.heard[-2] == "Số của đồng chí: 101"  # read anew: it followed the answer
    chat.says("5")
    assert chat.back() == "Bao nhiêu?"
    assert [step.key for step in chat.state.steps] == ["given", "colour", "lot"]


def test_back_never_crosses_an_effect():
    chat = Chat(journey, killed=True)
    for answer in ("1", "3", "4"):
        chat.says(answer)
    state = chat.state
    assert chat.back() == "Vì sao?"
    assert chat.state == state
    assert chat.world.effects == ["book red 7 100", "pay tried"]


@given(answers, st.data())
def test_back_never_undoes_an_effect_wherever_it_is_said(typed, data):
    chat = Chat(journey, killed=True)
    for answer in typed:
        if chat.state is None:
            return
        chat.says(answer) if data.draw(st.booleans()) else chat.back()
    names = [effect.split()[0] for effect in chat.world.effects]
    assert len(names) == len(set(names))


def test_back_at_the_first_question_stays():
    chat = Chat(journey)
    assert chat.back() == "Màu?"


def two(first: str, second: str, note: str = "") -> Callable[[Talk[World]], None]:
    def script(talk: Talk[World]) -> None:
        talk.given()
        talk.ask(first, Say(f"{first}?"), parse=str)
        if note:
            talk.note(note, lambda: 1)
        talk.ask(second, Say(f"{second}?"), parse=str)
        talk.say(Say("Xong."))

    return script


@pytest.mark.parametrize("changed", [two("x", "b"), two("a", "c"), two("a", "b", note="n"), two("b", "a")])
def test_a_script_whose_keys_changed_restarts_politely(changed):
    chat = Chat(two("a", "b"), killed=True, given={"document": 52})
    chat.says("một")
    chat.script = changed
    question = chat.says("hai")
    assert any(RESTARTED in text for text in chat.heard)
    assert question.endswith("?")
    assert chat.state.given == {"document": 52}
    assert "hai" not in str(chat.state.steps)


def test_a_script_that_lost_a_question_does_not_end_with_an_answer_in_hand():
    chat = Chat(two("a", "b"), killed=True)
    chat.says("một")

    def shorter(talk: Talk[World]) -> None:
        talk.given()
        talk.ask("a", Say("a?"), parse=str)
        talk.say(Say("Xong."))

    chat.script = shorter
    assert chat.says("hai") == "a?"
    assert RESTARTED in chat.heard[-2]


def test_an_effect_nobody_knew_of_does_not_happen_before_the_restart():
    chat = Chat(two("a", "b"), killed=True)
    chat.says("một")

    def changed(talk: Talk[World]) -> None:
        talk.given()
        talk.ask("a", Say("a?"), parse=str)
        talk.once("new", lambda: talk.tx.effects.append("new"))
        talk.ask("b", Say("b?"), parse=str)

    chat.script = changed
    assert chat.says("hai") == "a?"
    assert chat.world.effects == []


def checked(talk: Talk[World]) -> None:
    talk.given()
    name = talk.ask("name", Say("Tên tệp?"), parse=str)
    found = talk.job("gate", lambda: talk.tx.effects.append(f"ask {name}") or 77, Say("Đang kiểm tra…"))
    talk.say(Say(f"Kết quả: {found}"))
    talk.ask("next", Say("Tiếp?"), parse=str)


@pytest.mark.parametrize("killed", [False, True])
def test_a_job_is_asked_for_once_waited_for_and_its_result_kept(killed):
    chat = Chat(checked, killed)
    assert chat.says("a.pdf") == "Đang kiểm tra…"
    assert chat.says("xong chưa?") == "Đang kiểm tra…"
    assert chat.asked_again() == ["Đang kiểm tra…"]
    assert chat._go(JobDone(HERE, START, 78, "another's"))[-1].text == "Đang kiểm tra…"
    assert [say.text for say in chat._go(JobDone(HERE, START, 77, {"ok": [1]}))] == [
        "Kết quả: {'ok': [1]}",
        "Tiếp?",
    ]
    assert chat._go(JobDone(HERE, START, 77, "twice"))[-1].text == "Tiếp?"
    assert chat.asked_again() == ["Tiếp?"]
    assert chat.world.effects == ["ask a.pdf"]


def test_the_same_key_in_a_loop_is_counted():
    chat = Chat(journey, killed=True)
    for answer in ("2", "1", "2"):
        chat.says(answer)
    assert [step.key for step in chat.state.steps] == ["given", "colour", "lot", "count", "count#2"]
    assert chat.state.question == "count#3"


def test_two_bad_answers_offer_help_and_a_good_one_forgets_them():
    chat = Chat(journey, killed=True)
    chat.says("1")
    for attempt in range(1, HELP_AFTER + 2):
        said = chat.says("🙂")
        assert said.startswith("Xin một con số.\nBao nhiêu?")
        assert ("hủy" in said) == (attempt >= HELP_AFTER)
        assert chat.state.tries == attempt
    assert chat.says("5") == "Bao nhiêu?"
    assert chat.state.tries == 0


def test_what_is_wrong_is_said_below_a_long_question_which_keeps_its_heading():
    def script(talk: Talk[World]) -> None:
        talk.given()
        asked = Say("Địa điểm: " + "phòng họp " * 20, heading="Như tháng trước?")
        talk.ask("same", asked, options={"same": "Như tháng trước", "new": "Soạn mới"})

    chat = Chat(script)
    for hint in ("từ 1 đến 2.", "phụ trách."):
        assert chat.says("8h thứ 7").rstrip().endswith(hint)
        assert chat.last[-1].heading == "Như tháng trước?"


@pytest.mark.parametrize(
    "typed, value",
    [("vâng ạ", "yes"), ("đồng ý", "yes"), ("có", "yes"), ("không", "no"), ("đồng ý?", None), ("dung", None)],
)
def test_yes_and_no_answer_what_is_asked_with_yes_and_no(typed, value):
    def script(talk: Talk[World]) -> None:
        talk.given()
        talk.ask("sure", Say("Gửi câu hỏi này?"), options={"yes": "Gửi câu hỏi", "no": "Không gửi"})
        talk.ask("next", Say("Tiếp?"))

    chat = Chat(script)
    chat.says(typed)
    assert [step.value for step in chat.state.steps if step.kind == "answer"] == ([value] if value else [])


def test_choices_are_picked_by_value_number_or_label():
    for typed in ("blue", "2", "2.", " 2) ", "Xanh", "XANH", "xanh ạ", "xanh"):
        chat = Chat(journey)
        chat.says(typed)
        assert chat.state.steps[1] == Step("answer", "colour", "blue"), typed
    for typed in ("0", "3", "-1", "12", "x", "đỏ xanh tím", "", "🙂", "xa", "#q.5.1.red"):
        chat = Chat(journey)
        assert "chọn một mục" in chat.says(typed), typed


def test_a_number_that_may_be_an_hour_is_asked_back():
    def script(talk: Talk[World]) -> None:
        talk.given()
        hours = {str(60 * hour): f"{hour:02d}:00" for hour in (1, 6, 2, 8)}
        talk.ask("minute", Say("Lúc mấy giờ?"), options=hours)
        talk.ask("next", Say("Tiếp?"))

    for typed, minute in (("1", "60"), ("3", "120"), ("6 giờ", "360"), ("8", "480"), ("8h sáng", "480")):
        chat = Chat(script)
        assert chat.says(typed) == "Tiếp?", typed
        assert chat.state.steps[-1].value == minute, typed
    chat = Chat(script)
    assert "Đồng chí muốn 06:00 (mục 2) hay 02:00?" in chat.says("2")
    assert chat.says("02:00") == "Tiếp?"


def test_the_buttons_of_a_question_carry_its_run_and_step():
    chat = Chat(journey)
    payloads = [unpack(choice.payload) for choice in chat.last[-1].choices]
    assert payloads == [Answer(5, 1, value, tag("colour")) for value in ("red", "blue")]


def test_values_go_through_json_the_first_time_too():
    seen: list[Any] = []

    def script(talk: Talk[World]) -> None:
        talk.given()
        pair = talk.ask("pair", Say("?"), parse=lambda text: (text, {1: ("x",)}))
        noted = talk.note("noted", lambda: (1, 2))
        done = talk.once("done", lambda: ({"a": (3,)},))
        seen.append((pair, noted, done))
        talk.ask("next", Say("?"), parse=str)

    chat = Chat(script)
    chat.says("a")
    chat.asked_again()
    assert seen == [(["a", {"1": ["x"]}], [1, 2], [{"a": [3]}])] * 2
    assert type(seen[0][0]) is type(seen[1][0]) is list


def test_what_json_cannot_hold_is_a_fault_of_the_script_at_once():
    def script(talk: Talk[World]) -> None:
        talk.given()
        talk.note("now", lambda: START)

    with pytest.raises(TypeError):
        Chat(script)


def test_no_except_exception_swallows_the_waiting():
    def script(talk: Talk[World]) -> None:
        talk.given()
        try:
            talk.ask("a", Say("A?"), parse=str)
        except Exception:
            talk.say(Say("swallowed"))

    chat = Chat(script)
    assert chat.heard == ["A?"]
    assert chat.state is not None


def test_a_script_that_raises_keeps_its_error():
    def script(talk: Talk[World]) -> None:
        talk.given()
        talk.ask("a", Say("A?"), parse=str)
        raise LookupError("broken")

    chat = Chat(script)
    with pytest.raises(LookupError):
        chat.says("x")


def test_others_are_told_once():
    def script(talk: Talk[World]) -> None:
        talk.given()
        talk.once("tell", lambda: talk.say_to([To("telegram", "9", Say("báo cho người khác"))]))
        talk.say(Say("nói một lần"))
        talk.ask("a", Say("A?"), parse=str)
        talk.ask("b", Say("B?"), parse=str)

    chat = Chat(script, killed=True)
    chat.says("x")
    chat.asked_again()
    assert chat.heard == ["báo cho người khác", "nói một lần", "A?", "B?", "B?"]


def test_the_question_is_asked_at_the_moment_it_was_asked():
    state = DialogState(5, "x", 1, START)
    kept, _ = advance(two("a", "b"), World(), HERE, state, START + timedelta(hours=1), None)
    assert kept.asked_at == START + timedelta(hours=1)


def test_a_script_that_forgets_what_it_was_given_is_told_so():
    def script(talk: Talk[World]) -> None:
        talk.ask("a", Say("A?"), parse=str)

    with pytest.raises(RuntimeError, match="given"):
        Chat(script)


@pytest.mark.parametrize(
    "typed", ["tôi đồng ý cái gì?", "toi dong y la sao", "Tôi đồng ý, nhưng mai", "đồng ý?"]
)
def test_a_label_with_more_behind_it_agrees_to_nothing(typed):
    def script(talk: Talk[World]) -> None:
        talk.given()
        talk.ask("consent", Say("?"), options={"yes": "Tôi đồng ý", "no": "Không đồng ý"})

    chat = Chat(script)
    assert "chọn một mục" in chat.says(typed)
    assert chat.says("tôi đồng ý ạ.") == ""
