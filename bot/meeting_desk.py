"""Meetings joined to the rest: what comes due for them, and the page for the room's screen."""

import hmac
from collections.abc import Callable
from functools import partial

from bot.channels import screen_page
from bot.channels.screen_page import Screen
from bot.clock import to_ms
from bot.delivery.quiet import Quiet
from bot.handlers.meetings import ScreenAddress
from bot.i18n import speaking
from bot.meetings import nudges, polls, queries, rules, service, texts
from bot.meetings.models import Meeting, State
from bot.settings import Settings
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import Writer


def ticks(settings: Settings) -> tuple[tuple[Callable[[Tx], bool], int], ...]:
    """Looks for what is due, and every how many seconds: reminders, polls that nobody ended, nudges."""
    quiet = Quiet.parse(settings.quiet_hours)
    nudge = partial(nudges.tick, day=settings.meeting_nudge_day, quiet=quiet)
    return (service.tick, 20), (polls.tick, 20), (nudge, 300)


def screen_address(public: Callable[[], str]) -> ScreenAddress:
    """The address of a meeting's page for the room, good until its code no longer works."""

    def address(tx: Tx, meeting: Meeting) -> str:
        until = to_ms(meeting.starts + rules.LATEST_CODE)
        signature = _signature(tx.vault, meeting.id, until)
        return public() + screen_page.PATH.format(token=f"{meeting.id:x}-{until:x}-{signature}")

    return address


class ScreenDesk:
    """Answers the page for the room (`channels.screen_page.Desk`)."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault

    async def screen(self, token: str) -> Screen | None:
        """What to show; None when the address is not ours, or the meeting is over.

        A forged address is turned away here: anybody can ask, and the writer is everybody's.
        """
        try:
            key, until = (int(part, 16) for part in token.split("-")[:2])
        except ValueError:
            return None
        if not (0 < key < 1 << 63 and 0 < until < 1 << 63):
            return None
        signature = token.split("-", 2)[-1].encode()
        if not hmac.compare_digest(signature, _signature(self._vault, key, until).encode()):
            return None
        return await self._writer.run(partial(_screen, key=key, until=until))


def _screen(tx: Tx, key: int, until: int) -> Screen | None:
    meeting = queries.get(tx, key)
    if meeting is None or meeting.state != State.OPEN or tx.now_ms > until:
        return None
    if tx.now > meeting.starts + rules.LATEST_CODE:
        return None
    wait = 60 - tx.now_ms // 1000 % 60
    works = tx.now >= meeting.starts - rules.CODE_BEFORE
    found = service.count_of(tx, meeting)
    code = service.code_of(tx, meeting) if works else ""
    with speaking("vi"):
        return Screen(texts.name(meeting), code, wait, len(found.present), found.must)


def _signature(vault: Vault, meeting_id: int, until: int) -> str:
    return vault.hash("meetings.screen", f"{meeting_id}:{until}").hex()[:32]
