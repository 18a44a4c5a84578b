"""Takes in files that somebody sent: fetched or handed in, checked by the secrecy gate, sealed when they pass.

A refused file leaves nothing behind: its bytes live in memory until the verdict, and nowhere else.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import structlog

from bot.channels.fetching import Fetch, FetchRefused
from bot.dialogs.compose_file import FOR_INVITATION
from bot.dialogs.import_roster import FOR_ROSTER
from bot.directives import rules
from bot.directives.gate.check import check
from bot.directives.gate.models import LIMITS, Outcome, Verdict, Why
from bot.directives.gate.texts import explain
from bot.i18n import _
from bot.invitations import Invitations
from bot.rosters import Rosters
from bot.store import jobs, upload_pages
from bot.store.files import FileBox
from bot.store.inbox import Waiting
from bot.store.writer import Writer

log = structlog.get_logger()


class Intake:
    """Answers jobs of kind "check_file" with {"verdict", "why", "file", "released"}."""

    def __init__(self, fetchers: Mapping[str, Fetch], box: FileBox, rule: Iterable[Why] = ()) -> None:
        """`rule`: marks that the channels' rule lets through."""
        self._fetchers = fetchers
        self._box = box
        self._rule = frozenset(rule)

    async def check_file(self, asked: Any) -> Any:
        """`asked`: {"channel", "handle", "name", "release"}; the result as `accept` gives it."""
        try:
            data = await self._fetchers[asked["channel"]](asked["handle"], rules.MAX_FILE)
        except FetchRefused as refusal:
            return _refused(refusal.code)
        return await self.accept(asked["name"], data, asked.get("release", ()))

    async def accept(self, name: str, data: bytes, release: Iterable[str] = ()) -> dict[str, Any]:
        """Checks a file and keeps it unless it is refused. `release`: marks a person let through this once.

        `file` is [id, name, media type, bytes], there unless refused; `released` the mark that only the
        release let through.
        """
        media_type = rules.looks_like(name, data)
        if media_type is None:
            return _refused("wrong_type")
        found, released = await asyncio.to_thread(self._judge, name, data, [Why(each) for each in release])
        log.info("file_checked", verdict=found.verdict, why=found.why, released=released)
        if found.verdict is Outcome.REFUSE:
            return _refused(found.why)
        file_id = await asyncio.to_thread(self._box.put, data)
        file = [file_id, name, media_type, len(data)]
        return {"verdict": found.verdict, "why": found.why, "file": file, "released": released}

    def _judge(self, name: str, data: bytes, release: list[Why]) -> tuple[Verdict, str]:
        # The gate reads each file in a process of its own, with limits: no other file is touched when one ends it.
        found = check(name, data, LIMITS, self._rule)
        if found.why not in release:
            return found, ""
        return check(name, data, LIMITS, {*self._rule, found.why}), found.why


def _refused(why: str) -> dict[str, Any]:
    return {"verdict": Outcome.REFUSE, "why": why}


class UploadDesk:
    """Takes what is handed in on the one-time page (`channels.upload_page.Desk`)."""

    limit = rules.MAX_FILE

    def __init__(
        self,
        writer: Writer,
        intake: Intake,
        take: Callable[[Waiting], None],
        rosters: Rosters,
        invitations: Invitations,
    ) -> None:
        """`take` has a row of the inbox handled."""
        self._rosters = rosters
        self._invitations = invitations
        self._writer = writer
        self._intake = intake
        self._take = take

    async def is_open(self, token: str) -> bool:
        """Whether this page can still take a file."""
        return await self._writer.run(partial(upload_pages.find, given=token)) is not None

    async def take(self, token: str, name: str, data: bytes) -> str | None:
        """Checks the file and gives the verdict to the dialog that asked for the page, through the inbox."""
        job = await self._writer.run(partial(upload_pages.claim, given=token))
        if job is None:
            return None
        if job.asked.get("for") == FOR_ROSTER:
            return await self._roster(job, name, data)
        try:
            if job.asked.get("for") == FOR_INVITATION:
                result = await self._invitations.accept(name, data)
            else:
                result = await self._intake.accept(name, data, job.asked["release"])
        except Exception as error:
            log.error("upload_failed", error=type(error).__name__)
            result = _refused(Why.UNREADABLE)
        # The kind is for the router, should no dialog wait for it any more.
        await self._answer(job, result)
        if "why" in result and result.get("verdict", Outcome.REFUSE) == Outcome.REFUSE:
            return explain(result["why"]) + " " + _("Mời đồng chí quay lại khung chat.")
        return _("Đã nhận tệp. Mời đồng chí quay lại khung chat để làm tiếp.")

    async def _roster(self, job: jobs.Job, name: str, data: bytes) -> str:
        await self._answer(job, await self._rosters.keep(name, data))
        return _("Đã nhận tệp. Mời đồng chí quay lại khung chat để làm tiếp.")

    async def _answer(self, job: jobs.Job, result: dict[str, Any]) -> None:
        row = await self._writer.run(partial(jobs.finish, job=job, result=result | {"kind": jobs.BY_PAGE}))
        if row is not None:
            self._take(row)
