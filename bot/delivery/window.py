"""Until when people can be written to, what it costs, and what an account may still send.

Some channels (a Zalo Official Account) take messages only for a while after the person last did something,
free at first, then for money. That is known from stored events and from what the platform says with every
message it takes; never asked per recipient. A chat without a row here is not known to have such a window.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Row, bindparam, delete, func, or_, select, update

from bot.chat.replies import Say
from bot.delivery.outbound import Quota
from bot.store.hot import Hot, as_list, one_of
from bot.store.tables.delivery import allowances, windows
from bot.store.tx import Tx
from bot.store.upsert import insert

CLOSED = "window_closed"
"""The reason of a row that did not go out because the window had closed."""
_JUST_NOW_MS = 60_000


@dataclass(frozen=True, slots=True)
class Terms:
    """A channel's rule, counted from the person's last interaction."""

    free: timedelta
    open: timedelta
    kept: float = 0.0
    """The share of the account's messages of a month that is not for digests."""


class Tariff(Protocol):
    """What a notice costs on a channel, asked before it is sent. Implemented by the channels."""

    def price(self, channel: str) -> int | None:
        """Of one billable message, in đồng; None where nothing is ever charged."""
        ...

    def messages(self, channel: str, say: Say) -> int:
        """How many messages of the platform this takes for one person."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """One person's. Moments are ms; `free_left` is None when free messages are not counted."""

    last_ms: int
    free_until_ms: int
    until_ms: int
    free_left: int | None = None

    def is_open(self, at_ms: int) -> bool:
        """Whether anything can be sent at this moment."""
        return at_ms <= self.until_ms

    def free(self, at_ms: int, messages: int) -> int:
        """How many of so many messages are free at this moment."""
        if at_ms > self.free_until_ms:
            return 0
        return messages if self.free_left is None else min(messages, self.free_left)


@dataclass(frozen=True, slots=True)
class Bill:
    """Messages (not people) that a notice takes on a channel that charges."""

    free: int
    billable: int


def bill(found: Iterable[Window | None], messages: int, at_ms: int) -> Bill:
    """What so many messages to each of these people take; a window not known counts as billable."""
    free = total = 0
    for window in found:
        total += messages
        free += window.free(at_ms, messages) if window is not None else 0
    return Bill(free, total - free)


def interacted(tx: Tx, channel: str, chat_id: str, terms: Terms, at_ms: int) -> None:
    """The person did something that counts, at this moment; an older moment than the known one changes nothing."""
    at_ms = min(at_ms, tx.now_ms)  # the platform's clock may run ahead of ours
    values = _from(at_ms, terms)
    tx.run(
        insert(tx.conn, windows)
        .values(channel=channel, chat_id=chat_id, **values)
        .on_conflict_do_update(
            index_elements=["channel", "chat_id"],
            set_=values | {"free_left": windows.c.free_total},
            where=windows.c.last_ms <= at_ms,
        )
    )


def _from(at_ms: int, terms: Terms) -> dict[str, int]:
    until = {"free_until_ms": terms.free, "until_ms": terms.open}
    spans = {name: at_ms + int(span.total_seconds() * 1000) for name, span in until.items()}
    return {"last_ms": at_ms, **spans}


_UNTIL = Hot(
    select(windows.c.until_ms).where(
        windows.c.channel == bindparam("channel"), windows.c.chat_id == bindparam("chat")
    )
)


def is_closed(tx: Tx, channel: str, chat_id: str) -> bool:
    """Whether the window is known to be closed now."""
    row = _UNTIL.first(tx, channel=channel, chat=chat_id)
    return row is not None and row.until_ms < tx.now_ms


def closed(tx: Tx, channel: str, chat_ids: Collection[str]) -> set[str]:
    """Those of these chats (some hundred) whose windows are known to be closed now."""
    if not chat_ids:
        return set()
    there = (windows.c.channel == channel, windows.c.until_ms < tx.now_ms, windows.c.chat_id.in_(chat_ids))
    return {row.chat_id for row in tx.rows(select(windows.c.chat_id).where(*there))}


