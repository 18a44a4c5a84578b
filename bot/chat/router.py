"""From an event to the handler that answers it, in one order (the order in `Router.handle`).

The router knows no platform, no database and no errand: what it must ask is handed to it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from bot.chat import choices as _choices
from bot.chat.choices import Answer, Command, Drop, Resume, pack
from bot.chat.events import (
    FAILED,
    ChoiceMade,
    Commanded,
    ContactShared,
    Event,
    FileSent,
    JobDone,
    Started,
    TextSent,
    Wondered,
)
from bot.chat.replies import Choice, Reply, Say, To, Toast
from bot.chat.talk import Came, DialogState, DialogStore, Script, Step, advance
from bot.chat.text import clean, fold
from bot.i18n import _, speaking

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
Out = Reply | To
Replies = Out | Sequence[Out] | None
Handler = Callable[[Any, T], Replies]

ANSWERS_WITHIN = timedelta(minutes=30)
"""A dialog's question takes what comes within this time as its answer; then the dialog sleeps."""
_CANCEL = frozenset({"huy", "huybo", "thoi", "dunglai", "thoat", "cancel", "stop"})
_BACK = frozenset({"quaylai", "trolai", "luilai", "back"})
_POLITE = re.compile(r"(?: (?:a|nhe|nha|oi|di))+$")
_MENU = frozenset({"menu", "tro giup"})
"""Never an answer, not even where any words would do: “menu” was once sent to an author as a question."""
_ANSWERS = frozenset({"meeting_answer", "check_in"})
"""Commands that a bare "vâng" or six digits may be read as: not in the middle of a dialog."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Gate(Protocol[T_contra]):
    """Who may use what. The router asks before a command; verbs ask again before they act."""

    def arrived(self, tx: T_contra, event: Event) -> str:
        """Notes that this address spoke (so it can be reached again); says in which language it reads."""
        ...

    def allowed(self, tx: T_contra, event: Event, need: str) -> bool:
        """Whether this address fulfils `need`, a word the handlers chose ("member", "see_status", …)."""
        ...

    def refuse(self, tx: T_contra, event: Event, need: str) -> Replies:
        """What somebody hears who may not: what to do next and whom to ask."""
        ...


class Reader(Protocol[T_contra]):
    """Says what a text means that answers no dialog: Commanded, ChoiceMade or Wondered.

    A ChoiceMade that names its message was made by quoting that message: like a press, it is for no dialog.
    """

    def __call__(self, event: TextSent, tx: T_contra) -> Event: ...


@dataclass(frozen=True, slots=True)
class Dialog(Generic[T]):
    """A registered dialog. `version` rises whenever its questions change their meaning."""

    script: Script[T]
    version: int
    title: Callable[[], str]
    need: str


class _Busy(Exception):
    """A dialog was to begin while another one, with answers in it, is not finished: those are not thrown away."""

    def __init__(self, state: DialogState, *, again: bool) -> None:
        """`again`: the same dialog was to begin anew."""
        super().__init__(state.name)
        self.state = state
        self.again = again


class Router(Generic[T]):
    """Registers handlers, and gives each event to one of them."""

    def __init__(
        self, gate: Gate[T], reader: Reader[T], dialogs: DialogStore[T], new_run: Callable[[], int]
    ) -> None:
        self._gate = gate
        self._read = reader
        self._store = dialogs
        self._new_run = new_run
        self._commands: dict[str, tuple[Handler[T], str]] = {}
        self._events: dict[type[Event], Handler[T]] = {}
        self._jobs: dict[str, Handler[T]] = {}
        self._choices: dict[type[Any], tuple[Handler[T], str]] = {}
        self._dialogs: dict[str, Dialog[T]] = {}

    def command(self, name: str, handler: Handler[T], need: str) -> None:
        """`handler(Commanded, tx)` answers this command for who fulfils `need`."""
        self._commands[name] = (handler, need)

    def choice(self, kind: type[Any], handler: Callable[[Any, Event, T], Replies], need: str) -> None:
        """`handler(action, event, tx)` answers this kind of choice for who fulfils `need`."""
        self._choices[kind] = (handler, need)  # type: ignore[assignment] # called with three in _choose

    def on(self, kind: type[Event], handler: Handler[T]) -> None:
        """`handler(event, tx)` answers this kind of event; it decides itself who may."""
        self._events[kind] = handler

    def job(self, kind: str, handler: Handler[T]) -> None:
        """`handler(JobDone, tx)` answers slow work for which no dialog waits: its result is {"kind": kind, …}."""
        self._jobs[kind] = handler

    def dialog(
        self, name: str, script: Script[T], *, version: int, title: Callable[[], str], need: str
    ) -> None:
        """Registers a dialog under its stored name."""
        self._dialogs[name] = Dialog(script, version, title, need)

    def begin(self, name: str, event: Event, tx: T, given: Any = None) -> list[Out]:
        """Starts a dialog from its first question; a running one ends, unless something was answered in it.

        `given` (a JSON value) is what the script's `talk.note("given", …)` returns.
        """
        if event.address.group:
            return []
        running = self._store.load(tx, event.address)
        if running is not None and running.name in self._dialogs and running.has_answers:
            raise _Busy(running, again=running.name == name)
        steps = (Step("note", "given", given),)
        state = DialogState(self._new_run(), name, self._dialogs[name].version, event.at, steps)
        return self._advance(event, tx, state, None)

    def handle(self, event: Event, tx: T) -> list[Out]:
        """What to say to an event, in this order: a choice's payload; leaving or going back in a dialog;
        an explicit /command; the question of a dialog asked within half an hour, or a command in words where
        a second answer did not do; then the reader (open choices, commands in words, free text)."""
        with speaking(self._gate.arrived(tx, event)):
            try:
                said = _listed(self._handle(event, tx))
            except _Busy as busy:
                first = Say(_("Đồng chí làm xong hoặc bỏ phần đang làm dở trước, rồi chọn lại."))
                said = self._set_aside(event, tx, busy.state, [] if busy.again else [first])
        if isinstance(event, ChoiceMade) and event.callback_id is not None:
            # A pressed button waits for an answer of its own, first and exactly one.
            notes = [reply.text for reply in said if isinstance(reply, Toast)]
            return [Toast(notes[0] if notes else "", event.callback_id), *_without_toasts(said)]
        return _without_toasts(said)

    def _handle(self, event: Event, tx: T) -> Replies:
        if isinstance(event, ChoiceMade):
            # In a group no message of ours has choices, and no dialog is held: nothing there is personal.
            return None if event.address.group else self._choose(event, tx)
        if isinstance(event, FileSent | ContactShared | JobDone) and not event.address.group:
            return self._for_dialog(event, tx)
        if isinstance(event, Started):
            state = self._store.load(tx, event.address)
            return self._set_aside(event, tx, state, _listed(self._dispatch(event, tx)))
        if not isinstance(event, TextSent):
            return self._dispatch(event, tx)
        if (
            not event.address.group
            and event.text.startswith("#")
            and _choices.unpack(event.text.strip()) is not None
        ):
            return self._choose(
                ChoiceMade(address=event.address, at=event.at, payload=event.text.strip()), tx
            )
        state = None if event.address.group else self._store.load(tx, event.address)
        if state is not None:
            known = self._dialogs.get(state.name)
            word = fold(event.text)
            glued = _POLITE.sub("", word.strip(" /")).replace(" ", "")
            if glued in _CANCEL or clean(event.text).strip(" /").lower() == "dừng":  # “dung” may be “đúng”
                self._store.end(tx, event.address)
                return Say(_("Đã dừng. Đồng chí nhắn “menu” để xem các việc khác."))
            if known is None or state.version != known.version:
                return self._restart(event, tx, state)
            if glued in _BACK:
                return self._back(event, tx, state)
            if word.strip(" /") in _MENU and isinstance(asked_for := self._read(event, tx), Commanded):
                return self._set_aside(event, tx, state, _listed(self._dispatch(asked_for, tx)))
            explicit = event.text.lstrip().startswith("/")
            if event.reply_to is not None and not explicit:
                pressed = self._read(event, tx)
                if isinstance(pressed, ChoiceMade) and pressed.message_id is not None:
                    return self._set_aside(event, tx, state, _listed(self._choose(pressed, tx)))
            if not explicit and event.at - state.asked_at <= ANSWERS_WITHIN:
                said = self._advance(event, tx, state, event.text)
                asked = self._store.load(tx, event.address)
                if asked is None or asked.run != state.run or asked.tries <= max(1, state.tries):
                    return said
                # No answer for the second time: perhaps something else was wanted.
                return self._instead(event, tx, asked) or said
        read = self._read(event, tx)
        if isinstance(read, Wondered) and state is not None:
            return self._offer(
                state, lost=_("Câu vừa rồi tôi chưa ghi: chọn “Tiếp tục” rồi đồng chí nhắn lại.")
            )
        said = _listed(self._choose(read, tx) if isinstance(read, ChoiceMade) else self._dispatch(read, tx))
        return self._set_aside(event, tx, state, said)

    def _instead(self, event: TextSent, tx: T, asked: DialogState) -> list[Out]:
        """What a text that answers no question of the dialog asks for in plain words; [] when nothing, or a dialog."""
        read = self._read(event, tx)
        if not isinstance(read, Commanded) or read.name in _ANSWERS:
            return []
        words = [word for word in fold(event.text).split() if len(word) > 2 and word not in ("van", "ban")]
        if read.document is not None and all(any(char.isdigit() for char in word) for word in words):
            return []  # nothing but a document's number: one more try at the answer, and no command
        try:
            done = _listed(self._dispatch(read, tx))
        except _Busy:
            return []
        if self._store.load(tx, event.address) != asked:
            self._store.save(tx, event.address, asked)  # one dialog does not push out another by accident
            return []
        return self._set_aside(event, tx, asked, done)

    def _set_aside(self, event: Event, tx: T, state: DialogState | None, said: list[Out]) -> list[Out]:
        """After something else was done: the dialog takes no more answers for now, and is offered again."""
        if state is not None and state.name in self._dialogs and self._store.load(tx, event.address) == state:
            self._store.save(tx, event.address, replace(state, asked_at=_LONG_AGO))
            said.append(self._offer(state))
        return said

    def _for_dialog(self, event: FileSent | ContactShared | JobDone, tx: T) -> Replies:
        """A file or a shared number answers a question asked within half an hour; finished work wakes its
        dialog at any time, or goes to its kind's handler."""
        state = self._store.load(tx, event.address)
        if isinstance(event, JobDone):
            if state is not None and state.waits_for(event.job):
                return self._advance(event, tx, state, event)
            kind = event.result.get("kind") if isinstance(event.result, dict) else None
            done = self._jobs.get(str(kind))
            if done and event.result.get("error") == FAILED["error"]:
                return Say(_("Việc vừa rồi chưa làm được. Đồng chí thử lại sau ít phút nhé."))
            return done(event, tx) if done else None
        if state is not None and event.at - state.asked_at <= ANSWERS_WITHIN:
            return self._advance(event, tx, state, event)
        if isinstance(event, FileSent) and state is not None and state.name in self._dialogs:
            return self._offer(
                state, lost=_("Tệp vừa rồi tôi chưa nhận: chọn “Tiếp tục” rồi đồng chí gửi lại.")
            )
        return self._set_aside(event, tx, state, _listed(self._dispatch(event, tx)))

    def _dispatch(self, event: Event, tx: T) -> Replies:
        if isinstance(event, Commanded):
            handler, need = self._commands[event.name]
            if not self._gate.allowed(tx, event, need):
                return self._gate.refuse(tx, event, need)
            return handler(event, tx)
        found = self._events.get(type(event))
        return found(event, tx) if found else None

    def _choose(self, event: ChoiceMade, tx: T) -> Replies:
        action = _choices.unpack(event.payload)
        if isinstance(action, Command) and action.name in self._commands:
            return self._dispatch(Commanded(event.address, event.at, action.name), tx)
        if isinstance(action, Answer | Resume | Drop):
            return self._dialog_choice(action, event, tx)
        if type(action) not in self._choices:
            return Say(_("Nút này không còn dùng được. Đồng chí nhắn “menu” để xem các việc."))
        handler, need = self._choices[type(action)]
        if not self._gate.allowed(tx, event, need):
            return self._gate.refuse(tx, event, need)
        return handler(action, event, tx)  # type: ignore[call-arg, arg-type] # see `choice`

    def _dialog_choice(self, action: Answer | Resume | Drop, event: Event, tx: T) -> Replies:
        state = self._store.load(tx, event.address)
        if state is None or state.run != action.run:
            return Say(_("Câu hỏi này đã xong. Đồng chí nhắn “menu” để xem các việc khác."))
        if isinstance(action, Drop):
            self._store.end(tx, event.address)
            return Say(_("Đã bỏ phần làm dở. Đồng chí nhắn “menu” để xem các việc khác."))
        if isinstance(action, Resume):
            return self._advance(event, tx, state, None)
        if not action.fits(len(state.steps), state.question):
            return self._advance(event, tx, state, None)  # an earlier question's button: ask the present one
        return self._advance(event, tx, state, action.option)

    def _back(self, event: Event, tx: T, state: DialogState) -> Replies:
        earlier = state.back()
        said = self._advance(event, tx, earlier, None)
        if earlier == state:
            return [Say(_("Không lùi thêm được từ bước này.")), *said]
        return said

    def _restart(self, event: Event, tx: T, state: DialogState) -> Replies:
        self._store.end(tx, event.address)
        if state.name not in self._dialogs:
            return Say(_("Phần đang làm dở không còn nữa. Đồng chí nhắn “menu” để xem các việc."))
        return [
            Say(_("Phần này vừa được cập nhật, mời đồng chí làm lại từ đầu.")),
            *self.begin(state.name, event, tx, state.given),
        ]

    def _advance(self, event: Event, tx: T, state: DialogState, answer: Came | None) -> list[Out]:
        dialog = self._dialogs.get(state.name)
        if dialog is None or dialog.version != state.version:
            return _listed(self._restart(event, tx, state))
        if not self._gate.allowed(tx, event, dialog.need):
            self._store.end(tx, event.address)
            return _listed(self._gate.refuse(tx, event, dialog.need))
        kept, said = advance(dialog.script, tx, event.address, state, event.at, answer)
        if kept is None:
            self._store.end(tx, event.address)
        else:
            self._store.save(tx, event.address, kept)
        return said

    def _offer(self, state: DialogState, *, lost: str = "") -> Say:
        """Offers a dialog again; `lost` says that what just came was taken for nothing."""
        said = _(
            "Đồng chí đang làm dở: {what}. Đồng chí tiếp tục chứ?", what=self._dialogs[state.name].title()
        )
        if lost:
            said += " " + lost
        return Say(
            said,
            choices=(
                Choice(_("Tiếp tục"), pack(Resume(state.run))),
                Choice(_("Bỏ phần này"), pack(Drop(state.run))),
            ),
        )


def _without_toasts(said: list[Out]) -> list[Out]:
    return [reply for reply in said if not isinstance(reply, Toast)]


def _listed(replies: Replies) -> list[Out]:
    if replies is None:
        return []
    if not isinstance(replies, Sequence):
        return [replies]
    return list(replies)
