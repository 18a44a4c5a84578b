"""Rows on their way out: posting, claiming, recording. One row per notice and recipient, or per reply."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from bot.chat.choices import Answer, unpack
from bot.chat.replies import Edit, Message, Reply, Say, Template
from bot.delivery import due, reserve, window
from bot.delivery.quiet import NEVER, Quiet
from bot.delivery.statements import CONTENT
from bot.delivery.wire import dump, load
from bot.store import leases, signals
from bot.store.bulk import insert_many
from bot.store.hot import Hot
from bot.store.ids import new_id, new_ids
from bot.store.openings import Opened, Opening, open_choices
from bot.store.tables.delivery import (
    FAILED,
    QUEUED,
    RECALLED,
    SENDING,
    SENT,
    UNREACHABLE,
    contents,
    outbox,
)
from bot.store.tx import Tx

CLAIM_MS = 30_000
"""How long a sender may take over a row before another one may try."""
_ROUNDS = 8
"""How often one commit looks again, when nothing of what it took is to be sent."""
NOT_YET, hold, held, stop, withhold = due.NOT_YET, due.hold, due.held, due.stop, due.withhold
make_due, go_on_making_due, releasing = due.make_due, due.go_on_making_due, due.releasing
posted, row_of = due.posted, due.row_of
MAX_MESSAGE_ID, sent_messages = due.MAX_MESSAGE_ID, due.sent_messages
Closed = Callable[[Tx, str, str, str, tuple[str, int]], None]
"""Told of a row that ends because its window has closed: channel, chat id, reason, notice."""
REPLY, FLASH, EXPRESS, URGENT, NORMAL, REMINDER, DIGEST = 0, 1, 2, 3, 4, 5, 6
"""Priorities: replies first; then hỏa tốc, thượng khẩn, khẩn, ordinary papers; reminders; the digest."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed row, ready to be sent."""

    id: int
    channel: str
    chat_id: str
    reply: Message
    attempts: int
    uncertain: int
    is_reply: bool
    claimed_until_ms: int = NOT_YET
    """When another process may take the row."""
    notice: tuple[str, int] | None = None
    """Which notice it belongs to: kind and id."""


class Notice(NamedTuple):
    """One recipient of a notice: who, where, in which words (a content id)."""

    channel: str
    chat_id: str
    recipient_id: int
    content_id: int
    instead_of: str | None = None
    """Messages (the platform's ids, parted by commas) that this one takes back where that is possible."""


def content(tx: Tx, say: Say | Template) -> int:
    """Keeps the words of a notice once, sealed, for all its recipients."""
    row_id = new_id()
    CONTENT.run(tx, id=row_id, body=tx.vault.seal("contents.body", row_id, dump(say)), made_ms=tx.now_ms)
    return row_id


def bulk_contents(tx: Tx, says: Sequence[Say]) -> list[int]:
    """Keeps the words of many notices in one statement; their ids in the same order."""
    ids = [new_id() for _say in says]
    rows = [
        {"id": row_id, "body": tx.vault.seal("contents.body", row_id, dump(say)), "made_ms": tx.now_ms}
        for row_id, say in zip(ids, says, strict=True)
    ]
    insert_many(tx, contents, rows)
    return ids


def post(
    tx: Tx, notices: Sequence[Notice], *, kind: str, kind_id: int, priority: int, due_ms: int
) -> list[int]:
    """Queues a notice for its recipients. Returns the ids of the rows, in the same order."""
    ids = new_ids(len(notices))
    same = {
        "notice": kind,
        "notice_id": kind_id,
        "priority": priority,
        "state": QUEUED,
        "due_ms": due_ms,
        "made_ms": tx.now_ms,
        "attempts": 0,
        "uncertain": 0,
    }
    rows = [
        {
            **same,
            "id": row_id,
            "channel": channel,
            "chat_id": chat_id,
            "content_id": content_id,
            "recipient_id": recipient_id,
            "message_id": instead_of,
        }
        for row_id, (channel, chat_id, recipient_id, content_id, instead_of) in zip(ids, notices, strict=True)
    ]
    if rows:
        insert_many(tx, outbox, rows)
        signals.tell(tx, signals.OUTBOX)
    return list(ids)


