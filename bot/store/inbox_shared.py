"""The inbox of several processes on PostgreSQL: claimed by chat, so that a chat's updates keep their order.

Each chat with updates has one row, locked by whoever adds to it (until their commit) and by whoever
handles it (until the commit of the effects). So within a chat the order of ids is the order of commits,
no update is handled by two, and what a claim reads is complete. Locking updates instead would break the
order: the second of a chat would be free while the first is still being handled.

For HOLD_MS after its last update a chat stays with the process that handled it: that one may still have
replies to it on their way, and a later reply from elsewhere could overtake them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ARRAY, Text, case, cast, delete, exists, func, literal, or_, select, true, update
from sqlalchemy.sql.selectable import TableValuedAlias

from bot.store import signals, upsert
from bot.store.inbox import Waiting, opened
from bot.store.leases import database_ms
from bot.store.tables.conversation import WAITING, inbox, inbox_chats
from bot.store.tx import Tx

HOLD_MS = 2_000
OF_ONE_CHAT = 5
"""Updates of one chat in one claim: a noisy chat takes its turn again behind those who waited meanwhile."""


class Arrived(NamedTuple):
    """An update as a webhook took it."""

    channel: str
    update_key: str
    chat_key: str
    payload: bytes


class Claimed(NamedTuple):
    """An update that is this transaction's to handle."""

    row: Waiting
    attempts: int


def put(tx: Tx, arrived: Sequence[Arrived]) -> int:
    """Stores updates, sealed; those taken in before change nothing. Returns how many are new.

    Chats are locked in one order by everybody, and before anything else, so nobody waits in a circle.
    """
    clock = database_ms(tx)
    chats = {(each.channel, each.chat_key) for each in arrived}
    these = _these(chats)
    rows = upsert.insert(tx.conn, inbox_chats).from_select(
        ["channel", "chat_key", "waiting", "held_until_ms", "due_ms"],
        select(these.c.channel, these.c.chat_key, literal(1), literal(0), clock).order_by(
            these.c.channel, these.c.chat_key
        ),
    )
    # A chat that waits already keeps its turn (and its pause, when its update failed).
    due = case((inbox_chats.c.waiting == 1, inbox_chats.c.due_ms), else_=rows.excluded.due_ms)
    tx.run(
        rows.on_conflict_do_update(index_elements=["channel", "chat_key"], set_={"waiting": 1, "due_ms": due})
    )
    statement = upsert.insert(tx.conn, inbox).on_conflict_do_nothing(index_elements=["channel", "update_key"])
    stored = tx.run(
        statement,
        [
            {
                "channel": each.channel,
                "update_key": each.update_key,
                "chat_key": each.chat_key,
                "state": WAITING,
                "attempts": 0,
                "payload": tx.vault.seal("inbox.payload", f"{each.channel}:{each.update_key}", each.payload),
                "received_ms": tx.now_ms,
            }
            for each in arrived
        ],
    )
    signals.tell(tx, signals.INBOX)
    return stored.rowcount


def claim(tx: Tx, process: str, chats_at_once: int = 50) -> list[Claimed]:
    """Locks chats whose turn it is and returns their oldest updates, by id; both until the commit.

    Call `settle` in the same transaction when they are handled.
    """
    clock = database_ms(tx)
    free = or_(inbox_chats.c.held_by == process, inbox_chats.c.held_until_ms < clock)
    chats = tx.rows(
        select(inbox_chats.c.channel, inbox_chats.c.chat_key)
        .where(inbox_chats.c.waiting == 1, inbox_chats.c.due_ms <= clock, free)
        .order_by(inbox_chats.c.due_ms)
        .limit(chats_at_once)
        .with_for_update(skip_locked=True)
    )
    if not chats:
        return []
    # A statement of its own: it must see what the chats' last holders committed before we got the locks.
    mine = _these([(row.channel, row.chat_key) for row in chats])
    oldest = (
        select(inbox)
        .where(
            inbox.c.channel == mine.c.channel, inbox.c.chat_key == mine.c.chat_key, inbox.c.state == WAITING
        )
        .order_by(inbox.c.id)
        .limit(OF_ONE_CHAT)
        .lateral("oldest")
    )
    rows = tx.rows(select(oldest).select_from(mine.join(oldest, true())).order_by(oldest.c.id))
    found = [Claimed(opened(tx, row), row.attempts) for row in rows]
    with_updates = {(each.row.channel, each.row.chat_key) for each in found}
    settle(tx, process, [(row.channel, row.chat_key) for row in chats if tuple(row) not in with_updates])
    return found


