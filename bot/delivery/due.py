"""A notice to very many queued at once. When what waits of one may go: let go by slices, kept back, stopped
for good; what of it was sent. Part of `outbox`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Integer,
    Subquery,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy import insert as into

from bot.store import progress, signals
from bot.store.tables.delivery import QUEUED, RECALLED, SENDING, SENT, UNREACHABLE, contents, outbox
from bot.store.tx import Tx

NOT_YET = 1 << 62
"""A due time for rows that wait for `make_due`: a notice whose audience is still being frozen."""


_NOT_YET: ColumnElement[int] = literal(NOT_YET, BigInteger)
MAX_MESSAGE_ID = 80
"""Characters of the column that holds a platform's id, or several."""


def post_all_of(found: Subquery, kind: str, due_ms: ColumnElement[int] = _NOT_YET) -> Insert:
    """Queues a notice to many in one statement, to be let go by `make_due` if no moment is given.

    `found`: a query of `channel`, `chat_id`, `recipient_id`, `content_id`; its parameters go with the notice's: `first`
    (the rows' ids begin with it), `kind_id`, `priority`, `made`.
    """
    number = func.row_number().over(order_by=found.c.recipient_id)
    rows: dict[str, Any] = {
        "id": bindparam("first", type_=BigInteger) - 1 + number,
        **{name: found.c[name] for name in ("channel", "chat_id", "recipient_id", "content_id")},
        "notice": literal(kind),
        "notice_id": bindparam("kind_id", type_=BigInteger),
        "priority": bindparam("priority", type_=Integer),
        "state": literal(QUEUED),
        "due_ms": due_ms,
        "made_ms": bindparam("made", type_=BigInteger),
        "attempts": literal(0),
        "uncertain": literal(0),
    }
    return into(outbox).from_select(list(rows), select(*rows.values()))


def drop_content(tx: Tx, content_id: int) -> None:
    """Takes back words that went to nobody."""
    tx.run(delete(contents).where(contents.c.id == content_id))


def sent_messages(
    tx: Tx, kinds: Sequence[str], kind_id: int, recipient_ids: Sequence[int] | None = None
) -> dict[tuple[str, str], str]:
    """What was sent to these (None: all), by (channel, chat): the platform's ids, commas between, the newest first."""
    mine = [outbox.c.notice.in_(kinds), outbox.c.notice_id == kind_id, outbox.c.message_id.is_not(None)]
    if recipient_ids is not None:
        mine.append(outbox.c.recipient_id.in_(list(recipient_ids)))
    rows = tx.rows(
        select(outbox.c.channel, outbox.c.chat_id, outbox.c.message_id)
        .where(*mine)
        .order_by(outbox.c.id.desc())
    )
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        earlier = found.get((row.channel, row.chat_id))
        joined = row.message_id if earlier is None else f"{earlier},{row.message_id}"
        if len(joined) <= MAX_MESSAGE_ID:
            found[row.channel, row.chat_id] = joined
    return found


def posted(tx: Tx, recipient_ids: Sequence[int], *, kind: str, kind_id: int) -> set[int]:
    """For which of these recipients (a thousand or so) this notice was queued already."""
    found = tx.rows(
        select(outbox.c.recipient_id).where(
            outbox.c.notice == kind,
            outbox.c.notice_id == kind_id,
            outbox.c.recipient_id.in_(list(recipient_ids)),
        )
    )
    return {row.recipient_id for row in found}


RELEASED_AT_ONCE = 2_000


def make_due(tx: Tx, due_ms: int, *, kind: str, kind_id: int) -> bool:
    """Lets the rows of a notice go at this moment that wait as NOT_YET, a first slice of them now.

    Returns whether there are more, for `go_on_making_due` in commits of their own.
    """
    progress.write(tx, _releasing(kind, kind_id), 0)
    return go_on_making_due(tx, due_ms, kind=kind, kind_id=kind_id)


