"""The Official Account's tokens: one pair in the database, renewed by one process at a time.

A refresh token works once, so: the row is claimed under the database's own lock and read again there; the
new pair is committed, sealed, before anybody uses it; whoever finds the row claimed waits for its outcome.
A pair is stored only over the version it was made from. A process that dies between Zalo's answer and the
commit leaves `asked_ms`: the next one tries the old refresh token once more (the question may never have
arrived) and, refused, says that a person must connect anew.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog
from sqlalchemy import Row, and_, insert, select, update

from bot.channels.zalo_oa import texts
from bot.channels.zalo_oa.oauth import Grant, OAuth, OAuthRefused, OAuthUnclear
from bot.chat.errors import TokenExpired
from bot.clock import from_ms, now
from bot.store.tables.zalo_oa import zalo_tokens
from bot.store.tx import Tx

log = structlog.get_logger()

T = TypeVar("T")

CLAIM = timedelta(seconds=60)
"""Longer than a call to Zalo may take (20 s), with room for a busy machine."""
LOOK_EVERY_S = 0.25
"""How often a process looks whether another one's renewal is done."""
KEEP_EVERY_S = 30.0
RETRY = {True: timedelta(minutes=10), False: timedelta(minutes=1)}
"""Whether Zalo answered -> wait before the next attempt."""
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Between tries to commit a new pair, which exists nowhere else."""
TOLD_AGAIN = timedelta(days=1)
ENDING = timedelta(days=14)
"""How long before the end of the three months a person is told."""
PATIENT = timedelta(hours=6)
"""No person is called for a lost answer while the token lives longer than this."""
FINAL = frozenset({"spent", "interrupted"})
"""Problems that only a new connection ends."""


class Writing(Protocol):
    """Runs a unit in a transaction (`bot.store.writer.Writer`)."""

    async def run(self, unit: Callable[[Tx], T], *, urgent: bool = False) -> T:
        """The unit's result, after the commit."""
        ...