def settle(tx: Tx, process: str, chats: Iterable[tuple[str, str]]) -> None:
    """The claimed chats' updates are handled: each stays with this process a while, in the line's last place."""
    these = _these(chats)
    clock = database_ms(tx)
    left = exists().where(
        inbox.c.channel == inbox_chats.c.channel,
        inbox.c.chat_key == inbox_chats.c.chat_key,
        inbox.c.state == WAITING,
    )
    tx.run(
        update(inbox_chats)
        .where(inbox_chats.c.channel == these.c.channel, inbox_chats.c.chat_key == these.c.chat_key)
        .values(
            waiting=case((left, 1), else_=0), held_by=process, held_until_ms=clock + HOLD_MS, due_ms=clock
        )
    )


def put_off(tx: Tx, row: Waiting, pause_ms: int) -> None:
    """An update failed: it counts one more attempt, and its chat waits before the next."""
    tx.run(
        update(inbox)
        .where(inbox.c.id == row.id, inbox.c.state == WAITING)
        .values(attempts=inbox.c.attempts + 1)
    )
    tx.run(
        update(inbox_chats)
        .where(inbox_chats.c.channel == row.channel, inbox_chats.c.chat_key == row.chat_key)
        .values(due_ms=database_ms(tx) + pause_ms)
    )


def still_waits(tx: Tx, row: Waiting) -> bool:
    """Whether an update is still to be handled; it is locked until the end of the transaction."""
    found = select(inbox.c.id).where(inbox.c.id == row.id, inbox.c.state == WAITING).with_for_update()
    return tx.first(found) is not None


def length(tx: Tx) -> int:
    """How many updates wait, in all processes together."""
    return int(tx.value(select(func.count()).where(inbox.c.state == WAITING)) or 0)


def crowded(tx: Tx, least: int) -> dict[tuple[str, str], int]:
    """Chats of which at least so many updates wait, with how many."""
    waiting = func.count()
    rows = tx.rows(
        select(inbox.c.channel, inbox.c.chat_key, waiting.label("waiting"))
        .where(inbox.c.state == WAITING)
        .group_by(inbox.c.channel, inbox.c.chat_key)
        .having(waiting >= least)
    )
    return {(row.channel, row.chat_key): row.waiting for row in rows}


def forget_quiet_chats(tx: Tx) -> None:
    """Deletes the rows of chats where nothing waits and nobody works; the next update makes them anew."""
    quiet = (
        select(inbox_chats.c.channel, inbox_chats.c.chat_key)
        .where(inbox_chats.c.waiting == 0, inbox_chats.c.held_until_ms < database_ms(tx))
        .with_for_update(skip_locked=True)
        .subquery()
    )
    tx.run(
        delete(inbox_chats).where(
            inbox_chats.c.channel == quiet.c.channel, inbox_chats.c.chat_key == quiet.c.chat_key
        )
    )


def _these(chats: Iterable[tuple[str, str]]) -> TableValuedAlias:
    """Chats as a table: the statement stays the same however many, so it is prepared once."""
    pairs = list(chats)
    channels = cast([channel for channel, _chat in pairs], ARRAY(Text))
    keys = cast([chat for _channel, chat in pairs], ARRAY(Text))
    return func.unnest(channels, keys).table_valued("channel", "chat_key", name="these").render_derived()
