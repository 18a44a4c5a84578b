"""The chat's dialogs of composing and correcting, in the terminal: begun here or there, they go on here or there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from sqlalchemy import Engine

from bot.chat.choices import Resume, pack
from bot.chat.events import Address, ChoiceMade, Event, JobDone, TextSent
from bot.chat.replies import Say, To
from bot.chat.router import Router
from bot.chat.talk import DialogState
from bot.clock import now
from bot.delivery import outbox
from bot.dialogs.stored import StoredDialogs
from bot.directives import queries, releases, rules, service
from bot.directives.gate.rule import allowed
from bot.directives.models import Directive
from bot.errands import make_router
from bot.i18n import _
from bot.intake import Intake
from bot.organisation import queries as people
from bot.settings import Settings
from bot.store import jobs
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import write

T = TypeVar("T")
DIALOG = "compose_directive"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_LEAVE = ("thoát", "thoat", "exit")


def running(tx: Tx, member_id: int) -> list[tuple[str, DialogState]]:
    """What a member has left or is at in a chat, by channel."""
    store, found = StoredDialogs(), []
    for account in people.reach(tx, [member_id]).get(member_id, []):
        state = store.load(tx, Address(account.channel, account.chat_id, account.user_id))
        if state is not None:
            found.append((account.channel, state))
    return found


def drafts_of(tx: Tx, member_id: int) -> tuple[list[tuple[str, DialogState]], list[Directive]]:
    """What a member is writing in a chat (by channel), and what waits for a second person."""
    drafts = [each for each in running(tx, member_id) if each[1].name == DIALOG]
    return drafts, queries.waiting_for_a_second(tx, member_id)


def answers_of(state: DialogState) -> dict[str, object]:
    """What was answered so far, by question."""
    return {step.key.partition("#")[0]: step.value for step in state.steps if step.kind == "answer"}


class Desk:
    """A member's chat as the terminal stands in for it: what they type is handled by the bot's own router."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        vault: Vault,
        member_id: int,
        address: Address,
        begins: str = "/guivanban",
        dialog: str = DIALOG,
    ) -> None:
        """`begins` is what a member types to begin this dialog."""
        self._begins, self._dialog = begins, dialog
        self._engine, self._vault = engine, vault
        self._member_id = member_id
        self._address = address
        self._pages: list[int] = []
        rule = allowed(settings.gate_rules)
        self._intake = Intake({}, FileBox(settings.files, vault), rule)
        self._router: Router[Tx] = make_router(
            settings.approve_above, page=self._page, rule=rule, zalo_price=settings.zalo_oa_price
        )

    def _page(self, tx: Tx, job_id: int) -> str:
        self._pages.append(job_id)  # no page is needed here: the file is at hand
        return ""

    def begin(self) -> list[Say]:
        """Goes on with the draft of this chat, or begins one."""
        state = self._write(self._state)
        if state is not None and state.name == self._dialog:
            return self._handle(lambda at: ChoiceMade(self._address, at, pack(Resume(state.run))))
        return self._handle(lambda at: TextSent(self._address, at, self._begins))

    def types(self, text: str) -> list[Say]:
        """An answer; where a file is asked for, its path."""
        state = self._write(self._state)
        path = Path(text.strip()).expanduser()
        if state is not None and state.question.startswith("file") and path.is_file():
            return self._hands_in(path)
        said = self._handle(lambda at: TextSent(self._address, at, text))
        return said + self._freeze()

    def running(self) -> bool:
        """Whether there is still something to answer."""
        state = self._write(self._state)
        return state is not None and state.name == self._dialog

    def leave(self) -> None:
        """The chat asks first, before it takes what is typed there as an answer to a question shown here."""

        def sleep(tx: Tx) -> None:
            state = self._state(tx)
            if state is not None:
                StoredDialogs().save(tx, self._address, replace(state, asked_at=LONG_AGO))

        self._write(sleep)

    def _hands_in(self, path: Path) -> list[Say]:
        if path.stat().st_size > rules.MAX_FILE:
            return [Say(_("Tệp lớn hơn 5 MB nên không gửi được. Đồng chí giảm dung lượng rồi gửi lại."))]
        release = self._write(partial(releases.granted, member_id=self._member_id))
        result = asyncio.run(self._intake.accept(path.name, path.read_bytes(), release))
        self._handle(lambda at: TextSent(self._address, at, "gửi tệp"))
        job_id = self._pages[-1]
        self._write(partial(jobs.drop, job_id=job_id))
        return self._handle(lambda at: JobDone(self._address, at, job_id, result))

    def _freeze(self) -> list[Say]:
        """Does the work for which the dialog waits at its end; a running bot may do it, too: once is enough."""
        place = (self._address.channel, self._address.chat_id, self._address.user_id)
        said: list[Say] = []
        for job in self._write(jobs.unfinished):
            if job.kind != "freeze" or (job.channel, job.chat_id, job.user_id) != place:
                continue
            while self._write(partial(service.freeze_slice, directive_id=job.asked)):
                pass
            self._write(partial(jobs.drop, job_id=job.id))
            said += self._handle(partial(self._done, job.id))
        return said

    def _done(self, job_id: int, at: datetime) -> Event:
        return JobDone(self._address, at, job_id, {})

    def _state(self, tx: Tx) -> DialogState | None:
        return StoredDialogs().load(tx, self._address)

    def _handle(self, event: Callable[[datetime], Event]) -> list[Say]:
        def unit(tx: Tx) -> list[Say]:
            mine: list[Say] = []
            for reply in self._router.handle(event(now()), tx):
                if isinstance(
                    reply, To
                ):  # for somebody else, or the trial for the own chat: the bot sends it
                    row = outbox.reply(tx, reply.channel, reply.chat_id, reply.reply, "terminal")
                    outbox.record_later(tx, row, tx.now_ms, tried=False)  # for the bot to take at once
                    here = (reply.channel, reply.chat_id) == (self._address.channel, self._address.chat_id)
                    said = reply.reply if here else None
                else:
                    said = reply
                if isinstance(said, Say):
                    mine.append(said)
            return mine

        return self._write(unit)

    def _write(self, unit: Callable[[Tx], T]) -> T:
        return write(self._engine, self._vault, unit)


def talk(desk: Desk, screen: Console, ask: Callable[[], str | None]) -> None:
    """The dialog until its end, or until the person leaves (`ask` gives None at the end of input)."""
    said = desk.begin()
    while True:
        for each in said:
            _show(screen, each)
        if not desk.running():
            return
        text = ask()
        if text is None or text.strip().lower() in _LEAVE:
            desk.leave()
            screen.print(
                _("Bản nháp được giữ. Đồng chí làm tiếp ở đây hoặc trong khung chat lúc nào cũng được.")
            )
            return
        said = desk.types(text) if text.strip() else []


def _show(screen: Console, say: Say) -> None:
    screen.print()
    if say.heading:
        screen.print(say.heading, style="bold", markup=False)
    screen.print(say.text, markup=False)
    if say.file:
        screen.print(_("(tệp {name})", name=say.file.name), markup=False)
    for place, choice in enumerate(say.choices, 1):
        screen.print(f"  {place}. {choice.label}", markup=False)