def tell(tx: Tx, channel: str, chat_id: str, said: Say) -> None:
    """Queues a message that answers nobody's event: a warning, a notice from the terminal.

    Its choices are open from this moment.
    """
    row_id = new_id()
    tx.run(
        insert(outbox).values(
            id=row_id,
            channel=channel,
            chat_id=chat_id,
            priority=REPLY,
            state=QUEUED,
            due_ms=tx.now_ms,
            attempts=0,
            uncertain=0,
            body=tx.vault.seal("outbox.body", row_id, dump(said)),
            made_ms=tx.now_ms,
        )
    )
    if (choices := shown(said)) is not None:
        open_choices(tx, [choices.opened(row_id, channel, chat_id, tx.now_ms, unasked=True)])


def unfinished(tx: Tx, channel: str, chat_id: str) -> bool:
    """Whether something still waits to be sent to a chat."""
    mine = (outbox.c.channel == channel, outbox.c.chat_id == chat_id, outbox.c.state <= SENDING)
    return tx.first(select(outbox.c.id).where(*mine).limit(1)) is not None


_REPLY = Hot(
    insert(outbox).values(
        id=bindparam("id"),
        channel=bindparam("channel"),
        chat_id=bindparam("chat_id"),
        priority=REPLY,
        state=SENDING,
        due_ms=bindparam("at"),
        attempts=1,
        uncertain=0,
        body=bindparam("body"),
        claimed_by=bindparam("claimed_by"),
        claimed_until_ms=bindparam("claimed_until_ms"),
        made_ms=bindparam("at"),
    )
)


def reply(tx: Tx, channel: str, chat_id: str, said: Reply, claimed_by: str) -> Outgoing:
    """Posts a reply as already claimed by this process: it leaves from memory right after the commit.

    Its choices are open from this moment.
    """
    row_id = new_id()
    at_ms = tx.now_ms
    _REPLY.run(
        tx,
        id=row_id,
        channel=channel,
        chat_id=chat_id,
        body=tx.vault.seal("outbox.body", row_id, dump(said)),
        claimed_by=claimed_by,
        claimed_until_ms=at_ms + CLAIM_MS,
        at=at_ms,
    )
    if isinstance(said, Say) and (choices := shown(said)) is not None:
        open_choices(tx, [choices.opened(row_id, channel, chat_id, at_ms, unasked=False)])
    return Outgoing(row_id, channel, chat_id, said, 1, 0, True, at_ms + CLAIM_MS)


class Shown(NamedTuple):
    """What of a reply can be answered by number."""

    say: Say
    labels: tuple[str, ...]
    payloads: tuple[str, ...]

    def opened(self, row_id: int, channel: str, chat_id: str, at_ms: int, *, unasked: bool) -> Opened:
        """How they stand open in a chat from a moment on."""
        say = self.say
        opening = Opening(row_id, say.about, say.card, self.labels, self.payloads, at_ms, unasked)
        return Opened(channel, chat_id, opening, at_ms + say.expires_minutes * 60_000)


def shown(say: Say) -> Shown | None:
    """The choices of a message that a number can answer; None when it has none of that kind."""
    # A dialog's own question is answered through the dialog; an undo must never be hit by a number.
    if not say.choices or say.buttons_only or isinstance(unpack(say.choices[0].payload), Answer):
        return None
    labels = tuple(choice.label for choice in say.choices)
    return Shown(say, labels, tuple(choice.payload for choice in say.choices))


TEMPLATE = "_template"
"""How the notice of a row ends that carries a template the platform approved (`delivery.templates`)."""


def is_template(notice: str | None) -> bool:
    """Whether a row of this notice carries such a template."""
    return notice is not None and notice.endswith(TEMPLATE)


class Pending(NamedTuple):
    """A claimed row as it is asked about: which notice it is, and for whom."""

    id: int
    notice: str
    notice_id: int
    recipient_id: int


