"""Reads the file of an invitation for `/taohop`: fetched or handed in, through the secrecy gate, and not kept."""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from bot.channels.fetching import Fetch, FetchRefused
from bot.clock import now
from bot.directives import rules
from bot.directives.gate import extract
from bot.directives.gate.check import check
from bot.directives.gate.models import LIMITS, Outcome, Why
from bot.directives.gate.models import Refused as Unreadable
from bot.directives.gate.reading import Reading
from bot.meetings.from_file import read_invitation
from bot.reading import ReadingProcess

log = structlog.get_logger()

SECONDS, MEMORY = 30, 1 << 30
TYPES = ("docx", "pdf", "txt", "xlsx", "csv")
MOST_ROWS = 500


class Invitations:
    """Answers jobs of kind "read_invitation" with {"fields"}, or {"why"} it was refused."""

    def __init__(self, fetchers: Mapping[str, Fetch], rule: Iterable[Why] = ()) -> None:
        """`rule`: marks that the channels' rule lets through."""
        self._fetchers = fetchers
        self._rule = frozenset(rule)

    async def read(self, asked: Any) -> Any:
        """`asked`: {"channel", "handle", "name"}; the result as `accept` gives it."""
        try:
            data = await self._fetchers[asked["channel"]](asked["handle"], rules.MAX_FILE)
        except FetchRefused as refusal:
            return {"why": refusal.code}
        return await self.accept(asked["name"], data)

    async def accept(self, name: str, data: bytes) -> dict[str, Any]:
        """Checks the file as any other that comes in, then reads it in a process with limits; keeps nothing."""
        if extract.extension(name) not in TYPES:
            return {"why": Why.UNKNOWN_TYPE}
        found = await asyncio.to_thread(check, name, data, LIMITS, self._rule)
        log.info("invitation_checked", verdict=found.verdict, why=found.why)
        if found.verdict is Outcome.REFUSE:
            return {"why": found.why}
        process = ReadingProcess(MEMORY)
        try:
            return {"fields": await process.run(SECONDS, fields_of, name, data, now())}
        except Exception as error:  # whatever a file makes the reader do: the person goes on by hand
            log.warning("invitation_unread", error=type(error).__name__)
            return {"fields": {}}
        finally:
            process.close()


def fields_of(name: str, data: bytes, at: datetime) -> dict[str, Any]:
    """What the file says of a meeting (`meetings.from_file.read_invitation`)."""
    ending = extract.extension(name)
    if ending == "xlsx":
        return read_invitation(_rows_of_workbook(data), at)
    into = Reading(LIMITS)
    try:
        extract.read("", data, into) if ending == "pdf" else extract.read(f"x.{ending}", data, into)
    except Unreadable:
        return {}
    lines = [line.text for line in into.lines if line.text != f"x.{ending}"]
    if ending == "csv" and not any("\t" in line for line in lines):
        lines = ["\t".join(row) for row in csv.reader(io.StringIO("\n".join(lines)))]
    return read_invitation(lines, at)


def _rows_of_workbook(data: bytes) -> list[str]:
    from python_calamine import CalamineWorkbook  # only where it is needed

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    rows = sheet.to_python(skip_empty_area=True)[:MOST_ROWS]
    return ["\t".join(map(_cell, row)) for row in rows]


def _cell(value: Any) -> str:
    """A cell as people type it: workbooks keep moments as numbers."""
    if isinstance(value, datetime):
        return f"{value:%H:%M} ngày {value:%d/%m/%Y}" if value.hour else f"ngày {value:%d/%m/%Y}"
    if hasattr(value, "strftime"):
        return f"{value:%H:%M}" if hasattr(value, "hour") else f"ngày {value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\n", " ").replace("\t", " ")
