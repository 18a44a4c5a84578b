"""What delivery holds on a person: messages on their way, and where finished ones went."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from bot.delivery import window
from bot.i18n import _, number
from bot.store import links
from bot.store.dialogs import Place
from bot.store.tables.delivery import QUEUED, SENDING, SENT, UNREACHABLE, outbox
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    count = sum(
        tx.value(
            select(func.count())
            .select_from(outbox)
            .where(outbox.c.channel == each.channel, outbox.c.chat_id == each.chat_id, outbox.c.state == SENT)
        )
        for each in places
    )
    return [(_("Số tin đã gửi tới đồng chí (không giữ nội dung)"), number(count))] if count else []


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Stops notices that wait, and takes the chat out of what is finished; its counts stay."""
    for channel, chat_id, _user_id in places:
        window.forget(tx, channel, chat_id)
        links.revoke_of(tx, channel, [chat_id])
        mine = (outbox.c.channel == channel, outbox.c.chat_id == chat_id)
        tx.run(
            update(outbox)
            .where(*mine, outbox.c.state == QUEUED, outbox.c.notice.is_not(None))
            .values(state=UNREACHABLE, reason="withdrawn", body=None)
        )
        tx.run(
            update(outbox)
            .where(*mine, outbox.c.state > SENDING)
            .values(chat_id="", message_id=None, body=None)
        )
