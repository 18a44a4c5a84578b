"""One upload a file, however many people it goes to."""

import asyncio
from pathlib import PurePath
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.chat.errors import Rejected

if TYPE_CHECKING:
    from bot.chat.replies import File
    from bot.delivery.outbound import FileStore


class Uploads:
    """The platform's names of our files. Tasks that want the same new file queue behind its first upload."""

    def __init__(self, channel: str, files: "FileStore") -> None:
        self._channel = channel
        self._files = files
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, file: "File") -> asyncio.Lock:
        """To be held from asking for the platform's name until it is remembered."""
        return self._locks.setdefault(file.file_id, asyncio.Lock())

    def reference(self, file: "File") -> str | None:
        """The platform's name of this file, if it has one that is still valid."""
        return self._files.reference(self._channel, file.file_id)

    def remember(self, file: "File", reference: str, valid_seconds: int | None) -> None:
        """Keeps the platform's name; None means for good."""
        self._files.remember(self._channel, file.file_id, reference, valid_seconds)

    async def link(self, channel: str, chat_id: str, file: "File") -> str:
        """A link to the file for one person; "" where none can be made."""
        return await self._files.link(channel, chat_id, file)

    async def read(self, file: "File") -> bytes:
        """The bytes. Raises Rejected when the file is no longer kept."""
        try:
            return await self._files.read(file.file_id)
        except FileNotFoundError:
            raise Rejected("the file is no longer kept") from None


def file_name(file: "File") -> str:
    """The file's name without any folder: what the person sees."""
    return PurePath(file.name.replace("\\", "/")).name or "tep"