def closing(tx: Tx, after_ms: int, until_ms: int, limit: int) -> dict[tuple[str, str], int]:
    """Windows that close after one moment and until another, about `limit` of them: the next to close.

    By (channel, chat id), when each closes; those that close at the same moment are never parted.
    """
    between = (windows.c.until_ms > after_ms, windows.c.until_ms <= until_ms)
    next_ones = (
        select(windows.c.until_ms).where(*between).order_by(windows.c.until_ms).limit(limit).subquery()
    )
    last = tx.value(select(func.max(next_ones.c.until_ms)))
    if last is None:
        return {}
    found = select(windows).where(windows.c.until_ms > after_ms, windows.c.until_ms <= last)
    return {(row.channel, row.chat_id): row.until_ms for row in tx.rows(found)}


def heard(tx: Tx, channel: str, chat_id: str, quota: Quota, terms: Terms, at_ms: int) -> None:
    """What the platform said of its quotas with a message that was sent at this moment."""
    if not quota.to_person:
        if quota.remaining is not None:
            values = {
                "remaining": quota.remaining,
                "total": quota.total,
                "until_ms": quota.until_ms,
                "heard_ms": at_ms,
            }
            tx.run(
                insert(tx.conn, allowances)
                .values(channel=channel, kind=quota.kind[:32], **values)
                .on_conflict_do_update(index_elements=["channel", "kind"], set_=values)
            )
        return
    # A free message went out, so the last interaction is no older than the free time, whatever we knew.
    free_ms = int(terms.free.total_seconds() * 1000)
    earliest = at_ms - free_ms
    last_ms = quota.until_ms - free_ms if quota.until_ms is not None else earliest
    if not earliest <= last_ms <= at_ms:
        last_ms = earliest
    counted: dict[str, int | None] = {"free_left": quota.remaining, "free_total": quota.total}
    mine = (windows.c.channel == channel, windows.c.chat_id == chat_id)
    if tx.run(update(windows).where(*mine, windows.c.last_ms >= last_ms).values(counted)).rowcount == 0:
        values = {**counted, **_from(last_ms, terms)}
        tx.run(
            insert(tx.conn, windows)
            .values(channel=channel, chat_id=chat_id, **values)
            .on_conflict_do_update(index_elements=["channel", "chat_id"], set_=values)
        )


def shut(tx: Tx, channel: str, chat_id: str) -> None:
    """The platform says that the window is closed, unless the person has just done something."""
    values = {"free_until_ms": tx.now_ms - 1, "until_ms": tx.now_ms - 1}
    tx.run(
        insert(tx.conn, windows)
        .values(channel=channel, chat_id=chat_id, last_ms=0, **values)
        .on_conflict_do_update(
            index_elements=["channel", "chat_id"],
            set_=values,
            where=(windows.c.last_ms < tx.now_ms - _JUST_NOW_MS) & (windows.c.until_ms >= tx.now_ms),
        )
    )


_THESE = Hot(
    lambda dialect: select(windows).where(
        windows.c.channel == bindparam("channel"), one_of(dialect, windows.c.chat_id, "chats")
    )
)


def of(tx: Tx, addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Window]:
    """The windows of these (channel, chat id), where there are any."""
    wanted: dict[str, list[str]] = {}
    for channel, chat in addresses:
        wanted.setdefault(channel, []).append(chat)
    return {
        (row.channel, row.chat_id): _window(row)
        for channel, chats in wanted.items()
        for row in _THESE.rows(tx, channel=channel, chats=as_list(tx, chats))
    }


def _window(row: Row[tuple[object, ...]]) -> Window:
    return Window(row.last_ms, row.free_until_ms, row.until_ms, row.free_left)


def left(tx: Tx, channel: str) -> int | None:
    """Billable messages the account may still send, as last heard; None when the platform never said."""
    still = or_(allowances.c.until_ms.is_(None), allowances.c.until_ms > tx.now_ms)
    total = tx.value(select(func.sum(allowances.c.remaining)).where(allowances.c.channel == channel, still))
    return None if total is None else int(total)


def forget(tx: Tx, channel: str, chat_id: str) -> None:
    """Nothing is kept of this person."""
    tx.run(delete(windows).where(windows.c.channel == channel, windows.c.chat_id == chat_id))
