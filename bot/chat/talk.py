"""Dialogs of several steps, written as straight-line functions that survive a restart.

What was answered, read and done is stored in order, each with its key. Every new message replays the
function over that list; the first `ask` without a stored answer stops it and its question goes out.
So there is no state machine, and another process goes on where the person was. Rules that keep replay
true: reads, clocks and random numbers through `note`, effects through `once`, no `finally` with an
effect, verbs refuse before they write.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from bot.chat import hours
from bot.chat.choices import PLAIN, Answer, pack, plain_answer, tag
from bot.chat.errors import Refused
from bot.chat.events import Address, ContactShared, FileSent, JobDone
from bot.chat.replies import Choice, Reply, Say, To
from bot.chat.text import fold
from bot.i18n import _

Came = str | FileSent | ContactShared | JobDone
"""What a dialog may be given: words (or a picked option), a file, a phone number, finished work."""
T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
V = TypeVar("V")

HELP_AFTER = 2
"""Bad answers to one question before help is offered: the second reply says more than the first."""
LONG = 100
"""Characters of a question that fills much of a small screen: what was wrong is then said below it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stored step. kind: "answer", "note", "once", "again" (a `once` that going back may repeat),
    "refused" (a `once` that was refused) or "job"."""

    kind: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class DialogState:
    """A running dialog as it is stored."""

    run: int
    name: str
    version: int
    asked_at: datetime
    steps: tuple[Step, ...] = ()
    question: str = ""
    """Key of the question that waits for an answer."""
    tries: int = 0
    """Bad answers to it so far."""

    @property
    def given(self) -> Any:
        """What the dialog was begun with: always its first step."""
        return self.steps[0].value if self.steps and self.steps[0].key == "given" else None

    @property
    def has_answers(self) -> bool:
        """Whether anything was answered that would be lost: since the last effect that stays."""
        kinds = [step.kind for step in self.steps if step.kind in ("answer", "once")]
        return kinds[-1:] == ["answer"]

    def waits_for(self, job: int) -> bool:
        """Whether the dialog's question is this job's result (a left or restarted dialog waits no more)."""
        key = self.question.partition("#")[0]
        return any(
            step.key.partition("#")[0] == f"{key}.request" and step.value == job for step in self.steps
        )

    def back(self) -> "DialogState":
        """Without the last answer and what followed it; unchanged when an effect stands in between."""
        for index in range(len(self.steps) - 1, -1, -1):
            kind = self.steps[index].kind
            if kind in ("once", "refused"):
                break
            if kind == "answer":
                return replace(self, steps=self.steps[:index], tries=0)
        return self


class DialogStore(Protocol[T_contra]):
    """Where running dialogs are kept; one a person and chat."""

    def load(self, tx: T_contra, address: Address) -> DialogState | None:
        """The running dialog, if any."""
        ...

    def save(self, tx: T_contra, address: Address, state: DialogState) -> None:
        """Keeps the state, sealed."""
        ...

    def end(self, tx: T_contra, address: Address) -> None:
        """Forgets the dialog and its answers."""
        ...


class Retry(Exception):
    """Raised by `parse`: the answer does not do; `hint` says what would."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


class _Waiting(BaseException):
    """Stops the script at an unanswered question; no `except Exception` may swallow it."""


class _Changed(BaseException):
    """The script no longer fits what is stored."""


