"""Takes in rosters that an officer sent in the chat: kept sealed until applied, read in a process of its own.

Unlike a directive's file a roster passes no gate and goes to nobody; it is deleted when it has been applied
or dropped, and after a day in any case.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Engine

from bot.channels.fetching import Fetch, FetchRefused
from bot.clock import now
from bot.i18n import _
from bot.organisation.models import RosterError
from bot.organisation.roster_import import ready
from bot.organisation.roster_work import work
from bot.reading import ReadingProcess
from bot.settings import Settings
from bot.store.bulk import standing_aside
from bot.store.files import FileBox
from bot.store.vault import Vault
from bot.store.writer import write

log = structlog.get_logger()

MAX_FILE = 20_000_000
"""Bytes; a hundred thousand members are eight million."""
SECONDS = 900
MEMORY = 3 << 30
"""Bytes: a hostile file must not take the machine's."""
KEEP_SECONDS = 24 * 60 * 60


class Rosters:
    """Answers the jobs "roster_read", "roster_apply", "roster_undo" and "roster_drop"."""

    def __init__(self, settings: Settings, vault: Vault, fetchers: Mapping[str, Fetch]) -> None:
        self._settings = settings
        self._vault = vault
        self._folder = settings.data_dir / "rosters"
        self._box = FileBox(self._folder, vault)
        self._fetchers = fetchers

    async def read(self, asked: Any) -> Any:
        """`asked`: {"by", "name"} and "kept", or "channel" and "handle". The dry run, with "kept"."""
        if "kept" not in asked:
            try:
                data = await self._fetchers[asked["channel"]](asked["handle"], MAX_FILE)
            except FetchRefused:
                return {
                    "error": _(
                        "Không tải được tệp này (quá lớn hoặc nguồn lạ). Mời đồng chí gửi lại tệp khác."
                    )
                }
            asked = asked | await self.keep(asked["name"], data)
        return await self._work("read", asked) | {"kept": asked["kept"], "name": asked["name"]}

    async def keep(self, name: str, data: bytes) -> dict[str, str]:
        """Seals a roster on disk."""
        return {"kept": await asyncio.to_thread(self._box.put, data), "name": name}

    async def apply(self, asked: Any) -> Any:
        """`asked`: {"by", "kept", "name"}."""
        done = await self._work("apply", asked)
        self.forget(asked["kept"])
        return done

    async def undo(self, asked: Any) -> Any:
        """`asked`: {"by"}."""
        return await self._work("undo", asked)

    async def drop(self, asked: Any) -> Any:
        """`asked`: {"kept"}."""
        self.forget(asked["kept"])
        return {}

    def forget(self, kept: str) -> None:
        """Deletes a kept roster."""
        (self._folder / kept).unlink(missing_ok=True)

    def resume(self, engine: Engine) -> None:
        """Finishes an import that a crash interrupted behind its switch; leaves a living one alone."""
        with contextlib.suppress(RosterError):
            ready(partial(write, engine, self._vault), standing_aside(engine))

    def tidy(self) -> None:
        """Deletes rosters that nobody applied within a day."""
        before = now().timestamp() - KEEP_SECONDS
        for path in self._folder.glob("*"):
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)

    async def _work(self, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        settings = self._settings
        process = ReadingProcess(MEMORY)
        try:
            found = await process.run(
                SECONDS, work, what, settings.database, settings.keys, self._folder, asked
            )
            log.info("roster_worked", what=what, **found.get("counts", {}))
        except Exception as error:
            log.error("roster_broke", what=what, error=type(error).__name__)
            found = {"error": _("Chưa làm được với tệp này. Mời đồng chí thử lại, hoặc nhờ cán bộ kỹ thuật.")}
        finally:
            process.close()
        return found
