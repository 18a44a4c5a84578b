"""What waits to be sent says something new: its words are kept once for many rows, and are changed there."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, select, update

from bot.chat.replies import Message
from bot.delivery.wire import dump, load
from bot.store.tables.delivery import SENDING, contents, outbox
from bot.store.tx import Tx


def unsent_of(tx: Tx, kinds: Sequence[str], kind_id: int) -> set[int]:
    """The contents of what is not sent yet of these notices; many rows share one."""
    return _unsent(tx, outbox.c.notice.in_(kinds), outbox.c.notice_id == kind_id)


def unsent_to(tx: Tx, kind: str, recipients: Select[tuple[int]]) -> set[int]:
    """The same of one kind of notice, to these people."""
    return _unsent(tx, outbox.c.notice == kind, outbox.c.recipient_id.in_(recipients))


def _unsent(tx: Tx, *mine: ColumnElement[bool]) -> set[int]:
    waits = (outbox.c.state <= SENDING, outbox.c.content_id.is_not(None))
    return {row.content_id for row in tx.rows(select(outbox.c.content_id).where(*mine, *waits).distinct())}


def reword(tx: Tx, content_ids: Iterable[int], words: Callable[[Message], Message]) -> None:
    """Changes what these contents say. A message that is being sent keeps the old words; sent again, it has the new."""
    for content_id in content_ids:
        body = tx.value(select(contents.c.body).where(contents.c.id == content_id))
        said = words(load(tx.vault.open("contents.body", content_id, body)))
        sealed = tx.vault.seal("contents.body", content_id, dump(said))
        tx.run(update(contents).where(contents.c.id == content_id).values(body=sealed))