@dataclass
class Talk(Generic[T]):
    """What a script talks through. `tx` is the transaction of the message being handled."""

    tx: T
    address: Address
    now: datetime
    run: int
    steps: list[Step]
    answer: Came | None
    """What just came, until an `ask` or a `job` takes it."""
    question: str
    tries: int
    out: list[Reply | To] = field(default_factory=list)
    asked: str = ""
    _fresh: bool = False
    """Whether what comes now was not said before: a beginning, or an answer was just taken."""
    _at: int = 0
    _seen: Counter[str] = field(default_factory=Counter)

    def _key(self, key: str) -> str:
        self._seen[key] += 1
        return key if self._seen[key] == 1 else f"{key}#{self._seen[key]}"

    def _stored(self, kinds: tuple[str, ...], key: str) -> Step | None:
        if self._at == len(self.steps):
            if self.answer is not None and kinds not in (("answer",), ("job",)):
                raise _Changed  # a read or an effect nobody knew of, before the question that was answered
            return None
        step = self.steps[self._at]
        if step.key != key or step.kind not in kinds:
            raise _Changed
        self._at += 1
        return step

    def _store(self, kind: str, key: str, value: Any) -> Any:
        # Through JSON the first time too, so that a replay sees the very same types.
        step = Step(kind, key, json.loads(json.dumps(value)))
        self.steps.append(step)
        self._at += 1
        return step.value

    def ask(
        self,
        key: str,
        say: Say | Callable[[], Say],
        parse: Callable[[str], Any] | None = None,
        options: Mapping[str, str] | None = None,
        *,
        file: Callable[[FileSent], Any] | None = None,
        contact: Callable[[ContactShared], Any] | None = None,
        done: Callable[[JobDone], Any] | None = None,
    ) -> Any:
        """Asks, and returns the answer once there is one. What is costly to say is given as a function.

        `options` maps values to labels: picked by tap, number or label, its value is the answer.
        Otherwise `parse` turns the text, `file` a sent file, and `contact` a shared number into a JSON value,
        or raises Retry with a hint. Without `file`, a sent file is no answer; without `contact`, no number is.
        With `done`, so does work that was asked for as `once(f"{key}.request", …)` and that may come in
        instead of an answer.
        """
        key = self._key(key)
        if (step := self._stored(("answer",), key)) is not None:
            return step.value
        tries = 0
        hint = ""
        if self.answer is not None:
            if key != self.question:
                raise _Changed
            answer, self.answer, self._fresh = self.answer, None, True
            try:
                value = _taken(answer, options, parse, file, contact, done)
            except Retry as retry:
                tries, hint = self.tries + 1, retry.hint
            else:
                return self._store("answer", key, value)
        self.asked, self.tries = key, tries
        self.out.append(self._question(say if isinstance(say, Say) else say(), options, hint, tries))
        raise _Waiting

    def _question(self, say: Say, options: Mapping[str, str] | None, hint: str, tries: int) -> Say:
        choices = tuple(
            Choice(label, pack(Answer(self.run, len(self.steps), value, tag(self.asked))))
            for value, label in (options or {}).items()
        )
        help_ = ""
        if tries >= HELP_AFTER:
            help_ = (
                _(
                    "Nếu khó, đồng chí nhắn “quay lại” để sửa bước trước, “hủy” để dừng, hoặc hỏi cán bộ phụ trách."
                )
                if any(step.kind == "answer" for step in self.steps)
                else _("Nếu khó, đồng chí nhắn “hủy” để dừng, hoặc hỏi bí thư chi bộ, cán bộ phụ trách.")
            )
        if len(say.text) > LONG:
            below = "\n".join(part for part in (hint, help_) if part)
            text = "\n\n".join(part for part in (say.text, below) if part)
            return replace(say, text=text, choices=choices)
        text = "\n".join(part for part in (hint, say.text, help_) if part)
        return replace(say, text=text, choices=choices, heading="" if hint else say.heading)

    def given(self) -> Any:
        """What the dialog was begun with (a JSON value); the first thing a script asks for."""
        return self.note("given", lambda: None)

    def job(self, key: str, request: Callable[[], int], waiting: Say) -> Any:
        """The result (a JSON value) of slow work. `request` asks for it once and returns its id.

        Until it is there, `waiting` is said, and said again to whatever the person types meanwhile.
        """
        job_id = self.once(f"{key}.request", request, may_repeat=True)
        key = self._key(key)
        if (step := self._stored(("job",), key)) is not None:
            return step.value
        if isinstance(self.answer, JobDone) and key == self.question and self.answer.job == job_id:
            done, self.answer, self._fresh = self.answer, None, True
            return self._store("job", key, done.result)
        self.asked, self.tries = key, 0
        self.out.append(waiting)
        raise _Waiting

    def note(self, key: str, read: Callable[[], V]) -> V:
        """The result of a read, a clock or a random number (a JSON value), the same at every replay."""
        key = self._key(key)
        if (step := self._stored(("note",), key)) is not None:
            return step.value  # type: ignore[no-any-return] # what read returned, through JSON
        return self._store("note", key, read())  # type: ignore[no-any-return]

    def once(self, key: str, effect: Callable[[], V], *, may_repeat: bool = False) -> V:
        """Does something once and keeps its result (a JSON value), or its refusal, which is raised again.

        "quay lại" never goes back past it, unless doing it a second time does no harm (`may_repeat`).
        """
        key = self._key(key)
        if (step := self._stored(("once", "again", "refused"), key)) is not None:
            if step.kind == "refused":
                raise Refused(step.value)
            return step.value  # type: ignore[no-any-return] # what effect returned, through JSON
        try:
            result = effect()
        except Refused as refusal:
            self._store("refused", key, refusal.code)
            raise
        return self._store("again" if may_repeat else "once", key, result)  # type: ignore[no-any-return]

    def say(self, *replies: Reply | To) -> None:
        """Says something; said once, not at every replay."""
        if self._fresh and self._at == len(self.steps):
            self.out.extend(replies)

    def say_to(self, replies: Iterable[To]) -> None:
        """Tells others something, from within an effect: it runs once, so they hear it once."""
        self.out.extend(replies)