def go_on_making_due(tx: Tx, due_ms: int, *, kind: str, kind_id: int) -> bool:
    """The next slice of what `make_due` began, unless it was held meanwhile; whether there are more."""
    name = _releasing(kind, kind_id)
    done = progress.read(tx, name)
    if done is None:
        return False
    mine = (outbox.c.notice == kind, outbox.c.notice_id == kind_id, outbox.c.recipient_id > done)
    in_order = select(outbox.c.recipient_id).where(*mine).order_by(outbox.c.recipient_id)
    last = tx.value(in_order.offset(RELEASED_AT_ONCE - 1).limit(1))
    slice_of = (*mine, outbox.c.recipient_id <= last) if last is not None else mine
    tx.run(update(outbox).where(*slice_of, outbox.c.due_ms == NOT_YET).values(due_ms=due_ms))
    signals.tell(tx, signals.OUTBOX)
    if last is None:
        progress.forget(tx, name)
        return False
    progress.write(tx, name, last)
    return True


def releasing(tx: Tx, kind: str) -> list[int]:
    """The notices of a kind of which `make_due` has not come to the end."""
    prefix = _releasing(kind, 0)[:-1]
    return [int(name.removeprefix(prefix), 16) for name in progress.names(tx, prefix)]


def _releasing(kind: str, kind_id: int) -> str:
    return f"{kind[:3]}{kind[-3:]}:{kind_id:x}"  # fits the column, and tells a notice from its template


def hold(tx: Tx, *, kind: str, kind_id: int) -> int:
    """Keeps back what of a notice waits, until `make_due`; returns how many rows."""
    progress.forget(tx, _releasing(kind, kind_id))
    mine = (outbox.c.notice == kind, outbox.c.notice_id == kind_id, outbox.c.state == QUEUED)
    return int(tx.run(update(outbox).where(*mine).values(due_ms=NOT_YET)).rowcount)


def held(tx: Tx, *, kind: str, kind_id: int) -> int:
    """How many rows of a notice are kept back."""
    mine = (outbox.c.notice == kind, outbox.c.notice_id == kind_id, outbox.c.state == QUEUED)
    counted = select(func.count()).select_from(outbox).where(*mine, outbox.c.due_ms == NOT_YET)
    return int(tx.value(counted) or 0)


def stop(tx: Tx, *, kind: str, kind_id: int) -> list[tuple[str, str, int]]:
    """Stops what of a notice is not sent yet; returns who it has reached: (channel, chat, recipient).

    A row that a sender holds may still go out, so its recipient counts as reached.
    """
    progress.forget(tx, _releasing(kind, kind_id))
    mine = (outbox.c.notice == kind, outbox.c.notice_id == kind_id)
    rows = tx.rows(
        select(outbox.c.channel, outbox.c.chat_id, outbox.c.recipient_id)
        .where(*mine, outbox.c.state.in_((SENDING, SENT)))
        .distinct()
    )
    tx.run(update(outbox).where(*mine, outbox.c.state <= SENDING).values(state=RECALLED))
    return [(row.channel, row.chat_id, row.recipient_id) for row in rows]


def row_of(tx: Tx, channel: str, chat_id: str, message_id: str) -> int | None:
    """The row that a message of ours came from, by the platform's id; None when it is not known."""
    here = (outbox.c.channel == channel, outbox.c.chat_id == chat_id, outbox.c.message_id == message_id)
    found = tx.value(select(func.max(outbox.c.id)).where(*here, outbox.c.state == SENT))
    return None if found is None else int(found)


def withhold(tx: Tx, channel: str, chat_ids: Sequence[str], reason: str = "withdrawn") -> None:
    """Notices that wait for these chats are not sent: the person no longer wishes them, or may not have them."""
    tx.run(
        update(outbox)
        .where(
            outbox.c.channel == channel,
            outbox.c.chat_id.in_(chat_ids),
            outbox.c.state == QUEUED,
            outbox.c.notice.is_not(None),
        )
        .values(state=UNREACHABLE, reason=reason)
    )
