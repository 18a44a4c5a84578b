"""What the store itself holds on a person: messages taken in, running dialogs, open choices, slow work."""

from collections.abc import Sequence

from sqlalchemy import delete, update

from bot.i18n import _, number
from bot.store.dialogs import Place
from bot.store.jobs import CHANNEL
from bot.store.tables.conversation import WAITING, dialogs, inbox, openings
from bot.store.tables.delivery import files
from bot.store.tables.jobs import jobs
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    running = sum(
        tx.first(dialogs.select().where(dialogs.c.channel == each.channel, dialogs.c.chat_id == each.chat_id))
        is not None
        for each in places
    )
    return [(_("Phần đang làm dở"), number(running))] if running else []


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Deletes all of it, but what is being handled right now; the member's own exports end at once."""
    for channel, chat_id, _user_id in places:
        for of, key in ((channel, chat_id), (CHANNEL, f"{channel}:{chat_id}")):
            tx.run(
                delete(inbox).where(inbox.c.channel == of, inbox.c.chat_key == key, inbox.c.state != WAITING)
            )
        for table in (dialogs, openings, jobs):
            tx.run(delete(table).where(table.c.channel == channel, table.c.chat_id == chat_id))
    tx.run(update(files).where(files.c.owner_id == member_id).values(until_ms=tx.now_ms))
