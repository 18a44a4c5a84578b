"""Choices that wait in a chat for a number or a word, newest first, until they expire."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Row, bindparam, delete, literal_column, select

from bot.store.hot import Hot
from bot.store.tables.conversation import openings
from bot.store.tx import Tx
from bot.store.upsert import insert_for

NEWEST = 6
"""How many messages with choices are kept in sight; nobody answers an older one by number."""


class Opening(NamedTuple):
    """A message that reached a chat with choices: labels and payloads in the order shown."""

    id: int
    about: str
    card: bool
    labels: tuple[str, ...]
    payloads: tuple[str, ...]
    reached_ms: int
    unasked: bool = True
    """False for an answer to the person's own message."""


# The sum keeps SQLite from walking along all smaller ids instead of the chat's few rows.
_SUPERSEDE = Hot(
    delete(openings).where(
        openings.c.channel == bindparam("channel"),
        openings.c.chat_id == bindparam("chat"),
        openings.c.about == bindparam("about"),
        openings.c.id + literal_column("0") < bindparam("id"),
    )
)
_OPEN = Hot(
    lambda dialect: (
        insert_for(dialect, openings)
        .values(
            id=bindparam("id"),
            channel=bindparam("channel"),
            chat_id=bindparam("chat"),
            about=bindparam("about"),
            card=bindparam("card"),
            unasked=bindparam("unasked"),
            choices=bindparam("choices"),
            reached_ms=bindparam("reached"),
            expires_ms=bindparam("expires"),
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )
)


class Opened(NamedTuple):
    """A message with choices that has just reached a chat."""

    channel: str
    chat_id: str
    opening: Opening
    expires_ms: int


def open_choices(tx: Tx, opened: Sequence[Opened]) -> None:
    """Keeps the choices of messages that reached chats; again for the same id changes nothing.

    An earlier message about the same document is no longer answered by number: the new one stands for it.
    """
    bodies: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
    about, rows = [], []
    for channel, chat_id, opening, expires_ms in opened:
        here = {"channel": channel, "chat": chat_id, "about": opening.about, "id": opening.id}
        if opening.about:
            about.append(here)
        said = (opening.labels, opening.payloads)
        if said not in bodies:
            bodies[said] = json.dumps(said)
        rows.append(
            {
                **here,
                "card": int(opening.card),
                "unasked": int(opening.unasked),
                "choices": tx.vault.seal("openings.choices", opening.id, bodies[said]),
                "reached": opening.reached_ms,
                "expires": expires_ms,
            }
        )
    if about:
        _SUPERSEDE.run_each(tx, about)
    _OPEN.run_each(tx, rows)


def of_chat(tx: Tx, channel: str, chat_id: str) -> list[Opening]:
    """What is open in a chat now, newest first."""
    rows = tx.rows(
        select(openings)
        .where(
            openings.c.channel == channel, openings.c.chat_id == chat_id, openings.c.expires_ms > tx.now_ms
        )
        .order_by(openings.c.reached_ms.desc(), openings.c.id.desc())
        .limit(NEWEST)
    )
    return [_opening(tx, row) for row in rows]


def of_message(tx: Tx, row_id: int) -> Opening | None:
    """What a message offers, by its outbox row; None when it offers nothing, or nothing any more."""
    row = tx.first(select(openings).where(openings.c.id == row_id, openings.c.expires_ms > tx.now_ms))
    return None if row is None else _opening(tx, row)


def _opening(tx: Tx, row: Row[tuple[object, ...]]) -> Opening:
    labels, payloads = json.loads(tx.vault.open("openings.choices", row.id, row.choices))
    return Opening(
        id=row.id,
        about=row.about,
        card=bool(row.card),
        labels=tuple(labels),
        payloads=tuple(payloads),
        reached_ms=row.reached_ms,
        unasked=bool(row.unasked),
    )


def close(tx: Tx, channel: str, chat_id: str) -> None:
    """Nothing of this chat may be answered by number any more."""
    tx.run(delete(openings).where(openings.c.channel == channel, openings.c.chat_id == chat_id))


def forget_expired(tx: Tx) -> None:
    """Deletes what can no longer be answered."""
    tx.run(delete(openings).where(openings.c.expires_ms <= tx.now_ms))
