"""Papers that are made for somebody as a job: one's own data, sheets of slips, posters, tables of figures."""

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.chat.text import fold, inert
from bot.directives import queries as directives
from bot.i18n import _, speaking
from bot.organisation import queries as people
from bot.organisation.models import NotAllowed, Verb
from bot.organisation.personal import places_of
from bot.organisation.slips import print_slips
from bot.privacy import travel
from bot.privacy.models import Room
from bot.privacy.travel import Cargo
from bot.reports import tables
from bot.store import audit, files
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.writer import Writer

EXPORT = "du-lieu-cua-toi.csv"  # CSV: Zalo takes it, and every spreadsheet opens it
SLIPS = "phieu-xac-thuc.pdf"
POSTER = "ap-phich.pdf"
KEPT_MS = 24 * 3_600_000
"""How long such a file stays on our disk."""


def as_csv(lines: Sequence[tuple[str, str]]) -> bytes:
    """UTF-8 with the mark that spreadsheets want; a cell that would be a formula is made text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_("Mục"), _("Giá trị")])
    for line in lines:
        writer.writerow([inert(cell) for cell in line])
    return buffer.getvalue().encode("utf-8-sig")


class Paperwork:
    """Does these jobs: reads in the writer, makes the file in a thread, seals it, lets it end after a day."""

    def __init__(
        self,
        writer: Writer,
        box: FileBox,
        rooms: Sequence[Room],
        abroad: str,
        links: tuple[str, str],
    ) -> None:
        """`links`: the Official Account's address and the Telegram bot's name, "" where there is none."""
        self._writer = writer
        self._box = box
        self._rooms = rooms
        self._abroad = travel.read(abroad)
        self._links = links

    async def export(self, asked: Any) -> dict[str, Any]:
        """`asked`: [member id, channel]. Returns {"kind": "export", "file": [id, name, type, bytes]}."""
        member_id, channel = asked
        lines = await self._writer.run(partial(self._lines, member_id=member_id))
        if not travel.may_carry(channel, Cargo.NUMBERS, self._abroad):
            lines = [(label, travel.hidden(value)) for label, value in lines]
        data = await asyncio.to_thread(as_csv, lines)
        return {"kind": "export", "file": await self._keep(data, EXPORT, "text/csv", member_id)}

    def _lines(self, tx: Tx, member_id: int) -> list[tuple[str, str]]:
        places = places_of(tx, member_id)
        return [line for room in self._rooms for line in room.held(tx, member_id, places)]

    async def slips(self, asked: Any) -> dict[str, Any]:
        """`asked`: [unit id, member id who prints, "sheet" or "poster"]. The job again means new codes.

        Returns {"kind": "slips", "file": […], "count": slips}, or "error" instead of a file.
        """
        from bot.organisation import slip_sheet  # the PDF library takes a while to load

        unit_id, by, what = asked
        ways_in = slip_sheet.doors(*self._links)
        if what == "poster":
            name = await self._writer.run(partial(_poster_of, unit_id=unit_id, by=by))
            if name is None or not ways_in:
                return {"kind": "slips", "error": "no_right" if name is None else "no_channel"}
            data = await asyncio.to_thread(slip_sheet.poster, name, ways_in)
            return {"kind": "slips", "file": await self._keep(data, POSTER, "application/pdf", None)}
        try:
            made = await self._writer.run(partial(print_slips, unit_id=unit_id, by=by))
        except NotAllowed:
            return {"kind": "slips", "error": "no_right"}
        if not made:
            return {"kind": "slips", "error": "nobody"}
        data = await asyncio.to_thread(slip_sheet.sheet, made, ways_in)
        kept = await self._keep(data, SLIPS, "application/pdf", None)
        return {"kind": "slips", "file": kept, "count": len(made)}

    async def table(self, asked: Any) -> dict[str, Any]:
        """`asked`: {"directive", "unit", "member", "language"}; a directive of 0: who uses the bot.

        Counted anew at the moment of making, over the part of the tree that the member oversees then. Returns
        {"kind": "table", "file": […]}, or "error" instead of a file.
        """
        found = await self._writer.run(partial(figures_table, **asked))
        if found is None:
            return {"kind": "table", "error": "no_right"}
        made, name = found
        with speaking(asked["language"]):
            data = await asyncio.to_thread(tables.workbook, made)
        return {"kind": "table", "file": await self._keep(data, name, tables.MEDIA_TYPE, None)}

    async def _keep(self, data: bytes, name: str, media_type: str, owner_id: int | None) -> list[Any]:
        file_id = await asyncio.to_thread(self._box.put, data)
        await self._writer.run(
            lambda tx: files.register(
                tx, file_id, name, media_type, len(data), owner_id=owner_id, until_ms=tx.now_ms + KEPT_MS
            )
        )
        return [file_id, name, media_type, len(data)]


def _poster_of(tx: Tx, unit_id: int, by: int) -> str | None:
    """The unit's name, when its poster is theirs to print."""
    found = people.organisation(tx, unit_id)
    if found is None or not people.may(tx, by, Verb.MAKE_SLIPS, unit_id):
        return None
    audit.record(tx, "poster_printed", f"organisation:{unit_id}", member_id=by)
    return found.name


def figures_table(
    tx: Tx, directive: int, unit: int, member: int, language: str
) -> tuple[tables.Table, str] | None:
    """The figures and the file's name, unless they are not the member's to see (any more)."""
    scope = people.scope(tx, member, Verb.SEE_STATUS)
    if not scope or (unit and unit not in scope):
        return None
    with speaking(language):
        if not directive:
            tree = people.organisation_tree(tx)
            for root in (
                [unit] if unit else [o.id for o in tree if o.id in scope and o.parent_id not in scope]
            ):
                audit.record(tx, "adoption.table", f"organisation:{root}", member_id=member)
            return tables.of_adoption(tx, scope, unit), "ty-le-su-dung.xlsx"
        found = directives.get(tx, directive)
        if found is None or found.id not in {each.id for each in directives.open_in(tx, scope, limit=1000)}:
            return None
        audit.record(tx, "directive.table", f"directive:{directive}", member_id=member)
        number = re.sub(r"[^0-9A-Za-z]+", "-", fold(found.number)).strip("-")
        return tables.of_directive(tx, found, scope, unit), f"tinh-hinh-{number}.xlsx"