Script = Callable[[Talk[T]], None]


def _taken(
    answer: Came,
    options: Mapping[str, str] | None,
    parse: Callable[[str], Any] | None,
    file: Callable[[FileSent], Any] | None,
    contact: Callable[[ContactShared], Any] | None,
    done: Callable[[JobDone], Any] | None,
) -> Any:
    if isinstance(answer, str):
        return _pick(answer, options, parse)
    if isinstance(answer, FileSent):
        if file is not None:
            return file(answer)
        raise Retry(_("Bước này không cần tệp; tôi không giữ tệp đồng chí vừa gửi."))
    if isinstance(answer, ContactShared):
        if contact is not None:
            return contact(answer)
        raise Retry(_("Bước này không cần số điện thoại; tôi không giữ số đồng chí vừa gửi."))
    if done is not None:
        return done(answer)
    raise Retry("")  # a job's late answer: the question is simply asked again


_POLITE = frozenset("a nhe nha nhi roi luon thoi vang da dc duoc".split())


def _politely(typed: str, label: str) -> bool:
    # "tôi đồng ý ạ" is the label; "tôi đồng ý cái gì?" is a question and must agree to nothing.
    rest = typed.removeprefix(f"{label} ")
    return rest != typed and all(word.strip(".,!") in _POLITE for word in rest.split())


_TURNING = frozenset("khong chua dung thoi huy bo".split())


def _part(typed: str, label: str) -> bool:
    # “đồng ý” stands for “Tôi đồng ý cả bốn việc” and never for “Không đồng ý”, “thường kỳ” for its meeting.
    rest = f" {label} ".replace(f" {typed} ", " ", 1)
    return len(rest) < len(label) and _TURNING.isdisjoint(rest.split())


def _pick(answer: str, options: Mapping[str, str] | None, parse: Callable[[str], Any] | None) -> Any:
    if options:
        values = list(options)
        if answer in options:
            return answer
        typed = fold(answer)
        number = typed.strip(" .)")
        hour = hours.named(answer, list(options.values()))
        if number.isascii() and number.isdigit() and 1 <= int(number) <= len(values):
            by_number = values[int(number) - 1]
            if hour is None or values[hour] == by_number:
                return by_number
            which = hours.which(number, options[by_number], options[values[hour]])
            raise Retry(
                which + " " + _("Mời đồng chí nhắn rõ giờ, ví dụ “{hour}”.", hour=options[values[hour]])
            )
        if hour is not None:
            return values[hour]
        labels = [fold(label) for label in options.values()]
        if typed in labels:
            return values[labels.index(typed)]
        asks = "?" in answer or " " not in typed
        near = [
            i
            for i, label in enumerate(labels)
            if (not asks and _part(typed, label)) or _politely(typed, label)
        ]
        if len(near) == 1:
            return values[near[0]]
        if "?" not in answer and {*options} == {*PLAIN} and (said := plain_answer(typed)) is not None:
            return said
    if parse is None:
        count = len(options or {})
        raise Retry(
            _("Đồng chí chọn một mục bên dưới, hoặc nhắn số thứ tự của mục, từ 1 đến {count}.", count=count)
            if count > 1
            else _("Đồng chí chọn mục bên dưới, hoặc nhắn “1”.")
        )
    return parse(answer)


def advance(
    script: Script[T], tx: T, address: Address, state: DialogState, now: datetime, answer: Came | None
) -> tuple[DialogState | None, list[Reply | To]]:
    """Replays a script, with the answer that came (or None to begin, or to ask again).

    Returns the state to keep (None when the dialog ended) and what to say.
    """
    talk = Talk(tx, address, now, state.run, list(state.steps), answer, state.question, state.tries)
    talk._fresh = not state.question
    try:
        script(talk)
        if talk.answer is not None:  # it ended before the question that was answered
            raise _Changed
    except _Waiting:
        kept = replace(state, steps=tuple(talk.steps), question=talk.asked, tries=talk.tries, asked_at=now)
        return kept, talk.out
    except _Changed:
        fresh = replace(state, steps=state.steps[:1], question="", tries=0)
        if fresh == state:
            raise RuntimeError(f"dialog {state.name} does not begin with talk.given()") from None
        kept_fresh, replies = advance(script, tx, address, fresh, now, None)
        return kept_fresh, [Say(_("Phần này vừa được cập nhật, mời đồng chí làm lại từ đầu.")), *replies]
    return None, talk.out