def claim(
    tx: Tx,
    channel: str,
    claimed_by: str,
    limit: int,
    *,
    quiet: Quiet = NEVER,
    unwanted: Callable[[Tx, list[Pending]], set[int]] | None = None,
    closed: Closed | None = None,
    kept: Mapping[str, float] | None = None,
    short: reserve.Short | None = None,
) -> list[Outgoing] | None:
    """Takes due rows of a channel, most urgent first, then oldest; and those whose claim has run out.

    In quiet hours only replies and what is hỏa tốc. A notice that is no longer wanted (`unwanted` names
    the rows) is not sent; nor is one to somebody whose window has closed: its row ends here as unreachable,
    and `closed` is told. A share of the channel's messages, `kept`, is not for digests (`delivery.reserve`).
    None when so many ended that others should get the writer first: look again at once.
    """
    most = FLASH if quiet.holds(tx.now) else DIGEST
    for _again in range(_ROUNDS):
        rows = _take(tx, channel, claimed_by, limit, most)
        share = (kept or {}).get(channel, 0.0)
        digests = [row for row in rows if row.priority == DIGEST] if share else []
        not_now = reserve.keep(tx, channel, digests, DIGEST, share, short)
        going = [row for row in rows if row.id not in not_now] if not_now else rows
        found = _open_ones(tx, channel, going, unwanted, closed) if going else []
        if found or not rows:
            return found
    return None


# One priority at a time, and by the due time alone (a row that is being sent was due as well): so each look
# goes straight to what is due in the index, and never along what waits for another day.
_TAKE = Hot(
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(
                outbox.c.channel == bindparam("from_channel"),
                outbox.c.state <= SENDING,
                outbox.c.priority == bindparam("of_priority"),
                outbox.c.due_ms <= bindparam("at"),
                or_(outbox.c.state == QUEUED, outbox.c.claimed_until_ms < bindparam("at")),
            )
            .order_by(outbox.c.due_ms, outbox.c.id)
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=SENDING,
        claimed_by=bindparam("by"),
        claimed_until_ms=bindparam("until"),
        attempts=outbox.c.attempts + case((outbox.c.state == QUEUED, 1), else_=0),
    )
    .returning(
        outbox.c.id,
        outbox.c.chat_id,
        outbox.c.priority,
        outbox.c.due_ms,
        outbox.c.attempts,
        outbox.c.uncertain,
        outbox.c.body,
        outbox.c.content_id,
        outbox.c.message_id,
        outbox.c.notice,
        outbox.c.notice_id,
        outbox.c.recipient_id,
    )
)
_WORDS = Hot(select(contents.c.body).where(contents.c.id == bindparam("content")))


def _take(tx: Tx, channel: str, claimed_by: str, limit: int, most: int) -> list[Any]:
    found: list[Any] = []
    for priority in range(most + 1):
        if len(found) < limit:
            rows = _TAKE.rows(
                tx,
                from_channel=channel,
                of_priority=priority,
                at=tx.now_ms,
                most=limit - len(found),
                by=claimed_by,
                until=tx.now_ms + CLAIM_MS,
            )
            found += sorted(rows, key=lambda row: (row.due_ms, row.id))
    return found


