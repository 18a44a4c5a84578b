"""Stored files as the outbound channels ask for them (`delivery.outbound.FileStore`)."""

import asyncio
from collections.abc import Callable
from functools import partial

from bot.channels import link_page
from bot.chat.replies import File
from bot.clock import now_ms
from bot.store import files, links
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.writer import Writer

_MARGIN_MS = 60 * 60 * 1000
"""A platform's reference is used no longer than an hour before it ends."""


class StoredFiles:
    """Reads sealed files in a thread; keeps what the platforms call them, in memory and in the database."""

    def __init__(
        self, box: FileBox, writer: Writer, public: Callable[[], str] = lambda: "", link_days: int = 14
    ) -> None:
        """`public`: the address under which people reach us, "" when they cannot."""
        self._public = public
        self._link_days = link_days
        self._box = box
        self._writer = writer
        self._references: dict[tuple[str, str], tuple[str, int | None]] = {}

    async def load(self, channels: list[str]) -> None:
        """Reads the known references; once, at the start."""
        for channel in channels:
            known = await self._writer.run(partial(files.references, channel=channel))
            self._references |= {(channel, file_id): value for file_id, value in known.items()}

    async def read(self, file_id: str) -> bytes:
        """The bytes. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._box.get, file_id)

    async def link(self, channel: str, chat_id: str, file: File) -> str:
        """An address for this person, good for some days; "" when people cannot reach us."""
        public = self._public()
        if not public:
            return ""

        def unit(tx: Tx) -> str:
            if not files.is_known(tx, file.file_id):
                files.register(tx, file.file_id, file.name, file.media_type, file.size)
            return links.make(tx, file.file_id, (channel, chat_id), self._link_days)

        return link_page.address(public, await self._writer.run(unit))

    def reference(self, channel: str, file_id: str) -> str | None:
        """What the platform calls this file, while that is valid."""
        found = self._references.get((channel, file_id))
        if found is None or (found[1] is not None and found[1] - _MARGIN_MS < now_ms()):
            return None
        return found[0]

    def remember(self, channel: str, file_id: str, reference: str, valid_seconds: int | None) -> None:
        """Keeps what the platform calls this file; None means for good."""
        until = None if valid_seconds is None else now_ms() + valid_seconds * 1000
        self._references[channel, file_id] = (reference, until)
        keep = partial(
            files.remember, channel=channel, file_id=file_id, reference=reference, valid_until_ms=until
        )
        self._writer.submit(keep, urgent=True)
