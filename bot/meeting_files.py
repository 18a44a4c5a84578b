"""Makes a meeting's files, as jobs: the calendar file, the draft of the minutes."""

import asyncio
import io
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from openpyxl import Workbook

from bot.chat.text import inert
from bot.dialogs import roll_call
from bot.handlers.meetings import FILE_JOB, TABLE_MONTHS, attended_of, monthly
from bot.i18n import _, moment, speaking
from bot.meetings import calendar, minutes, queries, texts
from bot.organisation import queries as people
from bot.store import files
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.writer import Writer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT_MS = 7 * 24 * 3_600_000
"""How long such a file stays on our disk."""


class MeetingFiles:
    """Answers jobs of kind `FILE_JOB`: {"what", "meeting", "language", "named"}.

    For "xlsx" a member instead of a meeting; `named`: whether names may travel there.
    """

    def __init__(self, writer: Writer, box: FileBox) -> None:
        self._writer = writer
        self._box = box

    async def make(self, asked: Any) -> Any:
        """{"kind", "what", "file": [id, name, media type, bytes]}."""
        with speaking("vi" if asked["what"] == "docx" else asked["language"]):
            make, name, media_type = await self._writer.run(partial(_content, asked=asked))
            data = await asyncio.to_thread(make)
        file_id = await asyncio.to_thread(self._box.put, data)
        await self._writer.run(
            lambda tx: files.register(tx, file_id, name, media_type, len(data), until_ms=tx.now_ms + KEPT_MS)
        )
        return {"kind": FILE_JOB, "what": asked["what"], "file": [file_id, name, media_type, len(data)]}


def _content(tx: Tx, asked: Any) -> tuple[Callable[[], bytes], str, str]:
    """What makes the file, from what was read; its name and media type."""
    if asked["what"] == "xlsx":
        figures = monthly(attended_of(tx, asked["meeting"], TABLE_MONTHS))
        return partial(_table, figures, tx.now), "du-hop.xlsx", XLSX
    meeting = queries.get(tx, asked["meeting"])
    assert meeting is not None
    if asked["what"] == "ics":
        return partial(calendar.make, meeting), "giay-moi-hop.ics", calendar.MEDIA_TYPE
    path = people.ancestors(tx, meeting.unit_id)
    above = people.organisation(tx, path[1]) if len(path) > 1 else None
    with speaking("vi"):
        lines = roll_call.lines(tx, meeting.id, named=asked["named"])
    make = partial(minutes.make, meeting, above.name if above else "", lines)
    return make, "bien-ban-hop.docx", minutes.MEDIA_TYPE


def _table(figures: list[tuple[str, str, int, int, int]], at: datetime) -> bytes:
    """Attendance of twelve months over somebody's part of the tree, by month and unit."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Dự họp"))
    sheet.append([_("Tháng"), _("Đơn vị"), _("Số cuộc"), _("Có mặt"), _("Phải dự"), _("Tỷ lệ")])
    for month, unit, meetings, present, must in figures:
        sheet.append(
            [month, inert(unit) or _("tất cả"), meetings, present, must, present / must if must else None]
        )
    sheet.append([])
    sheet.append([_(texts.RULE)])
    sheet.append([_("Tính đến {when}.", when=moment(at))])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
