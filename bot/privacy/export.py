"""A member's own data as a file: one line an item, for a spreadsheet or a program."""

import asyncio
import csv
import io
from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.i18n import _
from bot.organisation.personal import places_of
from bot.privacy import travel
from bot.privacy.models import Room
from bot.privacy.travel import Cargo
from bot.store import files
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.writer import Writer

NAME = "du-lieu-cua-toi.csv"  # CSV: Zalo takes it, and every spreadsheet opens it
KEPT_MS = 24 * 3_600_000


def as_csv(lines: Sequence[tuple[str, str]]) -> bytes:
    """UTF-8 with the mark that spreadsheets want; a cell that would be a formula is made text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_("Mục"), _("Giá trị")])
    for line in lines:
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in line])
    return buffer.getvalue().encode("utf-8-sig")


class Exporter:
    """Does the job: reads, seals the file, and lets it end after a day."""

    def __init__(self, writer: Writer, box: FileBox, rooms: Sequence[Room], abroad: str) -> None:
        self._writer = writer
        self._box = box
        self._rooms = rooms
        self._abroad = travel.read(abroad)

    async def export(self, asked: Any) -> dict[str, Any]:
        """`asked`: [member id, channel]. Returns {"kind": "export", "file": [id, name, type, bytes]}."""
        member_id, channel = asked
        lines = await self._writer.run(partial(self._lines, member_id=member_id))
        if not travel.may_carry(channel, Cargo.NUMBERS, self._abroad):
            lines = [(label, travel.hidden(value)) for label, value in lines]
        data = as_csv(lines)
        file_id = await asyncio.to_thread(self._box.put, data)
        await self._writer.run(partial(_register, file_id=file_id, size=len(data), member_id=member_id))
        return {"kind": "export", "file": [file_id, NAME, "text/csv", len(data)]}

    def _lines(self, tx: Tx, member_id: int) -> list[tuple[str, str]]:
        places = places_of(tx, member_id)
        return [line for room in self._rooms for line in room.held(tx, member_id, places)]


def _register(tx: Tx, file_id: str, size: int, member_id: int) -> None:
    files.register(tx, file_id, NAME, "text/csv", size, owner_id=member_id, until_ms=tx.now_ms + KEPT_MS)
