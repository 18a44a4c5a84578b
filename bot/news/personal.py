"""What news hold on a person: what they wish, where a public digest goes, the notices they posted."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from bot.i18n import _, number
from bot.news import service
from bot.store.dialogs import Place
from bot.store.tables.news import digest_wishes, stories
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    lines = []
    if tx.first(select(digest_wishes.c.member_id).where(digest_wishes.c.member_id == member_id)) is not None:
        lines.append((_("Cài đặt điểm tin"), _("có")))
    posted = tx.value(select(func.count()).select_from(stories).where(stories.c.author_id == member_id))
    if posted:
        lines.append((_("Số thông báo đã đăng"), number(posted)))
    return lines


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Deletes wishes and orders; a posted notice stays, without its author."""
    tx.run(delete(digest_wishes).where(digest_wishes.c.member_id == member_id))
    tx.run(update(stories).where(stories.c.author_id == member_id).values(author_id=None))
    for channel, chat_id, _user_id in places:
        service.end_public(tx, channel, chat_id)