@dataclass(frozen=True, slots=True)
class Pair:
    """The pair as it is kept."""

    version: int
    access: str = field(repr=False)
    until: datetime
    refresh_until: datetime
    renew: datetime
    problem: str | None
    oa_id: str
    interrupted: bool
    """A refresh token is with Zalo, nobody waits for it any more, and no answer was kept."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """This process renews: with this refresh token, over this version."""

    version: int
    refresh: str = field(repr=False)
    interrupted: bool


_MINE = zalo_tokens.c


def read(tx: Tx, app_id: str) -> Pair | None:
    """The pair of an application; None when it was never connected. Raises VaultError."""
    row = tx.first(select(zalo_tokens).where(_MINE.app_id == app_id))
    return None if row is None else _pair(tx, row)


def _pair(tx: Tx, row: Row[Any]) -> Pair:
    return Pair(
        row.version,
        tx.vault.open("zalo_tokens.access", row.app_id, row.access),
        from_ms(row.access_until_ms),
        from_ms(row.refresh_until_ms),
        from_ms(row.renew_ms),
        row.problem,
        row.oa_id,
        row.asked_ms is not None and (row.claimed_until_ms or 0) <= tx.now_ms,
    )


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _ago(tx: Tx, ms: int | None) -> timedelta:
    return timedelta(milliseconds=tx.now_ms - (ms or 0))


def _values(tx: Tx, app_id: str, grant: Grant) -> dict[str, Any]:
    return {
        "access": tx.vault.seal("zalo_tokens.access", app_id, grant.access),
        "refresh": tx.vault.seal("zalo_tokens.refresh", app_id, grant.refresh),
        "made_ms": tx.now_ms,
        # at half its life: whatever keeps it from being renewed, half a day is left to mend it
        "renew_ms": tx.now_ms + grant.seconds * 500,
        "access_until_ms": tx.now_ms + grant.seconds * 1000,
        "refresh_until_ms": tx.now_ms + grant.refresh_seconds * 1000,
        "claimed_by": None,
        "claimed_until_ms": None,
        "asked_ms": None,
        "problem": None,
        "retry_ms": None,
        "told_ms": None,
    }


def connect(tx: Tx, app_id: str, oa_id: str, grant: Grant) -> None:
    """Keeps the pair of a new connection, whatever was there before."""
    values = {"oa_id": oa_id, **_values(tx, app_id, grant)}
    done = tx.run(
        update(zalo_tokens).where(_MINE.app_id == app_id).values(version=_MINE.version + 1, **values)
    )
    if not done.rowcount:
        tx.run(insert(zalo_tokens).values(app_id=app_id, version=1, **values))


def _claim(tx: Tx, app_id: str, name: str, refused: str | None) -> "Pair | _Turn | None":
    """The pair when there is another than the refused one, this process's turn, or None: somebody is at it.

    The UPDATE takes the row's lock (on PostgreSQL it waits for whoever holds it and looks again), so of
    many processes one gets the turn. `refused` None: whatever the pair, once its time to renew has come.
    Raises TokenExpired where renewing is useless now.
    """
    before = tx.first(select(zalo_tokens).where(_MINE.app_id == app_id))
    if before is None:
        raise TokenExpired("zalo: not connected")
    pair = _pair(tx, before)
    fresh = pair.access != refused if refused else tx.now < pair.renew and not pair.interrupted
    if fresh and tx.now < pair.until:
        return pair
    waits = (before.retry_ms or 0) > tx.now_ms
    # a pair of this minute that is refused: another one would be, too
    futile = pair.access == refused and tx.now < pair.until and _ago(tx, before.made_ms) < RETRY[False]
    if pair.problem in FINAL or waits or futile:
        raise TokenExpired(f"zalo: {pair.problem}")
    free = and_(
        _MINE.app_id == app_id,
        _MINE.version == pair.version,
        (_MINE.claimed_until_ms.is_(None)) | (_MINE.claimed_until_ms <= tx.now_ms),
    )
    done = tx.run(
        update(zalo_tokens)
        .where(free)
        .values(
            claimed_by=name,
            claimed_until_ms=tx.now_ms + _ms(CLAIM),
            asked_ms=tx.now_ms,
        )
    )
    if not done.rowcount:
        return None
    refresh = tx.vault.open("zalo_tokens.refresh", app_id, before.refresh)
    return _Turn(pair.version, refresh, before.asked_ms is not None)


def _keep(tx: Tx, app_id: str, version: int, grant: Grant) -> Pair | None:
    """Stores a new pair over the version it was made from; None when somebody connected anew meanwhile.

    The claim is not asked for: a slow process whose claim ran out still brings the only pair that lives.
    """
    done = tx.run(
        update(zalo_tokens)
        .where(_MINE.app_id == app_id, _MINE.version == version)
        .values(version=version + 1, **_values(tx, app_id, grant))
    )
    return read(tx, app_id) if done.rowcount else None


def _fail(tx: Tx, app_id: str, version: int, problem: str, *, answered: bool) -> None:
    """Keeps why it did not work. Unanswered, the refresh token may be spent: `asked_ms` stays."""
    values: dict[str, Any] = {
        "problem": problem,
        "retry_ms": tx.now_ms + _ms(RETRY[answered]),
        "claimed_by": None,
        "claimed_until_ms": None,
    }
    if answered:
        values["asked_ms"] = None
    tx.run(update(zalo_tokens).where(_MINE.app_id == app_id, _MINE.version == version).values(**values))


Tell = Callable[[Tx, str, bool], None]
"""Tells the administrators a sentence, in this commit; whether Zalo still takes messages."""


class Tokens:
    """This process's hold on the pair (implements `access.Access`)."""

    def __init__(
        self, writing: Writing, oauth: OAuth, *, name: str, tell: Tell = lambda tx, words, works: None
    ) -> None:
        self._writing = writing
        self._oauth = oauth
        self._name = name
        self._tell = tell
        self._held: Pair | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._complained: datetime | None = None

    async def token(self) -> str:
        """A token that is good as far as we know. Raises TokenExpired."""
        if self._held is None:
            self._held = await self._writing.run(partial(read, app_id=self._oauth.app_id))
        if self._held is None:
            raise TokenExpired("zalo: not connected")
        if now() < self._held.until:
            return self._held.access
        return await self.renewed(self._held.access)

    async def renewed(self, refused: str) -> str:
        """Another token than the refused one: another process's, or a new one. Raises TokenExpired."""
        while self._held is None or self._held.access == refused or self._held.until <= now():
            await self._renew(refused)
        return self._held.access

    async def keep(self) -> None:
        """For as long as the process lives: renews ahead of time, and tells a person what is wrong."""
        while True:
            try:
                await self.look()
            except Exception as error:
                log.error("zalo_tokens_failed", error=type(error).__name__, alert=True)
            await asyncio.sleep(KEEP_EVERY_S)

    async def look(self) -> None:
        """One round of `keep`."""
        self._held = await self._writing.run(partial(read, app_id=self._oauth.app_id))
        if self._held is not None and (self._held.renew <= now() or self._held.interrupted):
            with suppress(TokenExpired):
                await self._renew(None)
        await self._writing.run(self._report)

    async def close(self) -> None:
        """Lets a renewal that is on its way end: what Zalo has answered must be kept."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing])

    async def _renew(self, refused: str | None) -> None:
        # One task for all who wait; a sender that is cancelled must not take it along.
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._take_turn(refused))
            self._renewing.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._renewing)

    async def _take_turn(self, refused: str | None) -> None:
        app_id = self._oauth.app_id
        while True:
            found = await self._writing.run(
                partial(_claim, app_id=app_id, name=self._name, refused=refused), urgent=True
            )
            if isinstance(found, Pair):
                self._held = found
                return
            if isinstance(found, _Turn):
                await self._ask(found)
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _ask(self, turn: _Turn) -> None:
        problem, answered = "", True
        try:
            grant = await self._oauth.refresh(turn.refresh)
        except OAuthRefused as no:
            problem = "interrupted" if no.problem == "spent" and turn.interrupted else no.problem
            log.error("zalo_refresh_refused", problem=problem, code=no.code, alert=True)
        except OAuthUnclear as error:
            problem, answered = "unclear", False
            log.error("zalo_refresh_unclear", error=str(error), alert=True)
        app_id = self._oauth.app_id
        if problem:
            await self._writing.run(
                partial(_fail, app_id=app_id, version=turn.version, problem=problem, answered=answered),
                urgent=True,
            )
            await self._writing.run(self._report)
            raise TokenExpired(f"zalo: {problem}")
        kept = await self._commit(partial(_keep, app_id=app_id, version=turn.version, grant=grant))
        self._held = kept or await self._writing.run(partial(read, app_id=app_id))
        log.info("zalo_token_renewed", version=turn.version + 1)

    async def _commit(self, unit: "partial[Pair | None]") -> Pair | None:
        for pause in PAUSES_S:
            try:
                return await self._writing.run(unit, urgent=True)
            except Exception as error:
                log.error("zalo_pair_not_stored", error=type(error).__name__, alert=True)
                await asyncio.sleep(pause)
        return await self._writing.run(unit, urgent=True)

    def _report(self, tx: Tx) -> None:
        """Says what is wrong, in words, once a day."""
        row = tx.first(select(zalo_tokens).where(_MINE.app_id == self._oauth.app_id))
        if row is None:
            if self._complained is None or tx.now - self._complained > TOLD_AGAIN:
                self._complained = tx.now
                log.error("zalo_not_connected", say=texts.problem("not_connected"), alert=True)
            return
        left = from_ms(row.access_until_ms) - tx.now
        ending = row.refresh_until_ms - tx.now_ms <= _ms(ENDING)
        problem = "ending" if ending and row.problem not in FINAL else row.problem
        if not problem or (problem == "unclear" and left > PATIENT) or _ago(tx, row.told_ms) < TOLD_AGAIN:
            return
        said = texts.problem(problem, from_ms(row.access_until_ms) if left > timedelta() else None)
        log.error("zalo_connection", problem=problem, say=said, alert=True)
        tx.run(update(zalo_tokens).where(_MINE.app_id == row.app_id).values(told_ms=tx.now_ms))
        self._tell(tx, said, left > timedelta())
