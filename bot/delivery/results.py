"""What becomes of a message that a platform took."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, update

from bot.chat.replies import Edit, Say
from bot.delivery import window
from bot.delivery.outbound import Sent
from bot.delivery.outbox import Outgoing, Shown, shown
from bot.delivery.window import Terms
from bot.store.hot import Hot
from bot.store.openings import open_choices
from bot.store.tables.delivery import SENT, outbox
from bot.store.tx import Tx

_SENT = Hot(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=SENT,
        message_id=bindparam("message"),
        choices_as=bindparam("shown"),
        sent_ms=bindparam("at"),
        free_messages=bindparam("free"),
        billed_messages=bindparam("billed"),
        body=None,
        reason=None,
        claimed_by=None,
    )
)


class Note(NamedTuple):
    """A message that the platform took: asked for at one moment, answered at another."""

    row: Outgoing
    sent: Sent
    started_ms: int
    at_ms: int
    terms: Terms | None = None


def record(tx: Tx, notes: list[Note]) -> None:
    """Records them together, with what the platform said of its quotas.

    The choices of notices among them are open from the moment of the answer, since the record may be written
    after the person's own answer was.
    """
    _SENT.run_each(tx, [_taken(note) for note in notes])
    opened = []
    known: dict[int, Shown | None] = {}  # a notice to many is one value for all of them
    for row, _sent, _started, at_ms, _terms in notes:
        say = row.reply.say if isinstance(row.reply, Edit) else row.reply
        if row.is_reply or not isinstance(say, Say):
            continue
        if id(say) not in known:
            known[id(say)] = shown(say)
        if (choices := known[id(say)]) is not None:
            opened.append(choices.opened(row.id, row.channel, row.chat_id, at_ms, unasked=True))
    if opened:
        open_choices(tx, opened)
    for note in notes:
        for quota in note.sent.quotas if note.terms is not None else ():
            assert note.terms is not None
            window.heard(tx, note.row.channel, note.row.chat_id, quota, note.terms, note.started_ms)


def _taken(note: Note) -> dict[str, Any]:
    quotas = note.sent.quotas
    free = sum(each.to_person for each in quotas)
    return {
        "row": note.row.id,
        "message": note.sent.message_id,
        "shown": note.sent.choices_as,
        "at": note.at_ms,
        "free": free if quotas else None,
        "billed": len(quotas) - free if quotas else None,
    }
