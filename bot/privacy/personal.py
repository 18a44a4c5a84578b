"""What requests about personal data hold on whoever made them: the words, the reason given, the chats to tell."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.clock import from_ms
from bot.i18n import _, moment
from bot.privacy import queries, texts
from bot.privacy.models import State
from bot.store.dialogs import Place
from bot.store.tables.privacy import data_requests
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    lines: list[tuple[str, str]] = []
    mine = select(data_requests.c.id, data_requests.c.made_ms).where(data_requests.c.member_id == member_id)
    for row in tx.rows(mine.order_by(data_requests.c.id)):
        request = queries.get(tx, row.id)
        assert request is not None
        said = "; ".join(filter(None, (moment(from_ms(row.made_ms)), request.words, request.reason)))
        what = _(texts.KINDS[request.kind])
        lines.append((_("Yêu cầu số {id} ({what})", id=request.id, what=what), said))
    return lines


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Ends what is open but the erasure itself, and empties all: what was asked has no subject any more."""
    mine = data_requests.c.member_id == member_id
    ended = {"state": State.DONE.value, "done_ms": tx.now_ms, "chats": None}
    open_ = data_requests.c.state.in_((State.OPEN.value, State.TAKEN.value))
    tx.run(update(data_requests).where(mine, open_).values(ended))
    tx.run(update(data_requests).where(mine).values(words=None, reason=None))