def _open_ones(
    tx: Tx,
    channel: str,
    rows: list[Any],
    unwanted: Callable[[Tx, list[Pending]], set[int]] | None,
    tell_closed: Closed | None,
) -> list[Outgoing]:
    opened: dict[int, Message] = {}
    found, closed = [], []
    asked = [Pending(row.id, row.notice, row.notice_id, row.recipient_id) for row in rows if row.notice]
    stopped = unwanted(tx, asked) if unwanted is not None and asked else set()
    shut = window.closed(tx, channel, [row.chat_id for row in rows if row.content_id is not None])
    for row in rows:
        if row.id in stopped:
            continue
        closes = row.content_id is not None and row.chat_id in shut
        if is_template(row.notice):
            if not closes:  # the way out of a closed window; through an open one comes the thing itself
                stopped.add(row.id)
                continue
        elif closes:
            closed.append(row)
            continue
        if row.content_id is None:
            said = load(tx.vault.open("outbox.body", row.id, row.body))
        else:
            if row.content_id not in opened:
                words = _WORDS.value(tx, content=row.content_id)
                opened[row.content_id] = load(tx.vault.open("contents.body", row.content_id, words))
            said = opened[row.content_id]
            if row.message_id is not None and isinstance(said, Say):
                said = Edit(row.message_id, said, "withdraw")
        found.append(
            Outgoing(
                row.id,
                channel,
                row.chat_id,
                said,
                row.attempts,
                row.uncertain,
                row.content_id is None,
                tx.now_ms + CLAIM_MS,
                (row.notice, row.notice_id) if row.notice else None,
            )
        )
    if closed:
        unreached = {"state": UNREACHABLE, "reason": "window_closed", "claimed_by": None}
        tx.run(update(outbox).where(outbox.c.id.in_([row.id for row in closed])).values(unreached))
        if tell_closed is not None:
            for row in closed:
                tell_closed(tx, channel, row.chat_id, "window_closed", (row.notice, row.notice_id))
    if stopped:
        tx.run(update(outbox).where(outbox.c.id.in_(stopped)).values(state=RECALLED, claimed_by=None))
    return found


def release(tx: Tx, channels: Sequence[str]) -> None:
    """Gives back every claim: at the start of the only process that sends on these channels."""
    tx.run(
        update(outbox)
        .where(outbox.c.channel.in_(channels), outbox.c.state == SENDING)
        .values(claimed_until_ms=0)
    )


def release_of_the_dead(tx: Tx, channels: Sequence[str]) -> None:
    """Gives back the claims of processes that live no more: nobody waits for the claims to run out."""
    tx.run(
        update(outbox)
        .where(
            outbox.c.channel.in_(channels),
            outbox.c.state == SENDING,
            outbox.c.claimed_by.not_in(leases.living(tx)),
        )
        .values(claimed_until_ms=0)
    )


def record_seen(tx: Tx, channel: str, chat_id: str, message_ids: Iterable[str], at_ms: int) -> None:
    """Records that the person saw these messages, the first time alone. A fact of delivery, and nothing else."""
    here = (outbox.c.channel == channel, outbox.c.chat_id == chat_id)
    for each in message_ids:
        # A correction that waits holds the ids of what it takes back: that is what was seen, not this.
        mine = (*here, outbox.c.message_id == each, outbox.c.state == SENT, outbox.c.seen_ms.is_(None))
        tx.run(update(outbox).where(*mine).values(seen_ms=at_ms))


def record_later(tx: Tx, row: Outgoing, due_ms: int, *, uncertain: bool = False, tried: bool = True) -> None:
    """Puts a row back for a later moment, unless it was recalled meanwhile.

    `tried`: whether this was a try of its own, of which it has so many; waiting for the channel is none.
    """
    back = {
        "state": QUEUED,
        "due_ms": due_ms,
        "claimed_by": None,
        "uncertain": outbox.c.uncertain + int(uncertain),
        "attempts": outbox.c.attempts - int(not tried),
    }
    tx.run(update(outbox).where(outbox.c.id == row.id, outbox.c.state == SENDING).values(back))


def record_failed(tx: Tx, row: Outgoing, reason: str, *, unreachable: bool) -> None:
    """Records that this row will not be sent, and why, in a word of ours."""
    state = UNREACHABLE if unreachable else FAILED
    tx.run(update(outbox).where(outbox.c.id == row.id).values(state=state, reason=reason[:40], body=None))


def move_chat(tx: Tx, channel: str, old: str, new: str) -> None:
    """A chat has a new id: what waits goes there."""
    tx.run(
        update(outbox)
        .where(outbox.c.channel == channel, outbox.c.chat_id == old, outbox.c.state <= SENDING)
        .values(chat_id=new)
    )


def waiting(tx: Tx) -> int:
    """How many rows are not finished."""
    return int(tx.value(select(func.count()).select_from(outbox).where(outbox.c.state <= SENDING)) or 0)
