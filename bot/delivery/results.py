"""What becomes of a message that a platform took."""

from typing import NamedTuple

from bot.delivery import outbox, window
from bot.delivery.outbound import Sent
from bot.delivery.outbox import Outgoing
from bot.delivery.window import Terms
from bot.store.tx import Tx


class Note(NamedTuple):
    """A message that the platform took: asked for at one moment, answered at another."""

    row: Outgoing
    sent: Sent
    started_ms: int
    at_ms: int
    terms: Terms | None


def record(tx: Tx, notes: list[Note]) -> None:
    """Records them together, with what the platform said of its quotas."""
    outbox.record_results(tx, [outbox.Result(note.row, note.sent, note.at_ms) for note in notes])
    for note in notes:
        for quota in note.sent.quotas if note.terms is not None else ():
            assert note.terms is not None
            window.heard(tx, note.row.channel, note.row.chat_id, quota, note.terms, note.started_ms)
