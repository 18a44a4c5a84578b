"""Makes a meeting's files, as jobs: the calendar file, the draft of the minutes."""

import asyncio
from functools import partial
from typing import Any

from bot.dialogs import roll_call
from bot.handlers.meetings import FILE_JOB
from bot.i18n import speaking
from bot.meetings import calendar, minutes, queries
from bot.organisation import queries as people
from bot.store import files
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.writer import Writer

KEPT_MS = 7 * 24 * 3_600_000
"""How long such a file stays on our disk."""


class MeetingFiles:
    """Answers jobs of kind `FILE_JOB`: {"what": "ics" | "docx", "meeting", "language"}."""

    def __init__(self, writer: Writer, box: FileBox) -> None:
        self._writer = writer
        self._box = box

    async def make(self, asked: Any) -> Any:
        """{"kind", "what", "file": [id, name, media type, bytes]}."""
        data, name, media_type = await self._writer.run(partial(_content, asked=asked))
        file_id = await asyncio.to_thread(self._box.put, data)
        await self._writer.run(
            lambda tx: files.register(tx, file_id, name, media_type, len(data), until_ms=tx.now_ms + KEPT_MS)
        )
        return {"kind": FILE_JOB, "what": asked["what"], "file": [file_id, name, media_type, len(data)]}


def _content(tx: Tx, asked: Any) -> tuple[bytes, str, str]:
    meeting = queries.get(tx, asked["meeting"])
    assert meeting is not None
    if asked["what"] == "ics":
        with speaking(asked["language"]):
            return calendar.make(meeting), "giay-moi-hop.ics", calendar.MEDIA_TYPE
    with speaking("vi"):
        path = people.ancestors(tx, meeting.unit_id)
        above = people.organisation(tx, path[1]) if len(path) > 1 else None
        lines = roll_call.lines(tx, meeting.id)
        data = minutes.make(meeting, above.name if above else "", lines)
        return data, "bien-ban-hop.docx", minutes.MEDIA_TYPE
