"""What is looked after by the bell: guessing is told, legal limits are watched, erasures are finished."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Engine

from bot.chat.replies import Say
from bot.clock import to_ms
from bot.delivery import outbox
from bot.delivery.quiet import NEVER, Quiet
from bot.dialogs.link_notices import tell_of_guessing, tell_of_links
from bot.directives import releases
from bot.organisation import accounts, verification
from bot.privacy import service as privacy
from bot.privacy.models import Room
from bot.store import dialogs, files
from bot.store.engine import truncate_wal
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.vault import NoKeyFile, Vault
from bot.store.writer import Writer

log = structlog.get_logger()

DRAFTS_KEPT = timedelta(days=60)
"""How long something that was begun in a dialog can be gone on with."""
KEYS_EVERY = 3.0
"""Seconds between looks at the key file; `sotay keys rotate` waits longer than that."""


class Guard:
    """One tick does all of it; a late or missed one loses nothing."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        writer: Writer,
        box: FileBox,
        rooms: Sequence[Room],
        ring: Callable[[], None],
        quiet: Quiet = NEVER,
    ) -> None:
        """`ring` tells the sender that there is something to send; in the `quiet` hours no limit is told of."""
        self._engine = engine
        self._vault = vault
        self._writer = writer
        self._box = box
        self._rooms = rooms
        self._ring = ring
        self._quiet = quiet

    async def follow_keys(self) -> None:
        """Takes up keys that were added to the key file, until cancelled; every process that seals needs it."""
        while True:
            try:
                await asyncio.to_thread(self._vault.refresh)
            except (OSError, NoKeyFile) as error:
                log.error("keys_not_read", error=type(error).__name__, alert=True)
            await asyncio.sleep(KEYS_EVERY)

    async def tick(self) -> None:
        """Tells of guessing, new accounts and limits that are near; finishes erasures, deletes files that ended."""
        with contextlib.suppress(asyncio.CancelledError):
            for told in (_told_of_guessing, self._warn, tell_of_links):
                if await self._writer.run(told):
                    self._ring()
            ready = await self._writer.run(partial(privacy.settle, rooms=self._rooms))
            if ready:
                emptied = await asyncio.to_thread(truncate_wal, self._engine)
                if emptied:  # else at the next tick
                    await self._writer.run(partial(privacy.finish, request_ids=ready))
            if ended := await self._writer.run(files.expired):
                for file_id in ended:
                    await asyncio.to_thread(self._box.delete, file_id)
                await self._writer.run(partial(files.drop, file_ids=ended))

    def _warn(self, tx: Tx) -> int:
        return 0 if self._quiet.holds(tx.now) else privacy.warn(tx)


def _told_of_guessing(tx: Tx) -> int:
    members = verification.untold_locks(tx)
    for member_id in members:
        log.warning("verification_guessing", alert=True)
        for told in tell_of_guessing(tx, member_id):
            assert isinstance(told.reply, Say)
            outbox.tell(tx, told.channel, told.chat_id, told.reply)
    return len(members)


def forget_strangers(tx: Tx, keep: timedelta) -> None:
    """Failed tries, what was agreed to by people who never proved who they are, old requests to the gate."""
    releases.forget_old(tx)
    verification.forget_attempts(tx, to_ms(tx.now - timedelta(days=1)))
    accounts.forget_unknown(tx, to_ms(tx.now - keep))


def forget_drafts(tx: Tx) -> None:
    """What was begun long ago and never finished, and the files that were to go with it."""
    dialogs.forget_begun_before(tx, to_ms(tx.now - DRAFTS_KEPT))
    files.end_unused(tx, to_ms(tx.now - DRAFTS_KEPT))
