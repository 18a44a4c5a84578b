"""What directives hold on a person: what they received, acknowledged, asked and wrote."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, func, select

from bot.clock import from_ms
from bot.directives.models import How
from bot.directives.texts_by_hand import HOW
from bot.i18n import _, full_date, moment, number
from bot.store.dialogs import Place
from bot.store.tables.directives import (
    directives,
    former_acknowledgements,
    hand_records,
    questions,
    recipients,
)
from bot.store.tables.groups import live_cards
from bot.store.tx import Tx


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    lines: list[tuple[str, str]] = []
    received = tx.rows(
        select(directives.c.number, recipients.c.acknowledged_ms)
        .join(directives, directives.c.id == recipients.c.directive_id)
        .where(recipients.c.member_id == member_id)
        .order_by(directives.c.made_ms)
    )
    for row in received:
        at = _("chưa xác nhận") if row.acknowledged_ms is None else moment(from_ms(row.acknowledged_ms))
        lines.append((_("Xác nhận {number}", number=row.number), at))
    recorded = tx.rows(
        select(directives.c.number, hand_records)
        .join(directives, directives.c.id == hand_records.c.directive_id)
        .where(hand_records.c.member_id == member_id)
    )
    for row in recorded:
        said = _(
            "{how}, ngày {date}", how=_(HOW[How(row.how)]), date=full_date(date.fromisoformat(row.done_on))
        )
        if row.objected_ms is not None:
            said += " " + _("(đồng chí báo không đúng)")
        lines.append((_("Cấp ủy ghi nhận tay {number}", number=row.number), said))
    former = tx.rows(
        select(directives.c.number, former_acknowledgements.c.at_ms)
        .join(directives, directives.c.id == former_acknowledgements.c.directive_id)
        .where(former_acknowledgements.c.member_id == member_id)
    )
    for row in former:
        label = _("Xác nhận {number}, bản trước khi đính chính", number=row.number)
        lines.append((label, moment(from_ms(row.at_ms))))
    for row in tx.rows(select(questions).where(questions.c.member_id == member_id)):
        lines.append((_("Câu hỏi đã gửi"), tx.vault.open("questions.words", row.id, row.words)))
    written = tx.value(
        select(func.count()).select_from(directives).where(directives.c.author_id == member_id)
    )
    if written:
        lines.append((_("Số văn bản đã soạn"), number(written)))
    return lines


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Deletes questions, what no longer counts, cards in the chat; who acknowledged stays a nameless count."""
    tx.run(delete(questions).where(questions.c.member_id == member_id))
    tx.run(delete(former_acknowledgements).where(former_acknowledgements.c.member_id == member_id))
    for channel, chat_id, _user_id in places:
        tx.run(delete(live_cards).where(live_cards.c.channel == channel, live_cards.c.chat_id == chat_id))
